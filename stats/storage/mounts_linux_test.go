package storage

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/mountinfo"
)

func TestLiveAVolumeInMemoryHasItsOwnCapacity(t *testing.T) {
	h := newHost(t)
	dir := h.volume(uidA, "empty-dir", "memory")
	mountAt(t, dir, "tmpfs", "size=8m,nr_inodes=1000")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), make([]byte, 10_000), 0o600))
	s := collect(t, h.collector(Options{}))
	require.Empty(t, messages(s))
	v := s.volume(t, uidA, "memory")
	require.True(t, v.Memory)
	require.Equal(t, FS{
		Path: dir, Time: h.now,
		CapacityBytes: n(8 << 20), UsedBytes: n(12288), AvailableBytes: n(8<<20 - 12288),
		Inodes: n(1000), InodesUsed: n(2), InodesFree: n(998),
	}, v.FS)
	require.Equal(t, Used{Time: h.now, Bytes: n(12288), Inodes: n(2)}, v.Used)
	require.Zero(t, s.Entries, "nothing was counted")
}

func TestLiveAMountInAVolumeIsNotCrossed(t *testing.T) {
	h := newHost(t)
	dir := h.volume(uidA, "empty-dir", "v")
	h.write(1, "var/lib/kubelet/pods", uidA, "volumes/kubernetes.io~empty-dir/v/f")
	other := filepath.Join(dir, "other")
	same := filepath.Join(dir, "a", "same")
	require.NoError(t, os.MkdirAll(other, 0o755))
	require.NoError(t, os.MkdirAll(same, 0o755))
	mountAt(t, other, "tmpfs", "size=1m")
	h.fill(other, 10)
	elsewhere := h.mkdir("elsewhere")
	h.fill(elsewhere, 10)
	require.NoError(t, syscall.Mount(elsewhere, same, "", syscall.MS_BIND, ""))
	t.Cleanup(func() { _ = syscall.Unmount(same, syscall.MNT_DETACH) })
	c := h.collector(Options{})
	s := collect(t, c)
	require.Empty(t, messages(s))
	require.Equal(t, n(3), s.volume(t, uidA, "v").Used.Inodes, "the folder, f, a")
	require.ElementsMatch(t, []string{"other", "a/same"}, c.kubelet.folders[uidA+"/volumes/kubernetes.io~empty-dir/v"].mounts)
}

// TestLiveAFolderThatCannotBeListedCostsNoMore mounts something on the folder of
// a volume's plugin: the volume stays known, in every round.
func TestLiveAFolderThatCannotBeListedCostsNoMore(t *testing.T) {
	h := newHost(t)
	dir := h.volume(uidA, "empty-dir", "v")
	require.NoError(t, os.Mkdir(filepath.Join(dir, "in"), 0o755))
	mountAt(t, filepath.Join(dir, "in"), "tmpfs", "size=1m")
	c := h.collector(Options{})
	require.Empty(t, messages(collect(t, c)))
	mountAt(t, filepath.Dir(dir), "tmpfs", "size=1m")
	for range 3 {
		s := collect(t, c)
		require.Contains(t, messages(s), uidA+": on another mount")
		require.Equal(t, []string{"in"}, c.kubelet.folders[uidA+"/volumes/kubernetes.io~empty-dir/v"].mounts)
	}
}

func TestLiveABindMountOfTheSameDeviceIsCounted(t *testing.T) {
	h := newHost(t)
	if os.Getuid() != 0 {
		t.Skip("only root may mount")
	}
	dir := h.volume(uidA, "local-volume", "pv")
	disk := h.mkdir("mnt/disk")
	h.fill(disk, 10)
	require.NoError(t, syscall.Mount(disk, dir, "", syscall.MS_BIND, ""))
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	s := collect(t, h.collector(Options{}))
	require.Empty(t, messages(s))
	v := s.volume(t, uidA, "pv")
	require.Equal(t, n(11), v.Used.Inodes)
	require.Equal(t, s.Node.CapacityBytes, v.FS.CapacityBytes)
}

// TestLiveNothingIsPinned unmounts volumes right after a round, in the middle of
// counts.
func TestLiveNothingIsPinned(t *testing.T) {
	h := newHost(t)
	memory := h.volume(uidA, "empty-dir", "memory")
	mountAt(t, memory, "tmpfs", "size=1m")
	disk := h.mkdir("mnt/disk")
	h.fill(disk, 1000)
	local := h.volume(uidA, "local-volume", "pv")
	require.NoError(t, syscall.Mount(disk, local, "", syscall.MS_BIND, ""))
	t.Cleanup(func() { _ = syscall.Unmount(local, syscall.MNT_DETACH) })
	c := h.collector(Options{Entries: 300})
	require.EqualValues(t, 300, collect(t, c).volume(t, uidA, "pv").Used.Counting.Inodes)
	require.NoError(t, syscall.Unmount(memory, 0))
	require.NoError(t, syscall.Unmount(local, 0))
	s := collect(t, c)
	require.Empty(t, messages(s))
	require.False(t, s.volume(t, uidA, "memory").Memory)
	require.Equal(t, n(1), s.volume(t, uidA, "memory").Used.Inodes, "an ordinary folder now")
	require.Equal(t, n(1), s.volume(t, uidA, "pv").Used.Inodes)
}

// TestAHungStatfs makes one hang, and later lets it come back.
func TestAHungStatfs(t *testing.T) {
	h := newHost(t)
	h.fill(h.volume(uidA, "empty-dir", "v"), 10)
	c := h.collector(Options{})
	var calls atomic.Int32
	node := collect(t, c).Node
	release, back := make(chan struct{}), make(chan struct{})
	c.o.Wait = time.Nanosecond
	c.asker.statfs = func(path string) (kernfs.Filling, error) {
		defer close(back)
		calls.Add(1)
		<-release
		return kernfs.Statfs(path)
	}
	for range 5 {
		h.now = h.now.Add(time.Minute)
		s := collect(t, c)
		require.Len(t, s.Errors.Examples, 1)
		require.ErrorIs(t, s.Errors.Examples[0], ErrHung)
		require.ErrorContains(t, s.Errors.Examples[0], ": statfs does not come back since 2027-01-15T08:01:00Z")
		require.Equal(t, node, s.Node, "the last figures stay, with their time")
		require.Equal(t, Used{Time: h.now, Bytes: s.volume(t, uidA, "v").Used.Bytes, Inodes: n(11)}, s.volume(t, uidA, "v").Used, "all else goes on")
	}
	require.Len(t, c.asker.out, 1)
	close(release)
	<-back
	require.EqualValues(t, 1, calls.Load(), "a hung one is never doubled")
	for len(c.asker.out[c.node.device].answer) == 0 { // about to be sent
		runtime.Gosched()
	}
	c.o.Wait, c.asker.statfs = time.Minute, kernfs.Statfs
	s := collect(t, c)
	require.Empty(t, messages(s))
	require.Equal(t, h.now, s.Node.Time)
}

func TestCloseDoesNotWaitForAHungStatfs(t *testing.T) {
	h := newHost(t)
	c := h.collector(Options{Wait: 1})
	release := make(chan struct{})
	defer close(release)
	c.asker.statfs = func(string) (kernfs.Filling, error) { <-release; return kernfs.Filling{}, nil }
	collect(t, c)
	err := c.Close()
	require.ErrorIs(t, err, ErrHung)
	require.ErrorContains(t, err, "storage: "+c.node.point+": ")
	require.NoError(t, c.Close())
}

func TestAClassIsByDeviceAndName(t *testing.T) {
	for _, tc := range []struct {
		device, kind string
		want         class
	}{
		{"8:1", "ext4", classLocal},
		{"259:3", "xfs", classLocal},
		{"0:31", "btrfs", classLocal},
		{"0:50", "overlay", classLocal},
		{"0:5", "tmpfs", classMemory},
		{"0:60", "nfs4", classRemote},
		{"0:61", "fuse.s3fs", classRemote},
		{"8:17", "fuseblk", classRemote},
		{"0:62", "what nobody has heard of", classRemote},
		{"0:63", "9p", classRemote},
	} {
		assert.Equal(t, tc.want, classOf(tc.device, tc.kind), tc.kind)
	}
}

func TestADeviceIsWhatTheTableOfMountsCallsIt(t *testing.T) {
	m := mounts{byID: map[uint64]*mount{}, byPoint: map[string]*mount{}}
	for _, tc := range []struct{ id, device, point, kind, source, want string }{
		{"1", "254:1", "/", "ext4", "/dev/vda1", "/dev/vda1"},
		{"2", "0:31", "/data", "btrfs", `/dev/my\040disk`, "/dev/my disk"},
		{"3", "0:5", "/run", "tmpfs", "tmpfs", ""},
		{"4", "0:60", "/nfs", "nfs4", "server:/export", ""},
	} {
		m.add(&mountinfo.Line{ID: []byte(tc.id), Device: []byte(tc.device), MountPoint: []byte(tc.point), FSType: []byte(tc.kind), Source: []byte(tc.source)}, 1)
		fs := &m.byPoint[tc.point].fs
		fs.set(&kernfs.Filling{BlockSize: 1, Blocks: 1})
		assert.Equal(t, tc.want, fs.Device, tc.source)
	}
}

func TestAFileSystemThatSaysNonsense(t *testing.T) {
	var f FS
	f.set(&kernfs.Filling{BlockSize: 4096, Blocks: 10, BlocksFree: 11, BlocksHave: 1 << 60, Files: 5, FilesFree: 6})
	require.Equal(t, FS{CapacityBytes: n(40960), Inodes: n(5), InodesFree: n(6)}, f, "what cannot be is absent")
	f.set(&kernfs.Filling{BlockSize: 512, Blocks: 10, BlocksFree: 4, BlocksHave: 3})
	require.Equal(t, FS{CapacityBytes: n(5120), UsedBytes: n(3072), AvailableBytes: n(1536)}, f, "btrfs has no inodes to count")
}

func TestAStatfsThatFails(t *testing.T) {
	h := newHost(t)
	c := h.collector(Options{})
	c.asker.statfs = func(string) (kernfs.Filling, error) { return kernfs.Filling{}, errors.New("input/output error") }
	s := collect(t, c)
	require.Contains(t, messages(s), "storage: statfs ")
	require.Contains(t, messages(s), ": input/output error")
	require.True(t, s.Node.CapacityBytes.IsAbsent())
	require.Zero(t, s.Node.Time)
}
