package mountinfo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/internal/procfs"
)

const hybrid = `22 27 0:21 / /proc rw,relatime - proc proc rw
31 23 0:28 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
32 31 0:29 / /sys/fs/cgroup/unified rw,relatime shared:5 - cgroup2 cgroup2 rw,nsdelegate
33 31 0:30 / /sys/fs/cgroup/systemd rw shared:6 - cgroup cgroup rw,xattr,name=systemd
34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw shared:7 master:3 propagate_from:2 unbindable - cgroup cgroup rw,cpu,cpuacct
`

func TestParse(t *testing.T) {
	tests := []struct {
		name string
		text string
		want []Mount
		err  string
	}{
		{"no mounts", "", nil, ""},
		{"a hybrid host, in order", hybrid, []Mount{
			{"/", "/sys/fs/cgroup/unified", "cgroup2", "rw,nsdelegate"},
			{"/", "/sys/fs/cgroup/systemd", "cgroup", "rw,xattr,name=systemd"},
			{"/", "/sys/fs/cgroup/cpu,cpuacct", "cgroup", "rw,cpu,cpuacct"},
		}, ""},
		{
			"a part of a hierarchy, as in a container", "1 2 0:3 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			[]Mount{{"/docker/abc", "/sys/fs/cgroup/memory", "cgroup", "rw,memory"}}, "",
		},
		{
			"a mount above the namespace", "1 2 0:3 /../.. /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
			[]Mount{{"/../..", "/sys/fs/cgroup", "cgroup2", "rw"}}, "",
		},
		{
			"escaped characters", `1 2 0:3 /a\134b /my\040cgroups\011\012\043 rw - cgroup2 none rw` + "\n",
			[]Mount{{`/a\b`, "/my cgroups\t\n#", "cgroup2", "rw"}}, "",
		},
		{
			"a backslash that escapes nothing stays", `1 2 0:3 / /a\04 rw - cgroup2 none rw` + "\n",
			[]Mount{{"/", `/a\04`, "cgroup2", "rw"}}, "",
		},
		{
			"an empty source", "1 2 0:3 / /c rw -  cgroup2 rw\n1 2 0:3 / /d rw - cgroup2  rw\n",
			[]Mount{{"/", "/d", "cgroup2", "rw"}}, "",
		},
		{
			"no newline at the end", "1 2 0:3 / /c rw - cgroup2 c rw",
			[]Mount{{"/", "/c", "cgroup2", "rw"}}, "",
		},
		{
			"a bad line between good ones", "1 2 0:3 / /a rw - cgroup2 c rw\n1 2 0:3 / /b rw shared:1\n1 2 0:3 / /c rw - cgroup2 c rw\n",
			[]Mount{{"/", "/a", "cgroup2", "rw"}, {"/", "/c", "cgroup2", "rw"}},
			`:2: "1 2 0:3 / /b rw shared:1": too few fields`,
		},
		{"an empty line", "\n", nil, `:1: "": too few fields`},
		{"a line cut after the type", "1 2 0:3 / /a rw - cgroup2", nil, `:1: "1 2 0:3 / /a rw - cgroup2": too few fields`},
		{"a mount point that is no path", "1 2 0:3 / a rw - cgroup2 c rw", nil, `:1: "1 2 0:3 / a rw - cgroup2 c rw": not an absolute path`},
		{"another file system's root is no path", "1 2 0:3 net:[4026531840] /run/netns/a rw - nsfs nsfs rw", nil, ""},
		{"a type that only begins like ours", "1 2 0:3 / /a rw - cgroup2x c rw", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Parse([]byte(tt.text))
			assert.Equal(t, tt.want, got)
			if tt.err == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, tt.err)
		})
	}
}

func TestControllers(t *testing.T) {
	tests := []struct {
		name   string
		fsType string
		super  string
		want   []string
	}{
		{"one", "cgroup", "rw,memory", []string{"memory"}},
		{"two on one mount", "cgroup", "rw,cpu,cpuacct", []string{"cpu", "cpuacct"}},
		{"read-only", "cgroup", "ro,net_cls,net_prio", []string{"net_cls", "net_prio"}},
		{"a name is none", "cgroup", "rw,xattr,release_agent=/lib/systemd/systemd-cgroups-agent,name=systemd", nil},
		{"options are none", "cgroup", "rw,seclabel,noprefix,clone_children,cpuset_v2_mode,favordynmods,cpuset", []string{"cpuset"}},
		{"a context in quotes is none", "cgroup", `rw,context="system_u:object_r:cgroup_t:s0:c1,c2",pids`, []string{"pids"}},
		{"a quote that does not end", "cgroup", `rw,pids,context="a,b`, []string{"pids"}},
		{"commas without options", "cgroup", ",,pids,", []string{"pids"}},
		{"v2 has none here", "cgroup2", "rw,nsdelegate,memory_recursiveprot", nil},
		{"nothing", "cgroup", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, Mount{FSType: tt.fsType, SuperOptions: tt.super}.Controllers())
		})
	}
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mountinfo")
	_, err := Read(path)
	assert.ErrorIs(t, err, os.ErrNotExist)

	// More than the limit of other files, less than ours.
	filler := strings.Repeat("22 27 0:21 / /proc rw,relatime - proc proc rw\n", (2<<20)/46)
	require.NoError(t, os.WriteFile(path, []byte(filler+hybrid+"bad\n"), 0o600))
	got, err := Read(path)
	assert.Len(t, got, 3)
	var parse *procfs.ParseError
	require.ErrorAs(t, err, &parse)
	assert.Equal(t, path, parse.Path)
	assert.Equal(t, "bad", parse.Text)

	require.NoError(t, os.WriteFile(path, make([]byte, MaxSize+1), 0o600))
	_, err = Read(path)
	assert.ErrorIs(t, err, procfs.ErrTooLarge)
}
