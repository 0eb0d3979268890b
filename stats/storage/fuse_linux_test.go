package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fuse is a FUSE file system that answers nothing but the greeting.
type fuse struct {
	asked, statfs atomic.Int32 // how many requests came after the greeting, and how many were statfs
	came          chan struct{}
}

const (
	fuseStatfs = 17
	fuseInit   = 26
)

// mountFuse mounts one, or skips the test. At the test's end whoever hangs in
// it is let go.
func mountFuse(t *testing.T, dir string) *fuse {
	t.Helper()
	fd, err := syscall.Open("/dev/fuse", syscall.O_RDWR, 0)
	if err != nil {
		t.Skipf("no FUSE here: %v", err)
	}
	data := fmt.Sprintf("fd=%d,rootmode=40755,user_id=0,group_id=0", fd)
	if err := syscall.Mount("nodegauge-test", dir, "fuse.test", syscall.MS_NODEV|syscall.MS_NOSUID, data); err != nil {
		syscall.Close(fd)
		t.Skipf("no FUSE can be mounted here: %v", err)
	}
	f := &fuse{came: make(chan struct{}, 100)}
	done := make(chan struct{})
	t.Cleanup(func() {
		require.NoError(t, syscall.Unmount(dir, syscall.MNT_FORCE|syscall.MNT_DETACH)) // aborts the connection
		<-done
		syscall.Close(fd)
	})
	go func() {
		defer close(done)
		f.serve(fd)
	}()
	return f
}

func (f *fuse) serve(fd int) {
	buf := make([]byte, 1<<18)
	for {
		n, err := syscall.Read(fd, buf)
		switch {
		case errors.Is(err, syscall.EINTR), errors.Is(err, syscall.EAGAIN):
			continue
		case err != nil || n < 40:
			return // unmounted
		}
		switch op := binary.NativeEndian.Uint32(buf[4:]); op {
		case fuseInit: // header, then version 7.31 and nothing else
			out := make([]byte, 16+64)
			binary.NativeEndian.PutUint32(out, uint32(len(out)))
			copy(out[8:], buf[8:16]) // which request
			binary.NativeEndian.PutUint32(out[16:], 7)
			binary.NativeEndian.PutUint32(out[20:], 31)
			binary.NativeEndian.PutUint32(out[36:], 4096)
			_, _ = syscall.Write(fd, out)
		default:
			f.asked.Add(1)
			if op == fuseStatfs {
				f.statfs.Add(1)
			}
			f.came <- struct{}{}
		}
	}
}

func csiVolume(h *host, name string) string {
	return h.mkdir("var/lib/kubelet/pods", uidA, "volumes/kubernetes.io~csi", name, "mount")
}

func TestLiveAFileSystemThatNeverAnswers(t *testing.T) {
	h := newHost(t)
	h.fill(h.volume(uidA, "empty-dir", "v"), 10)
	dir := csiVolume(h, "dead")
	f := mountFuse(t, dir)
	c := h.collector(Options{Remote: true, Wait: time.Millisecond})
	for range 3 {
		s := collect(t, c)
		require.Contains(t, messages(s), "storage: "+dir+": statfs does not come back")
		v := s.volume(t, uidA, "dead")
		require.Equal(t, FS{Path: dir}, v.FS)
		require.Equal(t, Used{}, v.Used)
		require.Equal(t, n(11), s.volume(t, uidA, "v").Used.Inodes)
	}
	<-f.came
	require.EqualValues(t, 1, f.statfs.Load(), "one waits, and no more")
	require.EqualValues(t, 1, f.asked.Load(), "nothing else was asked")
	require.ErrorIs(t, c.Close(), ErrHung)
}

func TestLiveRemoteFileSystemsAreNotTouched(t *testing.T) {
	h := newHost(t)
	h.write(1, "var/lib/kubelet/pods", uidA, "volumes/kubernetes.io~empty-dir/v/f")
	inside := filepath.Join(h.volume(uidA, "empty-dir", "v"), "inside")
	require.NoError(t, os.Mkdir(inside, 0o755))
	dir := csiVolume(h, "dead")
	a, b := mountFuse(t, dir), mountFuse(t, inside)
	c := h.collector(Options{})
	for range 3 {
		s := collect(t, c)
		require.Empty(t, messages(s))
		require.Equal(t, FS{Path: dir}, s.volume(t, uidA, "dead").FS)
		require.Equal(t, n(2), s.volume(t, uidA, "v").Used.Inodes, "without what is mounted in it")
	}
	require.NoError(t, c.Close())
	require.Zero(t, a.asked.Load()+b.asked.Load())
}

func TestLiveALinkToARemoteFileSystemIsNotFollowed(t *testing.T) {
	h := newHost(t)
	h.mkdir("var/lib/kubelet/pods")
	f := mountFuse(t, h.mkdir("net"))
	require.NoError(t, os.RemoveAll(h.path("var/log/pods")))
	require.NoError(t, os.Symlink("/net/pods", h.path("var/log/pods")))
	s := collect(t, h.collector(Options{}))
	require.Contains(t, messages(s), "/var/log/pods: on a network or FUSE file system, which Options.Remote would allow")
	require.Zero(t, f.asked.Load())
}

func TestLiveAKubeletsFolderOnARemoteFileSystem(t *testing.T) {
	h := newHost(t)
	h.volume(uidA, "empty-dir", "v")
	h.mkdir("var/log/pods/ns_name_" + uidA)
	f := mountFuse(t, h.path("var/lib/kubelet"))
	s := collect(t, h.collector(Options{}))
	require.Contains(t, messages(s), "/var/lib/kubelet/pods: on a network or FUSE file system, which Options.Remote would allow")
	require.Equal(t, FS{}, s.Node)
	require.NotNil(t, s.pod(t, uidA), "logs are elsewhere")
	require.Zero(t, f.asked.Load())
}
