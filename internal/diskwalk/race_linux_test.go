package diskwalk

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// A canary is a folder that nobody may open or look into.
type canary struct {
	t    *testing.T
	path string
	fd   int
}

func newCanary(t *testing.T) *canary {
	c := &canary{t: t, path: filepath.Join(t.TempDir(), "outside")}
	require.NoError(t, os.Mkdir(c.path, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(c.path, "secret"), make([]byte, 1<<20), 0o600))
	var err error
	c.fd, err = unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(c.fd) })
	_, err = unix.InotifyAddWatch(c.fd, c.path, unix.IN_OPEN|unix.IN_ACCESS)
	require.NoError(t, err)
	return c
}

// opened reports whether anything was opened or read since the last call.
func (c *canary) opened() bool {
	n, err := unix.Read(c.fd, make([]byte, 4096))
	if err != nil {
		require.ErrorIs(c.t, err, unix.EAGAIN)
	}
	return n > 0
}

func TestTheCanarySings(t *testing.T) {
	c := newCanary(t)
	require.False(t, c.opened())
	_, err := os.ReadDir(c.path)
	require.NoError(t, err)
	require.True(t, c.opened())
}

// TestALinkSwappedForAFolderLeadsNowhere has somebody who exchanges folders
// with links to the outside, and moves folders there, while they are counted.
func TestALinkSwappedForAFolderLeadsNowhere(t *testing.T) {
	dir, c := t.TempDir(), newCanary(t)
	v := filepath.Join(dir, "v")
	require.NoError(t, os.MkdirAll(filepath.Join(v, "a/b"), 0o755))
	for _, name := range []string{"link", "a/b/link"} {
		require.NoError(t, os.Symlink(c.path, filepath.Join(v, name)))
	}
	swap := func(a, b string) {
		_ = unix.Renameat2(unix.AT_FDCWD, filepath.Join(v, a), unix.AT_FDCWD, filepath.Join(v, b), unix.RENAME_EXCHANGE)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			select {
			case <-stop:
				return
			default:
				swap("a", "link")
				swap("a", "link")
				swap("a/b", "a/b/link") // a link in the place of its own folder: refused, and harmless
				_ = os.Rename(filepath.Join(v, "a/b"), filepath.Join(dir, "moved"))
				_ = os.Rename(filepath.Join(dir, "moved"), filepath.Join(v, "a/b"))
			}
		}
	}()
	end := sync.OnceFunc(func() { close(stop); wg.Wait() })
	defer end()
	base, err := kernfs.OpenPath(dir)
	require.NoError(t, err)
	defer kernfs.Close(&base)
	var wr Walker
	r := root("v")
	for range 1000 {
		var w Walk
		for done := false; !done; {
			wr.Begin(1, never)
			done, err = w.Step(base, &r, &wr, 1)
			require.NoError(t, err)
		}
		require.Less(t, w.Bytes, uint64(1<<20), "what is outside was counted")
	}
	end()
	require.False(t, c.opened(), "something outside was opened")
}

func TestOddFilesAreNotOpened(t *testing.T) {
	dir := t.TempDir()
	v := filepath.Join(dir, "v")
	require.NoError(t, os.Mkdir(v, 0o755))
	require.NoError(t, syscall.Mkfifo(filepath.Join(v, "fifo"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(v, "file"), []byte("x"), 0o000))
	require.NoError(t, os.Symlink("fifo", filepath.Join(v, "link")))
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	require.NoError(t, err)
	defer unix.Close(fd)
	for _, name := range []string{"fifo", "file"} {
		_, err = unix.InotifyAddWatch(fd, filepath.Join(v, name), unix.IN_OPEN)
		require.NoError(t, err)
	}
	w, _ := count(t, dir, root("v"), 100)
	require.EqualValues(t, 4, w.Inodes)
	_, err = unix.Read(fd, make([]byte, 4096))
	require.ErrorIs(t, err, unix.EAGAIN, "something was opened")
}

func TestLiveAMountIsNotCrossed(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may mount")
	}
	dir := t.TempDir()
	v, elsewhere := filepath.Join(dir, "v"), filepath.Join(dir, "elsewhere")
	for _, name := range []string{"v/tmpfs", "v/bind", "elsewhere/sub"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
	}
	if err := syscall.Mount("tmpfs", filepath.Join(v, "tmpfs"), "tmpfs", 0, ""); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
	defer func() { require.NoError(t, syscall.Unmount(filepath.Join(v, "tmpfs"), 0), "something is held open") }()
	require.NoError(t, syscall.Mount(elsewhere, filepath.Join(v, "bind"), "", syscall.MS_BIND, ""))
	defer func() { require.NoError(t, syscall.Unmount(filepath.Join(v, "bind"), 0), "something is held open") }()
	w, _ := count(t, dir, root("v"), 1)
	require.EqualValues(t, 1, w.Inodes, "the kernel tells that both are mounts")
}

func TestTooManyHardLinksCountByName(t *testing.T) {
	dir := t.TempDir()
	v := filepath.Join(dir, "v")
	require.NoError(t, os.Mkdir(v, 0o755))
	for i := range OwnLinks + 2 {
		name := filepath.Join(v, strconv.Itoa(i))
		require.NoError(t, os.WriteFile(name, []byte("x"), 0o600))
		require.NoError(t, os.Link(name, name+"-again"))
	}
	base, err := kernfs.OpenPath(dir)
	require.NoError(t, err)
	defer kernfs.Close(&base)
	r := root("v")
	wr := Walker{links: MaxLinks - 1} // others remember all but one
	wr.Begin(10_000, never)
	var w Walk
	done, err := w.Step(base, &r, &wr, 10_000)
	require.NoError(t, err)
	require.True(t, done)
	require.True(t, w.Doubled)
	require.EqualValues(t, 1+OwnLinks+2*2, w.Inodes, "the folder, its own once, two twice")
	w.Reset(&wr)
	require.Equal(t, MaxLinks-1, wr.links)
}

func TestAStepAllocatesNothing(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"v/a/b/c", "v/d"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, "f"), nil, 0o600))
	}
	base, err := kernfs.OpenPath(dir)
	require.NoError(t, err)
	defer kernfs.Close(&base)
	var wr Walker
	var w Walk
	r := root("v")
	walk := func() {
		wr.Begin(100, never)
		if done, err := w.Step(base, &r, &wr, 100); !done || err != nil {
			t.Fatal(done, err)
		}
		w.Reset(&wr)
	}
	if n := testing.AllocsPerRun(100, walk); n != 0 {
		t.Errorf("a walk allocates %v times, want 0", n)
	}
}

func BenchmarkStep(b *testing.B) {
	dir := b.TempDir()
	entries := 0
	for i := range 100 {
		sub := filepath.Join(dir, "v", string(rune('a'+i%26)), string(rune('a'+i/26)))
		require.NoError(b, os.MkdirAll(sub, 0o755))
		for j := range 100 {
			require.NoError(b, os.WriteFile(filepath.Join(sub, string(rune('0'+j))), nil, 0o600))
		}
	}
	base, err := kernfs.OpenPath(dir)
	require.NoError(b, err)
	defer kernfs.Close(&base)
	var wr Walker
	r := root("v")
	var w Walk
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		wr.Begin(1<<30, never)
		if done, err := w.Step(base, &r, &wr, 1<<30); !done || err != nil {
			b.Fatal(done, err)
		}
		entries += int(w.Inodes)
		w.Reset(&wr)
	}
	b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
}

// TestOneWalkTakesNoOthersMemory has a walk under way that remembers all that
// there is room for.
func TestOneWalkTakesNoOthersMemory(t *testing.T) {
	dir := t.TempDir()
	for i := range 10 {
		name := filepath.Join(dir, strconv.Itoa(i))
		require.NoError(t, os.WriteFile(name, nil, 0o600))
		require.NoError(t, os.Link(name, name+"b"))
	}
	base, err := kernfs.OpenPath(dir)
	require.NoError(t, err)
	defer kernfs.Close(&base)
	wr := Walker{links: MaxLinks}
	wr.Begin(1000, never)
	var w Walk
	r := root(".")
	done, err := w.Step(base, &r, &wr, 1000)
	require.NoError(t, err)
	require.True(t, done)
	require.False(t, w.Doubled)
	require.EqualValues(t, 11, w.Inodes)
	require.Equal(t, MaxLinks+10, wr.links)
	w.Forget(&wr)
	require.Equal(t, MaxLinks, wr.links)
}

func TestNamesInErrorsAreHarmless(t *testing.T) {
	w := Walk{levels: []level{{zname: []byte("v\x00")}, {zname: []byte("a b\x00")}}}
	for name, want := range map[string]string{
		"f":          "v/a b/f",
		"\x1b[2J\n":  `"v/a b/\x1b[2J\n"`,
		"\xff\u202e": `"v/a b/\xff\u202e"`,
	} {
		require.EqualError(t, w.wrap([]byte(name), ErrTooDeep), "count "+want+": "+ErrTooDeep.Error())
	}
}
