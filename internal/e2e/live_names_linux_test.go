package e2e

import (
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/internal/e2e/containerd"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	statsapi "k8s.io/kubelet/pkg/apis/stats/v1alpha1"
)

// named: the sandboxes are nobody's containers. Without a source that knows
// better a container starts with its cgroup, which the runtime makes between
// the two times it tells; a pod's cgroup may be as late as its last container.
// What is printed is cut to seconds.
func (n *node) named(t *testing.T) {
	s := n.build(t, n.bundles)
	require.Len(t, s.Pods, 2)
	last := []*containerd.Container{n.guard, n.sidecar}
	for i, pod := range []*containerd.Pod{n.agent, n.web} {
		got := s.Pods[i]
		assert.Equal(t, statsapi.PodReference{Name: pod.Name, Namespace: pod.Namespace, UID: pod.UID}, got.PodRef)
		assert.WithinRange(t, got.StartTime.Time, pod.CreatedAt.Truncate(time.Second), last[i].StartedAt, pod.Name)
	}
	assert.Equal(t, []string{"guard"}, containers(&s.Pods[0]))
	assert.Equal(t, []string{"server", "sidecar"}, containers(&s.Pods[1]))
	for i, c := range []*containerd.Container{n.server, n.sidecar} {
		started := s.Pods[1].Containers[i].StartTime.Time
		assert.WithinRange(t, started, c.CreatedAt.Truncate(time.Second), c.StartedAt, c.Name)
	}
	assert.EqualValues(t, 2, *find(t, s, "web-0").ProcessStats.ProcessCount)
}

// dated: CRI knows when it created what, which is printed in whole seconds.
func (n *node) dated(t *testing.T) {
	var s summary.Summary
	summary.Build(&s, n.round(t), pods(t, n.cri), nil)
	require.Len(t, s.Pods, 2)
	assert.True(t, s.Pods[0].StartTime.Equal(n.agent.CreatedAt))
	assert.True(t, s.Pods[1].StartTime.Equal(n.web.CreatedAt))
	require.Len(t, s.Pods[1].Containers, 2)
	for i, c := range []*containerd.Container{n.server, n.sidecar} {
		assert.Equal(t, c.Name, s.Pods[1].Containers[i].Name)
		assert.True(t, s.Pods[1].Containers[i].StartTime.Equal(c.CreatedAt))
	}
	printed := decode(t, &s)
	assert.True(t, printed.Pods[1].StartTime.Time.Equal(n.web.CreatedAt.Truncate(time.Second)))
}

// used: the runtime reads the same cgroups before and after the round, so that
// CPU time lies between. Memory is that of a file without a disk, and does not
// move while the container sleeps, but for what the kernel charges to each CPU
// in batches, and for the process that wrote the file and goes away.
func (n *node) used(t *testing.T) {
	const file, little = 16 << 20, 1 << 20
	first := find(t, n.build(t, n.bundles), "web-0").Containers[0]
	n.server.Exec("/bin/busybox", "dd", "if=/dev/zero", "of=/dev/shm/file", "bs=1M", "count=16")
	before := n.server.Stats()
	s := n.build(t, n.bundles)
	after := n.server.Stats()
	pod := find(t, s, "web-0")
	server := pod.Containers[0]
	require.Equal(t, "server", server.Name)
	assert.GreaterOrEqual(t, *server.CPU.UsageCoreNanoSeconds, before.Cpu.UsageCoreNanoSeconds.Value)
	assert.LessOrEqual(t, *server.CPU.UsageCoreNanoSeconds, after.Cpu.UsageCoreNanoSeconds.Value)
	assert.Positive(t, *server.CPU.UsageNanoCores)
	assert.InDelta(t, after.Memory.WorkingSetBytes.Value, *server.Memory.WorkingSetBytes, little)
	assert.InDelta(t, file, *server.Memory.WorkingSetBytes-*first.Memory.WorkingSetBytes, little, "the file")
	assert.GreaterOrEqual(t, *pod.CPU.UsageCoreNanoSeconds, *server.CPU.UsageCoreNanoSeconds)
	assert.GreaterOrEqual(t, *pod.Memory.WorkingSetBytes, *server.Memory.WorkingSetBytes)
}
