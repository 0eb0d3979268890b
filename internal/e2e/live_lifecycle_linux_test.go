package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// restarted: the kubelet makes another container of the same name in the pod's
// sandbox, while the ended one is still known to the runtime.
func (n *node) restarted(t *testing.T) {
	before := find(t, n.build(t, n.bundles), "web-0")
	n.sidecar.Kill()
	assert.Equal(t, []string{"server"}, containers(find(t, n.build(t, n.bundles), "web-0")), "it has ended")

	old := n.sidecar
	n.sidecar = n.web.Run("sidecar", 1)
	after := find(t, n.build(t, n.bundles), "web-0")
	require.Equal(t, []string{"server", "sidecar"}, containers(after), "it runs again")
	sidecar := after.Containers[1]
	assert.WithinRange(t, sidecar.StartTime.Time, n.sidecar.CreatedAt.Truncate(time.Second), n.sidecar.StartedAt)
	assert.Nil(t, sidecar.CPU.UsageNanoCores, "no rate across two containers")
	assert.NotNil(t, find(t, n.build(t, n.bundles), "web-0").Containers[1].CPU.UsageNanoCores, "a rate of its own")
	assert.Equal(t, before.StartTime, after.StartTime, "the pod is the same")
	assert.GreaterOrEqual(t, *after.CPU.UsageCoreNanoSeconds, *before.CPU.UsageCoreNanoSeconds, "and has what the ended container used")
	old.Remove()
}

// daemonAway: the pods run on without the daemon, and it finds them again.
func (n *node) daemonAway(t *testing.T) {
	n.Stop()
	s := n.build(t, n.bundles)
	require.Len(t, s.Pods, 2)
	assert.Equal(t, []string{"guard"}, containers(&s.Pods[0]))
	assert.Equal(t, []string{"server", "sidecar"}, containers(&s.Pods[1]))
	assert.NotNil(t, s.Pods[1].CPU.UsageNanoCores)
	n.Resume()
	assert.Equal(t, []string{"server", "sidecar"}, containers(find(t, n.build(t, n.bundles), "web-0")))
}
