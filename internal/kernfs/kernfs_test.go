package kernfs

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func openDir(t *testing.T, path string) FD {
	t.Helper()
	dir, err := OpenDir(path)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("not on " + runtime.GOOS)
	}
	require.NoError(t, err)
	t.Cleanup(func() { Close(&dir) })
	return dir
}

func TestRead(t *testing.T) {
	root := t.TempDir()
	dir := openDir(t, root)
	for _, tc := range []struct {
		name string
		size int
		err  error
	}{
		{"an empty file is present and empty", 0, nil},
		{"a small file", 10, nil},
		{"a file as long as the buffer", 4096, nil},
		{"a file a little longer", 4097, nil},
		{"a file of many pieces", 100_000, nil},
		{"a file just small enough", MaxFile - 1, nil},
		{"a file that is too large", MaxFile, ErrTooLarge},
	} {
		for _, record := range []int{0, 100, AnyRecord} {
			t.Run(tc.name, func(t *testing.T) {
				want := bytes.Repeat([]byte("0123456789"), tc.size/10+1)[:tc.size]
				require.NoError(t, os.WriteFile(filepath.Join(root, "f"), want, 0o600))
				fd, err := OpenAt(dir, NewName("f"))
				require.NoError(t, err)
				defer Close(&fd)
				text, buf, err := Read(fd, nil, record)
				require.Equal(t, tc.err, err)
				require.LessOrEqual(t, len(buf), MaxFile)
				if tc.err != nil {
					return
				}
				require.True(t, bytes.Equal(want, text))
				again, _, err := Read(fd, buf, record)
				require.NoError(t, err)
				require.True(t, bytes.Equal(want, again))
			})
		}
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	root := t.TempDir()
	dir := openDir(t, root)
	require.NoError(t, os.WriteFile(filepath.Join(root, "file"), nil, 0o600))
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(root, "link")))

	for _, name := range []string{"none", "link", "file/below"} {
		_, err := OpenAt(dir, NewName(name))
		require.ErrorIs(t, err, ErrAbsent, name)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
	}
	for _, name := range []string{"none", "file"} {
		_, err := OpenDirAt(dir, NewName(name))
		require.ErrorIs(t, err, ErrAbsent, name)
	}
	_, err := OpenDir(filepath.Join(root, "none"))
	require.ErrorIs(t, err, ErrAbsent)
}

func TestReadLinkAt(t *testing.T) {
	root := t.TempDir()
	dir := openDir(t, root)
	require.NoError(t, os.Symlink("net:[4026531840]", filepath.Join(root, "link")))
	require.NoError(t, os.WriteFile(filepath.Join(root, "file"), nil, 0o600))
	text, err := ReadLinkAt(dir, NewName("link"), make([]byte, 64))
	require.NoError(t, err)
	require.Equal(t, "net:[4026531840]", string(text))
	_, err = ReadLinkAt(dir, NewName("link"), make([]byte, 16))
	require.ErrorIs(t, err, ErrTooLarge, "it may have been cut")
	_, err = ReadLinkAt(dir, NewName("none"), make([]byte, 64))
	require.ErrorIs(t, err, ErrAbsent)
	_, err = ReadLinkAt(dir, NewName("file"), make([]byte, 64))
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrAbsent)
}

func TestReadAt(t *testing.T) {
	root := t.TempDir()
	dir := openDir(t, root)
	require.NoError(t, os.WriteFile(filepath.Join(root, "f"), []byte("0123456789"), 0o600))
	fd, err := OpenAt(dir, NewName("f"))
	require.NoError(t, err)
	defer Close(&fd)
	buf := make([]byte, 4)
	for offset, want := range map[int64]string{0: "0123", 8: "89", 10: ""} {
		n, err := ReadAt(fd, buf, offset)
		require.NoError(t, err)
		require.Equal(t, want, string(buf[:n]))
	}
	_, err = ReadAt(None, buf, 0)
	require.Error(t, err)
}

func TestDirsAreFoldersOnly(t *testing.T) {
	root := t.TempDir()
	dir := openDir(t, root)
	want := make([]string, 0, 500)
	for i := range 500 {
		name := string(bytes.Repeat([]byte{'a' + byte(i%26)}, 1+i/26))
		require.NoError(t, os.Mkdir(filepath.Join(root, name), 0o700))
		want = append(want, name)
	}
	require.NoError(t, os.WriteFile(filepath.Join(root, "file"), nil, 0o600))
	require.NoError(t, os.Symlink(root, filepath.Join(root, "link")))
	var got []string
	require.NoError(t, Dirs(dir, make([]byte, 1024), func(name []byte) { got = append(got, string(name)) }))
	slices.Sort(want)
	slices.Sort(got)
	require.Equal(t, want, got)
}

func TestStatTellsARemovedFolder(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, "a"), 0o700))
	dir := openDir(t, filepath.Join(root, "a"))
	before, err := Stat(dir)
	require.NoError(t, err)
	require.True(t, before.IsDir)
	require.NotZero(t, before.Links)
	require.NoError(t, os.Remove(filepath.Join(root, "a")))
	after, err := Stat(dir)
	require.NoError(t, err)
	require.Equal(t, before.Ino, after.Ino)
}

func TestCloseTwice(t *testing.T) {
	fd := None
	Close(&fd)
	dir, err := OpenDir(t.TempDir())
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("not on " + runtime.GOOS)
	}
	require.NoError(t, err)
	Close(&dir)
	require.Equal(t, None, dir)
	Close(&dir)
}

func TestNothingAllocates(t *testing.T) {
	root := t.TempDir()
	dir := openDir(t, root)
	if runtime.GOOS != "linux" {
		t.Skip("only the Linux part promises it")
	}
	require.NoError(t, os.WriteFile(filepath.Join(root, "f"), []byte("text"), 0o600))
	require.NoError(t, os.Symlink("to", filepath.Join(root, "l")))
	name, link, buf := NewName("f"), NewName("l"), make([]byte, 4096)
	if n := testing.AllocsPerRun(100, func() {
		fd, _ := OpenAt(dir, name)
		_, buf, _ = Read(fd, buf, 0)
		_, _ = ReadAt(fd, buf, 2)
		_, _ = ReadLinkAt(dir, link, buf)
		_, _ = Stat(fd)
		Close(&fd)
	}); n != 0 {
		t.Errorf("opening, reading, looking and closing allocate %v times, want 0", n)
	}
}
