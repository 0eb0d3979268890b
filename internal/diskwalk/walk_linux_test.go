package diskwalk

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

func never() bool { return false }

// count walks root/name to its end, step entries at a time, and returns how
// many steps that took.
func count(t testing.TB, dir string, r Root, step int) (w Walk, steps int) {
	t.Helper()
	base, err := kernfs.OpenPath(dir)
	require.NoError(t, err)
	defer kernfs.Close(&base)
	var wr Walker
	for done := false; !done; steps++ {
		wr.Begin(step, never)
		done, err = w.Step(base, &r, &wr, step)
		require.NoError(t, err)
		require.GreaterOrEqual(t, wr.Left, 0)
		require.Less(t, steps, 1_000_000, "the walk makes no progress")
	}
	require.LessOrEqual(t, wr.links, MaxLinks)
	w.Forget(&wr)
	require.Zero(t, wr.links)
	return w, steps
}

func root(name string) Root { return Root{ZPath: []byte(name + "\x00")} }

// slowDu is another way to the same figures.
func slowDu(t testing.TB, dir string) (bytes, inodes uint64) {
	t.Helper()
	type id struct{ dev, ino uint64 }
	seen := map[id]bool{}
	var top uint64
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		if path == dir {
			top = st.Dev
		}
		if st.Dev != top {
			return filepath.SkipDir
		}
		if !d.IsDir() && seen[id{st.Dev, st.Ino}] {
			return nil
		}
		seen[id{st.Dev, st.Ino}] = true
		bytes += uint64(st.Blocks) * 512
		inodes++
		return nil
	}))
	return bytes, inodes
}

// coreutilsDu returns what du says, or false where there is none.
func coreutilsDu(t testing.TB, dir string) (bytes, inodes uint64, ok bool) {
	t.Helper()
	if _, err := exec.LookPath("du"); err != nil {
		return 0, 0, false
	}
	var n [2]uint64
	for i, arg := range []string{"--block-size=1", "--inodes"} {
		out, err := exec.Command("du", "-sx", arg, dir).Output()
		require.NoError(t, err)
		n[i], err = strconv.ParseUint(strings.Fields(string(out))[0], 10, 64)
		require.NoError(t, err)
	}
	return n[0], n[1], true
}

// grow makes a random tree of everything that can be in a folder.
func grow(t testing.TB, r *rand.Rand, dir string, entries int) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	dirs, files := []string{dir}, []string{}
	for i := range entries {
		in := dirs[r.IntN(len(dirs))]
		path := filepath.Join(in, fmt.Sprintf("%d-%s", i, strings.Repeat("n", r.IntN(60))))
		switch kind := r.IntN(10); {
		case kind < 2:
			require.NoError(t, os.Mkdir(path, 0o755))
			dirs = append(dirs, path)
		case kind == 2 && len(files) > 0:
			require.NoError(t, os.Link(files[r.IntN(len(files))], path))
		case kind == 3:
			require.NoError(t, os.Symlink([]string{"/etc", "..", "none", dir}[r.IntN(4)], path))
		case kind == 4:
			require.NoError(t, syscall.Mkfifo(path, 0o600))
		case kind == 5 && os.Getuid() == 0:
			require.NoError(t, syscall.Mknod(path, syscall.S_IFCHR|0o600, 1<<8|3))
		case kind == 6: // sparse
			require.NoError(t, os.WriteFile(path, []byte("x"), 0o600))
			require.NoError(t, os.Truncate(path, int64(r.IntN(1<<30))))
		default:
			require.NoError(t, os.WriteFile(path, make([]byte, r.IntN(20_000)), 0o600))
			files = append(files, path)
		}
	}
}

func TestRandomTreesAreAsDuHasThem(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		top := filepath.Join(dir, "v")
		grow(t, r, top, 50+r.IntN(400))
		bytes, inodes := slowDu(t, top)
		if b, i, ok := coreutilsDu(t, top); ok {
			require.Equal(t, b, bytes, "du")
			require.Equal(t, i, inodes, "du --inodes")
		}
		for _, step := range []int{1, 2, 7, 100, 1 << 20} {
			w, steps := count(t, dir, root("v"), step)
			assert.Equal(t, bytes, w.Bytes, "seed %d, %d at a time", seed, step)
			assert.Equal(t, inodes, w.Inodes, "seed %d, %d at a time", seed, step)
			names := 0
			require.NoError(t, filepath.WalkDir(top, func(string, fs.DirEntry, error) error { names++; return nil }))
			assert.Equal(t, (names+step-1)/step, steps, "seed %d: %d names, %d at a time", seed, names, step)
		}
	}
}

func TestFlatCountsFilesDirectlyInTheFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"v/0.log", "v/1.log", "v/sub/2.log"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), make([]byte, 5000), 0o600))
	}
	require.NoError(t, os.Symlink("sub/2.log", filepath.Join(dir, "v/link")))
	r := root("v")
	r.Flat = true
	w, _ := count(t, dir, r, 2)
	require.EqualValues(t, 3, w.Inodes)
	require.EqualValues(t, 2*8192, w.Bytes)
}

func TestDeepTreesNeedFewDescriptors(t *testing.T) {
	dir := t.TempDir()
	deep := func(depth int) string {
		top := fmt.Sprint("v", depth)
		fd, err := syscall.Open(dir, syscall.O_RDONLY|syscall.O_DIRECTORY, 0)
		require.NoError(t, err)
		for i := range depth { // step by step: the path is longer than the kernel takes
			name := "0123456789"
			if i == 0 {
				name = top
			}
			require.NoError(t, syscall.Mkdirat(fd, name, 0o755))
			next, err := syscall.Openat(fd, name, syscall.O_RDONLY|syscall.O_DIRECTORY, 0)
			require.NoError(t, err)
			for j := range 2 {
				file, err := syscall.Openat(next, fmt.Sprint(j), syscall.O_CREAT|syscall.O_WRONLY, 0o600)
				require.NoError(t, err)
				require.NoError(t, syscall.Close(file))
			}
			require.NoError(t, syscall.Close(fd))
			fd = next
		}
		require.NoError(t, syscall.Close(fd))
		return top
	}
	for _, step := range []int{1, 100, 1 << 20} {
		t.Run(fmt.Sprint(step), func(t *testing.T) {
			if step == 1<<20 {
				w, _ := count(t, dir, root(deep(MaxDepth)), step)
				require.EqualValues(t, 3*MaxDepth, w.Inodes)
				return
			}
			w, steps := count(t, dir, root(deep(200+step)), step)
			require.EqualValues(t, 3*(200+step), w.Inodes)
			require.Equal(t, (3*(200+step)+step-1)/step, steps)
		})
	}
	base, err := kernfs.OpenPath(dir)
	require.NoError(t, err)
	defer kernfs.Close(&base)
	r := root(deep(MaxDepth + 1))
	var wr Walker
	var w Walk
	wr.Begin(1<<20, never)
	_, err = w.Step(base, &r, &wr, 1<<20)
	require.ErrorIs(t, err, ErrTooDeep)
}
