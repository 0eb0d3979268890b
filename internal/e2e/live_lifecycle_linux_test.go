package e2e

import (
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// restarted: the kubelet makes another container of the same name in the pod's
// sandbox, while the ended one is still known to the runtime.
func (n *node) restarted(t *testing.T) {
	before := find(t, n.build(t, n.cri), "web-0")
	n.sidecar.Kill()
	assert.Equal(t, []string{"server"}, containers(find(t, n.build(t, n.bundles), "web-0")), "it has ended")
	assert.Equal(t, []string{"server"}, containers(find(t, n.build(t, n.cri), "web-0")), "it has ended")

	old := n.sidecar
	n.sidecar = n.web.Run("sidecar", 1)
	after := find(t, n.build(t, n.cri), "web-0")
	require.Equal(t, []string{"server", "sidecar"}, containers(after), "it runs again")
	sidecar := after.Containers[1]
	assert.True(t, sidecar.StartTime.Time.Equal(n.sidecar.CreatedAt.Truncate(time.Second)))
	assert.Nil(t, sidecar.CPU.UsageNanoCores, "no rate across two containers")
	after = find(t, n.build(t, n.bundles), "web-0")
	require.Equal(t, []string{"server", "sidecar"}, containers(after))
	assert.NotNil(t, after.Containers[1].CPU.UsageNanoCores, "a rate of its own")
	assert.Equal(t, before.StartTime, find(t, n.build(t, n.cri), "web-0").StartTime, "the pod is the same")
	assert.GreaterOrEqual(t, *after.CPU.UsageCoreNanoSeconds, *before.CPU.UsageCoreNanoSeconds, "and has what the ended container used")
	old.Remove()
}

// daemonAway: the pods run on without the daemon. Bundles name them as before;
// CRI's names and layers are the last ones known, and errors say so.
func (n *node) daemonAway(t *testing.T) {
	n.sidecar.AwaitLayer(n.sidecar.StartedAt)
	was := n.build(t, n.cri)
	n.Stop()
	list, err := n.cri.Pods(t.Context())
	require.Error(t, err)
	disks, err := n.storage.Collect(t.Context())
	require.NoError(t, err)
	require.Len(t, disks.Errors.Examples, 1)
	assert.ErrorContains(t, disks.Errors.Examples[0], n.Socket())
	for _, known := range [][]summary.Pod{list, pods(t, n.bundles)} {
		s := n.shape(t, known, disks)
		require.Len(t, s.Pods, 2)
		for i := range s.Pods {
			assert.Equal(t, was.Pods[i].PodRef, s.Pods[i].PodRef)
			assert.Equal(t, containers(&was.Pods[i]), containers(&s.Pods[i]))
			assert.NotNil(t, s.Pods[i].CPU.UsageNanoCores)
		}
		rootfs := s.Pods[1].Containers[0].Rootfs
		assert.Equal(t, was.Pods[1].Containers[0].Rootfs.Time, rootfs.Time)
		assert.Equal(t, was.Pods[1].Containers[0].Rootfs.UsedBytes, rootfs.UsedBytes)
	}
	n.Resume()
	assert.Equal(t, []string{"server", "sidecar"}, containers(find(t, n.build(t, n.cri), "web-0")))
}
