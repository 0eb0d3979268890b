package storage

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestCollect(t *testing.T) {
	h := newHost(t)
	v := h.volume(uidA, "empty-dir", "cache")
	h.write(10_000, "var/lib/kubelet/pods", uidA, "volumes/kubernetes.io~empty-dir/cache/data")
	require.NoError(t, os.Symlink("/etc", filepath.Join(v, "link")))
	h.volume(uidA, "configmap", "config")
	h.mkdir("var/lib/kubelet/pods", uidA, "volumes/kubernetes.io~csi/pvc-1/mount")
	h.mkdir("var/lib/kubelet/pods", uidA, "volumes/vendor~driver/flex")
	h.write(200, "var/lib/kubelet/pods", uidA, "etc-hosts")
	logs := "var/log/pods/default_web-0_" + uidA
	h.write(5000, logs, "server/0.log")
	h.write(1, logs, "server/0.log.20260101-000000.gz")
	h.write(5000, logs, "server/deeper/x")
	h.write(1, logs, "event.log")
	h.mkdir(logs, "init")
	h.mkdir("var/log/pods/default_gone_" + uidB)
	c := h.collector(Options{})
	require.Nil(t, c.Latest())
	s := collect(t, c)
	require.Same(t, s, c.Latest())
	require.Empty(t, messages(s))
	require.Equal(t, h.now, s.Time)

	st := statfs(t, h.root)
	require.Equal(t, n(st.Blocks*uint64(st.Frsize)), s.Node.CapacityBytes)
	require.Equal(t, n(st.Files), s.Node.Inodes)
	require.Equal(t, h.now, s.Node.Time)

	p := s.pod(t, uidA)
	require.Len(t, s.Pods, 2)
	var names []string
	for _, v := range p.Volumes {
		names = append(names, v.Plugin+" "+v.Name)
		require.Equal(t, s.Node, v.FS)
		require.False(t, v.Memory)
	}
	require.Equal(t, []string{"configmap config", "csi pvc-1", "empty-dir cache", "vendor~driver flex"}, names)
	require.Equal(t, Used{Time: h.now, Bytes: n(4096 + 12288), Inodes: n(3)}, s.volume(t, uidA, "cache").Used)
	require.Equal(t, Used{Time: h.now, Bytes: n(4096), Inodes: n(1)}, s.volume(t, uidA, "pvc-1").Used)
	require.Equal(t, Used{Time: h.now, Bytes: n(4096), Inodes: n(1)}, p.EtcHosts)
	require.Equal(t, Used{Time: h.now, Bytes: n(4096), Inodes: n(1)}, p.Logs)
	require.Equal(t, []Logs{
		{"init", Used{Time: h.now, Bytes: n(0), Inodes: n(0)}},
		{"server", Used{Time: h.now, Bytes: n(8192 + 4096), Inodes: n(2)}},
	}, p.Containers)
	require.Equal(t, Used{}, s.pod(t, uidB).EtcHosts, "it has no folder")
	require.NoError(t, os.Mkdir(h.path("var/lib/kubelet/pods", uidB), 0o750))
	require.Equal(t, Used{Time: h.now, Bytes: n(0), Inodes: n(0)}, collect(t, c).pod(t, uidB).EtcHosts, "it has one, and no such file")
	require.NoError(t, os.Remove(h.path("var/lib/kubelet/pods", uidB)))

	h.now = h.now.Add(time.Minute)
	require.NoError(t, os.RemoveAll(h.path("var/lib/kubelet/pods", uidA)))
	h.write(1, logs, "event2.log")
	s = collect(t, c)
	require.Empty(t, messages(s))
	require.Empty(t, s.pod(t, uidA).Volumes)
	require.Equal(t, Used{}, s.pod(t, uidA).EtcHosts)
	require.Equal(t, Used{Time: h.now, Bytes: n(8192), Inodes: n(2)}, s.pod(t, uidA).Logs)
	require.NoError(t, os.RemoveAll(h.path("var/log/pods")))
	s = collect(t, c)
	require.Empty(t, s.Pods)
	require.Empty(t, c.pods)
	require.Empty(t, c.kubelet.folders)
	require.Empty(t, c.logs.folders)
}

func TestAHostWithoutAKubeletHasNoPods(t *testing.T) {
	h := &host{tb: t, root: t.TempDir(), now: time.Unix(1, 0)}
	s := collect(t, h.collector(Options{}))
	require.Empty(t, messages(s))
	require.Empty(t, s.Pods)
	st := statfs(t, h.root)
	require.Equal(t, n(st.Files), s.Node.Inodes, "where its folder would be")
}

func TestFoldersMayBeLinksOfTheHost(t *testing.T) {
	h := newHost(t)
	h.volume(uidA, "empty-dir", "a")
	h.mkdir("mnt/data")
	require.NoError(t, os.Rename(h.path("var/lib/kubelet"), h.path("mnt/data/kubelet")))
	require.NoError(t, os.Symlink("/mnt/data/kubelet", h.path("var/lib/kubelet"))) // the host's "/"
	s := collect(t, h.collector(Options{}))
	require.Equal(t, n(1), s.volume(t, uidA, "a").Used.Inodes)
}

func TestGarbageCostsNothingElse(t *testing.T) {
	h := newHost(t)
	pods := "var/lib/kubelet/pods"
	h.volume(uidA, "empty-dir", "good")
	h.volume("bad\nuid", "empty-dir", "x")
	h.volume("..x", "empty-dir", "x")
	h.mkdir(pods, uidA, "volumes/no-plugin")
	h.mkdir(pods, uidA, "volumes/kubernetes.io~empty-dir/bad\x01\xff")
	h.write(1, pods, "a-file")
	require.NoError(t, os.Symlink(h.path("var"), h.path(pods, uidB)))
	h.mkdir("var/log/pods/no-underscores")
	h.mkdir("var/log/pods/ns_name_bad\nuid")
	h.mkdir("var/log/pods/ns_name_" + uidA)
	h.mkdir("var/log/pods/other_name_" + uidA)
	s := collect(t, h.collector(Options{}))
	require.Len(t, s.Pods, 1)
	require.Len(t, s.Pods[0].Volumes, 1)
	require.Equal(t, n(1), s.volume(t, uidA, "good").Used.Inodes)
	require.Equal(t, 7, s.Errors.Total(), messages(s))
	require.Equal(t, 7, s.Errors.Parse)
	for _, want := range []string{
		`"bad\nuid": not a pod's UID`, `"..x": not a pod's UID`, `"no-plugin": not a name`, `"bad\x01\xff": not a name`,
		`"no-underscores": not a pod's folder of logs`, `"ns_name_bad\nuid": not a pod's folder of logs`, `another folder of logs has the same UID`,
	} {
		assert.Contains(t, messages(s), want)
	}
}

// TestAPartThatCannotBeReadLeavesTheFigure looks with another user's eyes if it
// runs as root.
func TestAPartThatCannotBeReadLeavesTheFigure(t *testing.T) {
	h := newHost(t)
	dir := h.volume(uidA, "empty-dir", "v")
	h.volume(uidA, "empty-dir", "w")
	c := h.collector(Options{})
	was := collect(t, c).volume(t, uidA, "v").Used
	require.NoError(t, os.Chmod(filepath.Dir(h.root), 0o755))
	closed := filepath.Join(dir, "closed")
	require.NoError(t, os.Mkdir(closed, 0))
	h.now = h.now.Add(time.Minute)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if os.Getuid() == 0 { // of this thread, and of the file system alone
		_, err := unix.SetfsuidRetUid(65534)
		require.NoError(t, err)
	}
	s, err := c.Collect(context.Background())
	if os.Getuid() == 0 {
		_, err := unix.SetfsuidRetUid(0)
		require.NoError(t, err)
	}
	require.NoError(t, err)
	require.Equal(t, 1, s.Errors.Denied, messages(s))
	require.Contains(t, messages(s), "storage: "+c.kubelet.dir+": count "+uidA+"/volumes/kubernetes.io~empty-dir/v/closed: permission denied")
	require.Equal(t, was, s.volume(t, uidA, "v").Used, "a sum without a part is none")
	require.Equal(t, h.now, s.volume(t, uidA, "w").Used.Time)
}

// The folder of a CSI volume is there before and after the volume, and the
// node's disk is not the volume's.
func TestACSIVolumeWithoutItsFolderIsNoVolume(t *testing.T) {
	h := newHost(t)
	above := h.volume(uidA, "csi", "pv")
	c := h.collector(Options{})
	for range 2 {
		require.Empty(t, collect(t, c).pod(t, uidA).Volumes)
		dir := h.mkdir("var/lib/kubelet/pods", uidA, "volumes/kubernetes.io~csi/pv/mount")
		require.Equal(t, n(1), collect(t, c).volume(t, uidA, "pv").Used.Inodes)
		require.NoError(t, os.Remove(dir))
	}
	s := collect(t, c)
	require.Empty(t, s.pod(t, uidA).Volumes)
	require.Empty(t, messages(s))
	require.NoError(t, os.Remove(above))
	require.Empty(t, collect(t, c).pod(t, uidA).Volumes)
}

func TestOptionsBelowZeroAreRefused(t *testing.T) {
	for _, o := range []Options{{Entries: -1}, {Time: -1}, {Wait: -1}} {
		_, err := New(&o)
		require.ErrorContains(t, err, "storage: a budget below zero")
	}
}

func TestAClosedCollectorSaysSo(t *testing.T) {
	h := newHost(t)
	c := h.collector(Options{})
	s := collect(t, c)
	require.NoError(t, c.Close())
	require.NoError(t, c.Close())
	_, err := c.Collect(context.Background())
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, err, fs.ErrClosed)
	require.Same(t, s, c.Latest())
}

func TestRunEndsWithItsContext(t *testing.T) {
	h := newHost(t)
	asked := make(asked, 1)
	c := h.collector(Options{Source: asked})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- c.Run(ctx, time.Hour) }()
	<-asked // the first round is now
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	_, err := c.Collect(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, c.Run(context.Background(), 0), "an interval of 0s is no interval")
}

// asked is a Source that tells when it is asked.
type asked chan struct{}

func (a asked) Layers(context.Context) (Layers, error) {
	a <- struct{}{}
	return Layers{}, nil
}

type source struct {
	layers Layers
	err    error
}

func (s source) Layers(context.Context) (Layers, error) { return s.layers, s.err }

func TestLiveWhatTheSourceSaysIsShown(t *testing.T) {
	h := newHost(t)
	images, layers := "/var/lib/images", "/var/lib/layers"
	h.mkdir(images)
	dir := h.mkdir(layers)
	mountAt(t, dir, "tmpfs", "size=1m,nr_inodes=100")
	used := func(i uint64) Used { return Used{Time: time.Unix(int64(i), 0), Bytes: n(i), Inodes: n(2 * i)} }
	src := source{Layers{
		Images:   []Folder{{images, used(1)}, {layers, used(2)}},
		Writable: []WritableLayer{{"b", Folder{layers, used(3)}}, {"a", Folder{"/none", used(4)}}},
	}, errors.New("half of it")}
	s := collect(t, h.collector(Options{Source: src}))
	require.Equal(t, "storage: half of it\n", messages(s))
	require.Equal(t, 1, s.Errors.Other)
	require.Equal(t, used(1), s.Image.Used)
	require.Equal(t, s.Node.CapacityBytes, s.Image.FS.CapacityBytes, "Node and images are on one disk")
	require.Equal(t, s.Image, s.Container, "layers are where images are, if nothing else is said")
	require.Equal(t, "a", s.Layers[0].ContainerID)
	require.Equal(t, FS{}, s.Layers[0].FS)
	require.Equal(t, n(1<<20), s.Layers[1].FS.CapacityBytes)
	require.Equal(t, n(100), s.Layers[1].FS.Inodes)
	require.Equal(t, n(1), s.Layers[1].FS.InodesUsed)
	require.Equal(t, used(3), s.Layers[1].Used)

	src.layers.Containers = []Folder{{layers, used(5)}}
	s = collect(t, h.collector(Options{Source: src}))
	require.Equal(t, used(5), s.Container.Used)
	require.Equal(t, n(1<<20), s.Container.FS.CapacityBytes)
}
