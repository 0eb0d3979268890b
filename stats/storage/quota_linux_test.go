package storage

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// mountDisk makes a file system in a file and mounts it on dir, or skips the
// test.
func mountDisk(t *testing.T, dir string, options string, mkfs ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may mount")
	}
	image := filepath.Join(t.TempDir(), "image")
	require.NoError(t, os.WriteFile(image, nil, 0o600))
	require.NoError(t, os.Truncate(image, 320<<20))
	for _, args := range [][]string{append(mkfs, image), {"mount", "-o", "loop," + options, image, dir}} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Skipf("%v: %v: %s", args, err, out)
		}
	}
	t.Cleanup(func() { require.NoError(t, exec.Command("umount", dir).Run()) })
}

// setProject makes all that will be in a folder belong to a project.
func setProject(t *testing.T, dir string, id uint32) {
	t.Helper()
	x := [7]uint32{0: 0x200, 3: id} // struct fsxattr: xflags and projid
	f, err := os.Open(dir)
	require.NoError(t, err)
	defer f.Close()
	set := uintptr(unix.RNDADDTOENTCNT&0xe0000000 | 28<<16 | 'X'<<8 | 32)
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), set, uintptr(unsafe.Pointer(&x)))
	require.Zero(t, errno)
}

var projectDisks = [...]struct {
	name, options string
	mkfs          []string
}{
	{"ext4", "prjquota", []string{"mkfs.ext4", "-q", "-O", "quota,project", "-E", "quotatype=prjquota"}},
	{"xfs", "prjquota", []string{"mkfs.xfs", "-q"}},
}

func TestLiveProjectQuotasAreRead(t *testing.T) {
	for _, tc := range projectDisks {
		t.Run(tc.name, func(t *testing.T) {
			h := newHost(t)
			mountDisk(t, h.path("var/lib/kubelet"), tc.options, tc.mkfs...)
			for i, name := range []string{"alone", "twin1", "twin2", "none"} {
				dir := h.volume(uidA, "empty-dir", name)
				if id := uint32(min(i, 1) + 7); name != "none" {
					setProject(t, dir, id)
				}
				h.fill(dir, 10)
				require.NoError(t, os.WriteFile(filepath.Join(dir, "data"), make([]byte, 100_000), 0o600))
			}
			require.NoError(t, exec.Command("sync").Run())
			s := collect(t, h.collector(Options{}))
			require.Empty(t, messages(s))
			for _, name := range []string{"alone", "twin1", "twin2", "none"} {
				require.Equal(t, n(12), s.volume(t, uidA, name).Used.Inodes, name)
				require.Equal(t, s.volume(t, uidA, "none").Used.Bytes, s.volume(t, uidA, name).Used.Bytes, name)
			}
			require.Equal(t, 3*12, s.Entries, "the one with a project of its own was not counted")
		})
	}
}

// TestLiveAProjectWithoutAccountingIsCounted has folders with projects on a
// file system that keeps no accounts.
func TestLiveAProjectWithoutAccountingIsCounted(t *testing.T) {
	h := newHost(t)
	mountDisk(t, h.path("var/lib/kubelet"), "noquota", "mkfs.xfs", "-q")
	dir := h.volume(uidA, "empty-dir", "v")
	setProject(t, dir, 7)
	h.fill(dir, 10)
	s := collect(t, h.collector(Options{}))
	require.Empty(t, messages(s))
	require.Equal(t, n(11), s.volume(t, uidA, "v").Used.Inodes)
	require.Equal(t, 11, s.Entries)
	base, err := kernfs.OpenPath(dir)
	require.NoError(t, err)
	defer kernfs.Close(&base)
	f, err := kernfs.OpenListAt(base, []byte(".\x00"), false)
	require.NoError(t, err)
	defer kernfs.Close(&f)
	id, err := kernfs.Project(f)
	require.NoError(t, err)
	require.EqualValues(t, 7, id)
	_, err = kernfs.ProjectQuota(f, "/dev/none", id)
	require.ErrorIs(t, err, kernfs.ErrNoQuota)
}
