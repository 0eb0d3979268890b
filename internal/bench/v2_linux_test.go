package bench

import (
	"testing"

	"github.com/containerd/cgroups/v3/cgroup2"
	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/stretchr/testify/require"
)

// readV2 is BenchmarkRead where v2 is all there is: there opencontainers/cgroups
// and containerd/cgroups read a controller's pressure with the rest of it, and
// cAdvisor's handler reads everything, whatever it is asked for. Each is compared
// with what of ours has at least the same data: the first two with CPU, memory
// and all pressure, cAdvisor with a kubelet's set.
func (n *node) readV2(b *testing.B) {
	c := &contest{before: func() { n.kick(b) }}
	f := newFloor(b, n.leaves, n.cpuMemoryFiles())
	ours, buf := n.groups(b, cpuMemory, all)
	require.Equal(b, len(f.kept), reads(ours, buf), "the floor is of the same files")
	noAllocs(b, "Group.Read", ours)
	pressed, buf := n.groups(b, cpuMemory|cgroupfs.Pressure, all)
	require.Equal(b, len(f.kept)+3*len(n.leaves), reads(pressed, buf), "each has three files of pressure")
	full := n.fullMetrics()
	kubelet, _ := n.groups(b, full&^full.Slow(), all)
	c.add("floor", f.pass)
	c.add("ours", ours)
	c.add("ours-pressure", pressed)
	c.add("ours-kubelet", kubelet)
	c.add("opencontainers", n.opencontainers(b, "cpu", "memory"))
	c.add("containerd", n.containerdFiltered(b, cgroup2.StatCPU|cgroup2.StatMemory))
	c.add("cadvisor", n.handlers(b, cpuAndMemory))
	c.run(b)
	c.report(b, len(n.leaves), "container")
	c.versus(b, len(n.leaves), "v2: CPU and memory of a container", "ours", "floor", "≤ 1.12×", 2.24)
	c.versus(b, len(n.leaves), "v2: CPU, memory and pressure", "ours-pressure", "opencontainers", v2Target, 0)
	c.versus(b, len(n.leaves), "v2: CPU, memory and pressure", "ours-pressure", "containerd", v2Target, 0)
	c.versus(b, len(n.leaves), "v2: a kubelet's set, without slow files", "ours-kubelet", "cadvisor", v2Target, 0)
}

const v2Target = "≥ 15×"

// target is what a peer is to cost at least, in v1 and in v2.
func (n *node) target(v1 string) string {
	if n.v2() {
		return v2Target
	}
	return v1
}

// containerdFiltered returns a pass over all containers with those of the
// statistics of github.com/containerd/cgroups/v3 that are asked for.
func (n *node) containerdFiltered(b *testing.B, mask cgroup2.StatMask) func() {
	managers := make([]*cgroup2.Manager, len(n.leaves))
	for i, leaf := range n.leaves {
		var err error
		managers[i], err = cgroup2.Load(leaf)
		require.NoError(b, err)
	}
	return func() {
		for _, m := range managers {
			if _, err := m.StatFiltered(mask); err != nil {
				b.Fatal(err)
			}
		}
	}
}
