package kernfs

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// TestOpenListAtOpensFoldersBeneath holds for openat2 and for kernels without.
func TestOpenListAtOpensFoldersBeneath(t *testing.T) {
	top := t.TempDir()
	for _, name := range []string{"in/a/b", "out"} {
		require.NoError(t, os.MkdirAll(filepath.Join(top, name), 0o755))
	}
	require.NoError(t, os.Symlink("../../out", filepath.Join(top, "in/a/link")))
	require.NoError(t, os.Symlink("b", filepath.Join(top, "in/a/short")))
	require.NoError(t, os.WriteFile(filepath.Join(top, "in/file"), nil, 0o600))
	require.NoError(t, syscall.Mkfifo(filepath.Join(top, "in/fifo"), 0o600))
	dir := openDir(t, filepath.Join(top, "in"))
	for _, open := range []func(FD, []byte, bool) (FD, error){OpenListAt, openSteps} {
		for _, name := range []string{".", "a", "a/b"} {
			fd, err := open(dir, []byte(name+"\x00"), false)
			require.NoError(t, err, name)
			want, err := os.Stat(filepath.Join(top, "in", name))
			require.NoError(t, err)
			got, err := StatFile(fd)
			require.NoError(t, err)
			require.Equal(t, want.Sys().(*syscall.Stat_t).Ino, got.Ino)
			Close(&fd)
		}
		for _, name := range []string{"none", "file", "fifo", "a/link", "a/short", "a/none/b", "file/b"} {
			_, err := open(dir, []byte(name+"\x00"), true)
			assert.ErrorIs(t, err, ErrAbsent, name)
		}
		for _, name := range []string{"..", "a/../../out", "/"} {
			fd, err := open(dir, []byte(name+"\x00"), true)
			assert.Error(t, err, name)
			Close(&fd)
		}
	}
	_, err := OpenListAt(dir, []byte("a"), false)
	require.ErrorIs(t, err, unix.EFAULT, "a name without its NUL")
}

func TestLiveOpenListAtStaysOnTheMount(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may mount")
	}
	top := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(top, "m"), 0o755))
	if err := syscall.Mount("tmpfs", filepath.Join(top, "m"), "tmpfs", 0, ""); err != nil {
		t.Skipf("nothing can be mounted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(filepath.Join(top, "m"), 0)) })
	require.NoError(t, os.Mkdir(filepath.Join(top, "m/sub"), 0o755))
	dir := openDir(t, top)
	for _, open := range []func(FD, []byte, bool) (FD, error){OpenListAt, openSteps} {
		for _, name := range []string{"m", "m/sub"} {
			_, err := open(dir, []byte(name+"\x00"), false)
			require.ErrorIs(t, err, ErrOtherMount)
			fd, err := open(dir, []byte(name+"\x00"), true)
			require.NoError(t, err)
			Close(&fd)
		}
	}
}

func TestStatfsKnowsItsMount(t *testing.T) {
	dir := t.TempDir()
	f, err := Statfs(dir)
	require.NoError(t, err)
	var st unix.Statfs_t
	require.NoError(t, unix.Statfs(dir, &st))
	require.Equal(t, st.Blocks, f.Blocks)
	require.EqualValues(t, st.Frsize, f.BlockSize)
	require.Equal(t, st.Files, f.Files)
	require.NotZero(t, f.Mount, "since Linux 5.8")
	_, err = Statfs(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, ErrAbsent)
}

func TestProjectOfAnOrdinaryFolder(t *testing.T) {
	dir, err := OpenListAt(openDir(t, t.TempDir()), []byte(".\x00"), false)
	require.NoError(t, err)
	defer Close(&dir)
	id, err := Project(dir)
	require.NoError(t, err)
	require.Zero(t, id)
	_, err = ProjectQuota(dir, "/dev/none", 1)
	require.True(t, err == nil || errors.Is(err, ErrNoQuota), err)
}

func FuzzNextEntry(f *testing.F) {
	dir := openDirFuzz(f)
	buf := make([]byte, 4096)
	n, err := List(dir, buf)
	require.NoError(f, err)
	f.Add(buf[:n])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		for len(b) > 0 {
			e, rest := NextEntry(b)
			require.Less(t, len(rest), len(b))
			if len(e.ZName) > 0 {
				require.Greater(t, len(e.ZName), 1)
				require.NotContains(t, string(e.Name()), "\x00")
				require.Zero(t, e.ZName[len(e.ZName)-1])
			}
			b = rest
		}
	})
}

func openDirFuzz(f *testing.F) FD {
	top := f.TempDir()
	require.NoError(f, os.Mkdir(filepath.Join(top, "a"), 0o755))
	require.NoError(f, os.WriteFile(filepath.Join(top, "long-name-of-a-file"), nil, 0o600))
	base, err := OpenPath(top)
	require.NoError(f, err)
	f.Cleanup(func() { Close(&base) })
	dir, err := OpenListAt(base, []byte(".\x00"), false)
	require.NoError(f, err)
	f.Cleanup(func() { Close(&dir) })
	return dir
}
