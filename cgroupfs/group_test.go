package cgroupfs_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/stretchr/testify/require"
)

// open opens the hierarchy of a fake node and one group of it.
func open(t *testing.T, tree *cgroupfstest.Tree, path string) *cgroupfs.Group {
	t.Helper()
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	t.Cleanup(func() { h.Close() })
	g, err := h.Group(path)
	require.NoError(t, err)
	return g
}

func TestAMissingFileIsAbsentAndNoError(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put("a", cgroupfstest.Usage{CPU: time.Second, Memory: 100})
	tree.Remove("a/memory.current")
	var s cgroupfs.Sample
	require.NoError(t, open(t, tree, "a").Read(&s, cgroupfs.AllMetrics, &cgroupfs.Buffer{}))
	require.True(t, s.Memory.Current.IsAbsent())
	require.Equal(t, cgroupfs.Number(1_000_000_000), s.CPU.UsageNanos)
	require.True(t, s.Memory.Max.IsMax())
}

func TestWhatIsBrokenDoesNotTakeTheRestWithIt(t *testing.T) {
	for _, tc := range []struct {
		name  string
		spoil func(*cgroupfstest.Tree)
		check func(*testing.T, error)
	}{
		{"garbage names file, line and text", func(tree *cgroupfstest.Tree) {
			tree.Write("a/memory.stat", "anon 1\nfile two\ninactive_file 3\n")
		}, func(t *testing.T, err error) {
			var parse *cgroupfs.ParseError
			require.ErrorAs(t, err, &parse)
			require.True(t, strings.HasSuffix(parse.Path, "/a/memory.stat"), parse.Path)
			require.Equal(t, 2, parse.Line)
			require.Equal(t, "file two", parse.Text)
		}},
		{"a truncated number is an error", func(tree *cgroupfstest.Tree) {
			tree.Truncate("a/memory.current", 0)
		}, func(t *testing.T, err error) {
			var parse *cgroupfs.ParseError
			require.ErrorAs(t, err, &parse)
		}},
		{"an unreadable file is an error with its path", func(tree *cgroupfstest.Tree) {
			tree.Unreadable("a/memory.stat")
		}, func(t *testing.T, err error) {
			var path *fs.PathError
			require.ErrorAs(t, err, &path)
			require.True(t, strings.HasSuffix(path.Path, "/a/memory.stat"), path.Path)
		}},
		{"a file over 1 MiB is an error", func(tree *cgroupfstest.Tree) {
			tree.Write("a/memory.stat", strings.Repeat("anon 1\n", 1<<18))
		}, func(t *testing.T, err error) {
			require.ErrorIs(t, err, cgroupfs.ErrTooLarge)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tree := cgroupfstest.New(t)
			tree.Put("a", cgroupfstest.Usage{CPU: time.Second, Memory: 100, MemoryLimit: 1000})
			g := open(t, tree, "a")
			var s cgroupfs.Sample
			var buf cgroupfs.Buffer
			require.NoError(t, g.Read(&s, cgroupfs.AllMetrics, &buf))
			tc.spoil(tree)
			err := g.Read(&s, cgroupfs.AllMetrics, &buf)
			require.Error(t, err)
			require.True(t, strings.HasPrefix(err.Error(), "cgroupfs: "), err.Error())
			tc.check(t, err)
			require.Equal(t, cgroupfs.Number(1_000_000_000), s.CPU.UsageNanos)
			require.Equal(t, cgroupfs.Number(1000), s.Memory.Max)

			// What is whole again is read again.
			tree.Remove("a/memory.stat")
			tree.Put("a", cgroupfstest.Usage{Memory: 7, InactiveFile: 3})
			require.NoError(t, g.Read(&s, cgroupfs.AllMetrics, &buf))
			require.Equal(t, cgroupfs.Number(7), s.Memory.Current)
			require.Equal(t, cgroupfs.Number(3), s.Memory.Stat.InactiveFile)
		})
	}
}

func TestAMetricThatIsNotWantedIsNotRead(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put("a", cgroupfstest.Usage{CPU: time.Second})
	for _, name := range []string{"memory.current", "memory.stat", "memory.max", "cpu.max", "pids.current", "cgroup.procs"} {
		tree.Unreadable("a/" + name)
	}
	var s cgroupfs.Sample
	require.NoError(t, open(t, tree, "a").Read(&s, cgroupfs.CPU, &cgroupfs.Buffer{}))
	require.Equal(t, cgroupfs.Number(1_000_000_000), s.CPU.UsageNanos)
}

func TestARemovedCgroupIsRemovedForGood(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put("a", cgroupfstest.Usage{CPU: time.Second})
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	defer h.Close()
	g, err := h.Group("a")
	require.NoError(t, err)
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	require.NoError(t, g.Read(&s, cgroupfs.AllMetrics, &buf))

	tree.Recreate("a")
	tree.Put("a", cgroupfstest.Usage{CPU: time.Hour})
	err = g.Read(&s, cgroupfs.AllMetrics, &buf)
	require.ErrorIs(t, err, cgroupfs.ErrRemoved)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, g.Read(&s, cgroupfs.AllMetrics, &buf), cgroupfs.ErrRemoved)
	_, err = g.ChildrenChanged()
	require.ErrorIs(t, err, cgroupfs.ErrRemoved)
	_, err = g.ModTime()
	require.ErrorIs(t, err, cgroupfs.ErrRemoved)

	other, err := h.Group("a")
	require.NoError(t, err)
	require.NotEqual(t, g.Inode(), other.Inode())
	require.NoError(t, other.Read(&s, cgroupfs.AllMetrics, &buf))
	require.Equal(t, cgroupfs.Number(uint64(time.Hour)), s.CPU.UsageNanos)
}

func TestAFileThatComesLaterIsFoundInTheEnd(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Mkdir("a")
	g := open(t, tree, "a")
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	for range 20 {
		require.NoError(t, g.Read(&s, cgroupfs.Memory, &buf))
		require.True(t, s.Memory.Current.IsAbsent())
	}
	tree.Write("a/memory.current", "5\n")
	reads := 0
	for s.Memory.Current.IsAbsent() {
		require.NoError(t, g.Read(&s, cgroupfs.Memory, &buf))
		reads++
		require.LessOrEqual(t, reads, 17, "the back-off ends")
	}
	epoch := s.Memory.Read.Epoch
	tree.Remove("a/memory.current")
	require.NoError(t, g.Read(&s, cgroupfs.Memory, &buf))
	require.True(t, s.Memory.Current.IsAbsent(), "what is gone again is absent at once")
	tree.Write("a/memory.current", "6\n")
	for range 2 {
		require.NoError(t, g.Read(&s, cgroupfs.Memory, &buf))
	}
	require.Equal(t, cgroupfs.Number(6), s.Memory.Current)
	require.NotEqual(t, epoch, s.Memory.Read.Epoch, "no rate goes across")
}

func TestAFileOfAnotherCgroupIsSoonLookedForInAll(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Mkdir("a")
	tree.Mkdir("b")
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	defer h.Close()
	a, err := h.Group("a")
	require.NoError(t, err)
	b, err := h.Group("b")
	require.NoError(t, err)
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	read := func(g *cgroupfs.Group) bool {
		require.NoError(t, g.Read(&s, cgroupfs.Memory, &buf))
		return !s.Memory.Current.IsAbsent()
	}
	reads := func(most int, found func() bool) {
		n := 1
		for ; !found(); n++ {
			require.Less(t, n, most)
		}
	}
	for range 130 { // a is not to look again for a while
		require.False(t, read(a))
	}
	tree.Write("a/memory.current", "5\n")
	tree.Write("b/memory.current", "6\n")
	require.True(t, read(b))
	reads(17, func() bool { return read(a) })
}

func TestWhatNoCgroupHadIsLookedForByOneOfMany(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Mkdir("a")
	g := open(t, tree, "a")
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	for range 130 {
		require.NoError(t, g.Read(&s, cgroupfs.Memory, &buf))
	}
	tree.Write("a/memory.current", "5\n")
	n := 130
	for ; s.Memory.Current.IsAbsent(); n++ {
		require.NoError(t, g.Read(&s, cgroupfs.Memory, &buf))
	}
	require.LessOrEqual(t, n, 260)
}

func TestTheFirstNameThatHasSomethingIsRead(t *testing.T) {
	tree := cgroupfstest.NewV1(t)
	tree.Put("a", cgroupfstest.Usage{})
	tree.Write("blkio/a/blkio.throttle.io_service_bytes", "8:0 Read 1\nTotal 1\n")
	g := open(t, tree, "a")
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	read := func() cgroupfs.Value {
		require.NoError(t, g.Read(&s, cgroupfs.IO, &buf))
		if len(s.IO.Devices) == 0 {
			return cgroupfs.Value{}
		}
		return s.IO.Devices[0].ReadBytes
	}
	require.Equal(t, cgroupfs.Number(1), read(), "the last of the names")
	tree.Write("blkio/a/blkio.throttle.io_service_bytes_recursive", "8:0 Read 2\nTotal 2\n")
	require.Equal(t, cgroupfs.Number(1), read(), "what was found is remembered")
	tree.Remove("blkio/a/blkio.throttle.io_service_bytes")
	require.Equal(t, cgroupfs.Number(2), read(), "until it disappears")
	tree.Write("blkio/a/blkio.throttle.io_service_bytes_recursive", "Total 0\n")
	tree.Write("blkio/a/blkio.bfq.io_service_bytes_recursive", "8:0 Read 3\nTotal 3\n")
	require.Equal(t, cgroupfs.Number(3), read(), "or has nothing")
}

// TestDescendantsCountThoughNothingWasSaidAtFirst has a cgroup without I/O, of
// which every file is empty, until one below it begins.
func TestDescendantsCountThoughNothingWasSaidAtFirst(t *testing.T) {
	tree := cgroupfstest.NewV1(t)
	tree.Put("a", cgroupfstest.Usage{})
	const own, all = "blkio/a/blkio.throttle.io_service_bytes", "blkio/a/blkio.throttle.io_service_bytes_recursive"
	tree.Write(own, "")
	tree.Write(all, "")
	g := open(t, tree, "a")
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	for range 200 {
		require.NoError(t, g.Read(&s, cgroupfs.IO, &buf))
		require.Empty(t, s.IO.Devices)
	}
	tree.Write(all, "8:0 Read 2\nTotal 2\n")
	require.NoError(t, g.Read(&s, cgroupfs.IO, &buf))
	require.Len(t, s.IO.Devices, 1, "one below it")
	tree.Write(own, "8:0 Read 1\nTotal 1\n")
	tree.Write(all, "8:0 Read 3\nTotal 3\n")
	require.NoError(t, g.Read(&s, cgroupfs.IO, &buf))
	require.Equal(t, cgroupfs.Number(3), s.IO.Devices[0].ReadBytes, "both")
}

func TestASecondaryThatIsMadeAnewHasAnotherEpoch(t *testing.T) {
	tree := cgroupfstest.NewV1(t)
	tree.Put("a", cgroupfstest.Usage{CPU: time.Second, Memory: 5})
	g := open(t, tree, "a")
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	require.NoError(t, g.Read(&s, cgroupfs.DefaultMetrics, &buf))
	epoch := s.CPU.Read.Epoch

	tree.Remove("cpu,cpuacct/a")
	require.NoError(t, g.Read(&s, cgroupfs.DefaultMetrics, &buf), "the cgroup lives: its master does")
	require.True(t, s.CPU.UsageNanos.IsAbsent())
	require.Equal(t, cgroupfs.Number(5), s.Memory.Current)

	tree.Put("a", cgroupfstest.Usage{CPU: 2 * time.Second, Memory: 5})
	for i := 0; s.CPU.UsageNanos.IsAbsent(); i++ {
		require.Less(t, i, 4)
		require.NoError(t, g.Read(&s, cgroupfs.DefaultMetrics, &buf))
	}
	require.NotEqual(t, epoch, s.CPU.Read.Epoch)

	tree.Recreate("memory/a")
	require.ErrorIs(t, g.Read(&s, cgroupfs.CPU, &buf), cgroupfs.ErrRemoved, "the master decides, also where nothing of it is read")
}

func TestChildren(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Mkdir("a/b")
	tree.Mkdir("a/c")
	tree.Write("a/cpu.stat", "usage_usec 1\n")
	g := open(t, tree, "a")
	var names []string
	require.NoError(t, g.Children(&cgroupfs.Buffer{}, func(name []byte) { names = append(names, string(name)) }))
	require.ElementsMatch(t, []string{"b", "c"}, names)
	changed, err := g.ChildrenChanged()
	require.NoError(t, err)
	require.True(t, changed, "an ordinary folder's links say nothing")
	tree.Remove("a")
	require.ErrorIs(t, g.Children(&cgroupfs.Buffer{}, func([]byte) {}), cgroupfs.ErrRemoved)
}

func TestReadAllocatesNothing(t *testing.T) {
	for _, file := range []string{
		"../testdata/v2/debian12-linux6.1-kubelet1.32-systemd.txtar",
		"../testdata/v1/debian12-linux6.1-kubelet1.32-cgroupfs.txtar",
	} {
		tree := cgroupfstest.Load(t, file)
		g := open(t, tree, "/")
		var s cgroupfs.Sample
		var buf cgroupfs.Buffer
		read := func() {
			if err := g.Read(&s, cgroupfs.AllMetrics, &buf); err != nil {
				t.Fatal(err)
			}
		}
		read()
		if n := testing.AllocsPerRun(100, read); n != 0 {
			t.Errorf("%s: Read allocates %v times, want 0", file, n)
		}
	}
}

func TestErrorsOfOtherSystems(t *testing.T) {
	require.True(t, errors.Is(cgroupfs.ErrRemoved, fs.ErrNotExist))
	require.False(t, errors.Is(cgroupfs.ErrRemoved, errors.ErrUnsupported))
}
