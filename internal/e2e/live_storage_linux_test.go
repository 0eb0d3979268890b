package e2e

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	statsapi "k8s.io/kubelet/pkg/apis/stats/v1alpha1"
)

// written: files of random bytes go to a container's own file system and to a
// volume. What a disk takes for them beside the bytes is some blocks for
// folders and for where the bytes are.
func (n *node) written(t *testing.T) {
	const layer, volume, others = 8 << 20, 4 << 20, 64 << 10
	n.server.AwaitLayer(n.server.StartedAt)
	n.sidecar.AwaitLayer(n.sidecar.StartedAt)
	before := find(t, n.build(t, n.cri), "web-0")
	require.Len(t, before.Containers, 2)
	require.Len(t, before.VolumeStats, 1)
	n.write("/file", layer)
	n.write("/volumes/scratch/file", volume)
	n.server.AwaitLayer(time.Now())
	logs := blocks(t, n.server.Log)
	s := n.build(t, n.cri)
	after := find(t, s, "web-0")

	rootfs := after.Containers[0].Rootfs
	more := *rootfs.UsedBytes - *before.Containers[0].Rootfs.UsedBytes
	t.Logf("%s: %d bytes more for %d written", n.Snapshotter, more, layer)
	assert.GreaterOrEqual(t, more, uint64(layer))
	assert.LessOrEqual(t, more, uint64(layer+others))
	assert.Equal(t, *before.Containers[0].Rootfs.InodesUsed+1, *rootfs.InodesUsed)
	assert.Equal(t, before.Containers[1].Rootfs.UsedBytes, after.Containers[1].Rootfs.UsedBytes, "the other container's")
	assert.Equal(t, capacity(t, n.Root()), *rootfs.CapacityBytes)
	assert.Equal(t, logs, *after.Containers[0].Logs.UsedBytes)
	assert.Positive(t, logs)

	require.Len(t, after.VolumeStats, 1)
	scratch := after.VolumeStats[0]
	assert.Equal(t, "scratch", scratch.Name)
	more = *scratch.UsedBytes - *before.VolumeStats[0].UsedBytes
	assert.GreaterOrEqual(t, more, uint64(volume))
	assert.LessOrEqual(t, more, uint64(volume+others))
	assert.Equal(t, *before.VolumeStats[0].InodesUsed+1, *scratch.InodesUsed)

	sum := *scratch.UsedBytes + blocks(t, n.web.EtcHosts())
	for i := range after.Containers {
		sum += *after.Containers[i].Rootfs.UsedBytes + *after.Containers[i].Logs.UsedBytes
	}
	assert.Equal(t, sum, *after.EphemeralStorage.UsedBytes, "layers, logs, volumes and /etc/hosts")
	n.filled(t, &s.Node)
}

// filled: the node's disks, which are one here.
func (n *node) filled(t *testing.T, node *statsapi.NodeStats) {
	assert.Equal(t, capacity(t, n.Kubelet()), *node.Fs.CapacityBytes)
	assert.Equal(t, capacity(t, n.Root()), *node.Runtime.ImageFs.CapacityBytes)
	box, err := os.Stat("/proc/" + fmt.Sprint(n.server.PID) + "/root/bin/busybox")
	require.NoError(t, err)
	assert.GreaterOrEqual(t, *node.Runtime.ImageFs.UsedBytes, uint64(box.Size()), "the image")
}

// write writes a file in the container, past the page cache in the end.
func (n *node) write(name string, size int) {
	n.server.Exec("/bin/busybox", "sh", "-c", fmt.Sprintf("/bin/busybox head -c %d /dev/urandom >%s && /bin/busybox sync", size, name))
}

// blocks returns what a file takes of its disk.
func blocks(t *testing.T, name string) uint64 {
	t.Helper()
	var s unix.Stat_t
	require.NoError(t, unix.Stat(name, &s))
	return uint64(s.Blocks) * 512
}

// capacity returns the size of the file system that has a folder.
func capacity(t *testing.T, name string) uint64 {
	t.Helper()
	var s unix.Statfs_t
	require.NoError(t, unix.Statfs(name, &s))
	return s.Blocks * uint64(s.Frsize)
}
