package cgroupfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/internal/mountinfo"
	"github.com/stretchr/testify/require"
)

// folder makes an ordinary folder with empty files.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	root := t.TempDir()
	for _, f := range files {
		require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(f)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, f), nil, 0o644))
	}
	return root
}

func TestOpenTellsTheVersionFromWhatTheRootContains(t *testing.T) {
	for _, tc := range []struct {
		name   string
		files  []string
		want   Version
		master string
	}{
		{"a v2 root", []string{"cgroup.controllers", "cpu.stat"}, V2, "."},
		{"a v2 root of which only a child was captured", []string{"kubepods.slice/cpu.stat"}, V2, "."},
		{"a v2 root with a cgroup called memory", []string{"cgroup.controllers", "memory/memory.current"}, V2, "."},
		{"a v2 cgroup called memory below a root without files", []string{"memory/cgroup.events"}, V2, "."},
		{"v1 with one controller a mount", []string{"memory/tasks", "cpu/tasks", "cpuacct/tasks", "systemd/tasks"}, V1, "memory"},
		{"v1 with controllers mounted together", []string{"memory/tasks", "cpu,cpuacct/tasks", "net_cls,net_prio/tasks"}, V1, "memory"},
		{"v1 without memory", []string{"cpu,cpuacct/tasks", "pids/tasks"}, V1, "cpu,cpuacct"},
		{"v2 beside a v1 controller that cannot be a master", []string{"cpuset/tasks", "unified/cgroup.controllers"}, Hybrid, "unified"},
		{"v1 with nothing but pids and blkio", []string{"pids/tasks", "blkio/tasks"}, V1, "pids"},
		{"hybrid with all controllers on v1", []string{"memory/tasks", "cpu,cpuacct/tasks", "unified/cgroup.controllers"}, Hybrid, "memory"},
		{"hybrid with memory on v2 only", []string{"cpu,cpuacct/tasks", "pids/tasks", "unified/cgroup.controllers"}, Hybrid, "cpu,cpuacct"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := folder(t, tc.files...)
			h, err := Open(root)
			require.NoError(t, err)
			defer h.Close()
			require.Equal(t, tc.want, h.Version())
			require.Equal(t, filepath.Join(root, tc.master), h.Root())
			require.False(t, h.Live())
		})
	}
}

func TestOpenOfSomethingElse(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Open(filepath.Join(folder(t, "file"), "file"))
	require.ErrorContains(t, err, "not a folder")
	_, err = Open(t.TempDir())
	require.ErrorIs(t, err, ErrNoHierarchy, "nothing was mounted there")
	_, err = Open(folder(t, "passwd", "a/b"))
	require.ErrorIs(t, err, ErrNoHierarchy, "it is no cgroup's")
}

func TestMountsOfAHost(t *testing.T) {
	for _, tc := range []struct {
		name, mountinfo string
		want            []string // folder and controllers
	}{
		{"v2", "31 23 0:26 / /sys/fs/cgroup rw shared:8 - cgroup2 cgroup2 rw,nsdelegate", []string{"/sys/fs/cgroup v2"}},
		{"v1 with controllers mounted together, and hierarchies without any", `
31 23 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs rw
32 31 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
33 31 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
34 31 0:29 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer
35 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory`,
			[]string{"/sys/fs/cgroup/cpu,cpuacct cpu,cpuacct", "/sys/fs/cgroup/memory memory"}},
		{"the whole hierarchy wins over a part of it that is mounted before", `
31 23 0:26 /docker/c1 /part rw - cgroup2 cgroup2 rw
32 23 0:26 / /whole rw - cgroup2 cgroup2 rw`, []string{"/whole v2"}},
		{"a mount from outside the cgroup namespace comes last", `
31 23 0:26 /../.. /outside rw - cgroup cgroup rw,memory
32 23 0:26 /docker/c1 /part rw - cgroup cgroup rw,memory`, []string{"/part memory"}},
		{"the first of several wins", `
31 23 0:26 / /first rw - cgroup cgroup rw,memory
32 23 0:26 / /second rw - cgroup cgroup rw,memory`, []string{"/first memory"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			infos, err := mountinfo.Parse([]byte(strings.TrimPrefix(tc.mountinfo, "\n") + "\n"))
			require.NoError(t, err)
			var got []string
			for _, m := range mountsOf(infos) {
				what := "v2"
				if !m.v2 {
					what = strings.Join(m.controllers, ",")
				}
				got = append(got, m.dir+" "+what)
			}
			require.Equal(t, tc.want, got)
		})
	}
}

func TestRowsOfAHybridHostComeFromTheMountThatHasThem(t *testing.T) {
	served := func(root string) map[string]string {
		h, err := Open(root)
		require.NoError(t, err)
		defer h.Close()
		rows := map[string]string{}
		for _, r := range h.rows {
			for _, name := range r.names {
				rows[name.String()] = filepath.Base(h.mounts[r.mount].dir)
			}
		}
		return rows
	}
	all := served(folder(t, "memory/tasks", "cpu,cpuacct/tasks", "pids/tasks", "unified/cgroup.controllers"))
	require.Equal(t, "memory", all["memory.usage_in_bytes"])
	require.Equal(t, "memory", all["cgroup.procs"], "processes are the master's")
	require.Equal(t, "cpu,cpuacct", all["cpuacct.usage"])
	require.Equal(t, "unified", all["memory.pressure"])
	require.NotContains(t, all, "memory.current")
	require.NotContains(t, all, "cpu.max")

	root := folder(t, "cpu,cpuacct/tasks", "pids/tasks")
	require.NoError(t, os.Mkdir(filepath.Join(root, "unified"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "unified/cgroup.controllers"), []byte("cpuset memory\n"), 0o644))
	split := served(root)
	require.Equal(t, "unified", split["memory.current"])
	require.Equal(t, "unified", split["cpuset.cpus"])
	require.Equal(t, "cpu,cpuacct", split["cpuacct.usage"])
	require.NotContains(t, split, "io.stat", "neither mount has the io controller")
	require.NotContains(t, split, "memory.usage_in_bytes")
}

func TestHugePageSizesComeFromTheHost(t *testing.T) {
	host := folder(t, "sys/kernel/mm/hugepages/hugepages-64kB/nr", "sys/kernel/mm/hugepages/hugepages-1048576kB/nr", "sys/fs/cgroup/a/cgroup.type")
	h, err := Open(filepath.Join(host, "sys/fs/cgroup"))
	require.NoError(t, err)
	defer h.Close()
	var names []string
	for _, r := range h.rows {
		if r.metric == HugeTLB && strings.HasSuffix(r.names[0].String(), ".max") && !strings.Contains(r.names[0].String(), "rsvd") {
			names = append(names, r.names[0].String())
		}
	}
	require.Equal(t, []string{"hugetlb.64KB.max", "hugetlb.1GB.max"}, names)
}

func TestAPathThatLeadsOutsideIsNotJoined(t *testing.T) {
	h, err := Open(folder(t, "a/cpu.stat"))
	require.NoError(t, err)
	defer h.Close()
	for _, path := range []string{"/../../system.slice", "..", "a/../b", "/.."} {
		_, err := h.Group(path)
		require.ErrorIs(t, err, ErrOutside, path)
	}
	_, err = h.Group("a\x00b")
	require.ErrorIs(t, err, fs.ErrInvalid)
	_, err = h.Group("/none")
	require.ErrorIs(t, err, fs.ErrNotExist)
	g, err := h.Group("//a/")
	require.NoError(t, err)
	require.Equal(t, "/a", g.Path())
}

func TestCloseClosesGroups(t *testing.T) {
	h, err := Open(folder(t, "a/cpu.stat"))
	require.NoError(t, err)
	g, err := h.Group("a")
	require.NoError(t, err)
	require.NoError(t, h.Close())
	require.NoError(t, h.Close())
	var s Sample
	require.ErrorIs(t, g.Read(&s, AllMetrics, &Buffer{}), fs.ErrClosed)
	require.NotErrorIs(t, g.Read(&s, AllMetrics, &Buffer{}), ErrRemoved, "who knows")
	_, err = g.ChildrenChanged()
	require.ErrorIs(t, err, fs.ErrClosed)
	require.NotEmpty(t, h.Root())
	_, err = h.Group("a")
	require.ErrorIs(t, err, fs.ErrClosed)
}

func TestDetect(t *testing.T) {
	h, err := Detect()
	if errors.Is(err, ErrNoHierarchy) || errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	require.NoError(t, err)
	defer h.Close()
	require.True(t, h.Live())
}
