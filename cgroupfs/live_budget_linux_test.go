package cgroupfs_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// descriptors lists what the process has open.
func descriptors(t testing.TB) map[string]string {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	require.NoError(t, err)
	open := make(map[string]string)
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil { // the list's own is closed again
			open[e.Name()] = to
		}
	}
	return open
}

// marked makes n cgroups, and gives each a limit that no other has.
func marked(t testing.TB, host *livetest.Host, n int) (paths []string) {
	t.Helper()
	pids := host.For("pids")
	if pids == nil {
		t.Skip("no pids controller")
	}
	for i := range n {
		path := host.Path(fmt.Sprint(i))
		host.Make(path)
		pids.Write(path, "pids.max", fmt.Sprint(1000+i))
		paths = append(paths, path)
	}
	return paths
}

func TestLiveCloseLeavesNothingOpen(t *testing.T) {
	host := livetest.New(t)
	paths := marked(t, host, 20)
	round := func(closeGroups bool) {
		h := live(t)
		var buf cgroupfs.Buffer
		for _, path := range append(paths, "/", host.Path()) {
			g, err := h.Group(path)
			require.NoError(t, err)
			read(t, g, &buf)
			require.NoError(t, g.Children(&buf, func([]byte) {}))
			_, err = g.ModTime()
			require.NoError(t, err)
			if closeGroups {
				require.NoError(t, g.Close())
				require.NoError(t, g.Close())
			}
		}
		if closeGroups {
			require.Zero(t, h.OpenFiles())
		} else {
			require.Greater(t, h.OpenFiles(), len(paths))
		}
		require.NoError(t, h.Close())
		require.NoError(t, h.Close())
		require.Zero(t, h.OpenFiles())
	}
	round(false) // what the runtime opens for itself it keeps
	before := descriptors(t)
	for _, closeGroups := range []bool{false, true} {
		round(closeGroups)
		require.Equal(t, before, descriptors(t))
	}
}

// TestLiveRemovedLeavesNothingOpen: a Group that was removed gives back its
// descriptors without being closed.
func TestLiveRemovedLeavesNothingOpen(t *testing.T) {
	host, h := livetest.New(t), live(t)
	before := descriptors(t)
	g := liveGroup(t, host, h, host.Path("a"))
	read(t, g, &cgroupfs.Buffer{})
	require.NotEqual(t, before, descriptors(t))
	host.Remove(g.Path())
	requireRemoved(t, g, cgroupfs.AllMetrics)
	require.Equal(t, before, descriptors(t))
	require.Zero(t, h.OpenFiles())
}

// TestLiveBudget reads the same cgroups with many descriptors, few and none.
func TestLiveBudget(t *testing.T) {
	host, h := livetest.New(t), live(t)
	paths := marked(t, host, 20)
	groups := openAll(t, h, paths)
	var buf cgroupfs.Buffer
	for _, n := range []int{0, -1, 1, 7, 40, -1, 0} {
		h.SetMaxOpenFiles(n)
		for range 2 {
			requireMarks(t, groups, &buf)
			switch {
			case n < 0:
				require.Zero(t, h.OpenFiles())
			case n > 0:
				require.LessOrEqual(t, h.OpenFiles(), n)
			default:
				require.Greater(t, h.OpenFiles(), len(groups))
			}
		}
	}
}

func openAll(t testing.TB, h *cgroupfs.Hierarchy, paths []string) []*cgroupfs.Group {
	t.Helper()
	var groups []*cgroupfs.Group
	for _, path := range paths {
		g, err := h.Group(path)
		require.NoError(t, err)
		groups = append(groups, g)
	}
	return groups
}

// requireMarks reads all, and finds in each what is its own.
func requireMarks(t testing.TB, groups []*cgroupfs.Group, buf *cgroupfs.Buffer) {
	t.Helper()
	for i, g := range groups {
		s := read(t, g, buf)
		require.Equal(t, cgroupfs.Number(uint64(1000+i)), s.PIDs.Max, g.Path())
		require.Equal(t, cgroupfs.Number(0), s.CPU.UsageNanos)
		require.Equal(t, cgroupfs.Number(0), s.PIDs.Processes)
		_, err := g.ChildrenChanged()
		require.NoError(t, err)
		n := 0
		require.NoError(t, g.Children(buf, func([]byte) { n++ }))
		require.Zero(t, n)
	}
}

// limitFiles lets the process have so many descriptors, until the end of the
// test or until it is called again with what it returns.
func limitFiles(t testing.TB, n uint64) (before uint64) {
	t.Helper()
	var lim unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &lim))
	before = lim.Cur
	lim.Cur = n
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &lim))
	t.Cleanup(func() {
		lim.Cur = before
		require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &lim))
	})
	return before
}

// fill takes every descriptor that the process may still have.
func fill(t testing.TB) (giveBack func()) {
	t.Helper()
	var taken []int
	giveBack = func() {
		for _, fd := range taken {
			require.NoError(t, unix.Close(fd))
		}
		taken = nil
	}
	t.Cleanup(func() { giveBack() })
	for {
		fd, err := unix.Open("/", unix.O_PATH|unix.O_CLOEXEC, 0)
		if errors.Is(err, unix.EMFILE) {
			return giveBack
		}
		require.NoError(t, err)
		taken = append(taken, fd)
	}
}

// TestLiveFilesRunOut has a budget that is larger than what the process may have.
func TestLiveFilesRunOut(t *testing.T) {
	host, h := livetest.New(t), live(t)
	count := 100
	if os.Getenv("NODEGAUGE_LONG") != "" {
		count = 1000
	}
	paths := marked(t, host, count)
	groups := openAll(t, h, paths)
	var buf cgroupfs.Buffer
	h.SetMaxOpenFiles(1 << 20)
	before := limitFiles(t, 200)
	for range 3 {
		requireMarks(t, groups, &buf)
		require.Less(t, h.OpenFiles(), 200)
	}
	// What was given back is not taken again, though it could be had.
	kept := h.OpenFiles()
	limitFiles(t, before)
	requireMarks(t, groups, &buf)
	require.LessOrEqual(t, h.OpenFiles(), kept)
	require.Positive(t, kept)
	h.SetMaxOpenFiles(0)
	requireMarks(t, groups, &buf)
	require.Greater(t, h.OpenFiles(), len(groups))
}

// TestLiveNoFileLeft: where not one descriptor can be had that is an error,
// and does not look like an absent file or a removed cgroup.
func TestLiveNoFileLeft(t *testing.T) {
	host, h := livetest.New(t), live(t)
	paths := marked(t, host, 2)
	groups := openAll(t, h, paths)
	g := groups[0]
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	refused := func(err error) {
		t.Helper()
		require.Error(t, err)
		require.False(t, errors.Is(err, fs.ErrNotExist), err)
	}
	limitFiles(t, 200)
	giveBack := fill(t)
	_, err := h.Group(paths[1])
	refused(err)
	refused(g.Children(&buf, func([]byte) {}))
	_, err = g.ChildrenChanged()
	refused(err)
	for _, want := range sets {
		if want != 0 {
			refused(g.Read(&s, want, &buf))
		}
	}
	giveBack()
	for range 2 {
		requireMarks(t, groups, &buf)
	}
}

func TestLiveReadAllocs(t *testing.T) {
	host, h := livetest.New(t), live(t)
	g := liveGroup(t, host, h, host.Path("a"))
	root, err := h.Group("/")
	require.NoError(t, err)
	host.Start(g.Path()).Do("nothing")
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	for _, files := range []int{0, -1} {
		h.SetMaxOpenFiles(files)
		for _, want := range sets {
			for _, g := range []*cgroupfs.Group{g, root} {
				n := testing.AllocsPerRun(100, func() {
					if err := g.Read(&s, want, &buf); err != nil {
						t.Fatal(err)
					}
				})
				require.Zero(t, n, "%d files, %s, %v", files, g.Path(), want)
			}
		}
	}
}
