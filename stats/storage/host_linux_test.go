package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

const (
	uidA = "11111111-aaaa-4bcd-8def-00112233aabb"
	uidB = "22222222-bbbb-4bcd-8def-00112233aabb"
)

// A host is a folder that looks like a node's root.
type host struct {
	tb   testing.TB
	root string
	now  time.Time
}

func newHost(tb testing.TB) *host {
	root, err := filepath.EvalSymlinks(tb.TempDir())
	require.NoError(tb, err)
	h := &host{tb: tb, root: root, now: time.Unix(1_800_000_000, 0)}
	h.mkdir("var/lib/kubelet/pods")
	h.mkdir("var/log/pods")
	return h
}

func (h *host) path(elem ...string) string {
	return filepath.Join(append([]string{h.root}, elem...)...)
}

func (h *host) mkdir(elem ...string) string {
	h.tb.Helper()
	require.NoError(h.tb, os.MkdirAll(h.path(elem...), 0o755))
	return h.path(elem...)
}

// write makes a file of so many bytes.
func (h *host) write(size int, elem ...string) {
	h.tb.Helper()
	require.NoError(h.tb, os.MkdirAll(filepath.Dir(h.path(elem...)), 0o755))
	require.NoError(h.tb, os.WriteFile(h.path(elem...), make([]byte, size), 0o600))
}

// volume makes the folder of a pod's volume.
func (h *host) volume(uid, plugin, name string) string {
	h.tb.Helper()
	return h.mkdir("var/lib/kubelet/pods", uid, "volumes", "kubernetes.io~"+plugin, name)
}

// fill makes so many empty files in a folder.
func (h *host) fill(dir string, files int) {
	h.tb.Helper()
	fd, err := syscall.Open(dir, syscall.O_RDONLY|syscall.O_DIRECTORY, 0)
	require.NoError(h.tb, err)
	defer syscall.Close(fd)
	for i := range files {
		file, err := syscall.Openat(fd, fmt.Sprint("f", i), syscall.O_CREAT|syscall.O_WRONLY, 0o600)
		require.NoError(h.tb, err)
		syscall.Close(file)
	}
}

// collector returns a Collector of the host with a clock that stands still.
func (h *host) collector(o Options) *Collector {
	h.tb.Helper()
	o.Root = h.root
	if o.Now == nil {
		o.Now = func() time.Time { return h.now }
	}
	if o.Wait == 0 {
		o.Wait = time.Minute
	}
	c, err := New(&o)
	require.NoError(h.tb, err)
	h.tb.Cleanup(func() { c.Close() })
	return c
}

func collect(tb testing.TB, c *Collector) *Snapshot {
	tb.Helper()
	s, err := c.Collect(context.Background())
	require.NoError(tb, err)
	return s
}

func (s *Snapshot) pod(tb testing.TB, uid string) *Pod {
	tb.Helper()
	for i := range s.Pods {
		if s.Pods[i].UID == uid {
			return &s.Pods[i]
		}
	}
	require.Failf(tb, "no such pod", "%s in %v", uid, s.Pods)
	return nil
}

func (s *Snapshot) volume(tb testing.TB, uid, name string) *Volume {
	tb.Helper()
	p := s.pod(tb, uid)
	for i := range p.Volumes {
		if p.Volumes[i].Name == name {
			return &p.Volumes[i]
		}
	}
	require.Failf(tb, "no such volume", "%s in %v", name, p.Volumes)
	return nil
}

// mountAt mounts a tmpfs, or skips the test.
func mountAt(tb testing.TB, dir, kind, data string) {
	tb.Helper()
	if os.Getuid() != 0 {
		tb.Skip("only root may mount")
	}
	if err := syscall.Mount(kind, dir, kind, 0, data); err != nil {
		tb.Skipf("no %s can be mounted here: %v", kind, err)
	}
	tb.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
}

func n(v uint64) cgroupfs.Value { return cgroupfs.Number(v) }

func statfs(tb testing.TB, dir string) syscall.Statfs_t {
	tb.Helper()
	var st syscall.Statfs_t
	require.NoError(tb, syscall.Statfs(dir, &st))
	return st
}

func messages(s *Snapshot) string {
	var b strings.Builder
	for _, err := range s.Errors.Examples {
		fmt.Fprintln(&b, err)
	}
	return b.String()
}
