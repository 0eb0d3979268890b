package bench

import (
	"context"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

const cpuMemory = cgroupfs.CPU | cgroupfs.Memory

// groups returns a pass over all containers with Group.Read, and the buffer
// that counts what it reads.
func (n *node) groups(b *testing.B, want cgroupfs.MetricSet) (func(), *cgroupfs.Buffer) {
	h, err := cgroupfs.Detect()
	require.NoError(b, err)
	b.Cleanup(func() { h.Close() })
	h.SetMaxOpenFiles(1 << 20)
	groups := make([]*cgroupfs.Group, len(n.leaves))
	for i, leaf := range n.leaves {
		groups[i], err = h.Group(leaf)
		require.NoError(b, err)
	}
	var buf cgroupfs.Buffer
	var s cgroupfs.Sample
	return func() {
		for _, g := range groups {
			if err := g.Read(&s, want, &buf); err != nil {
				b.Fatal(err)
			}
		}
	}, &buf
}

// BenchmarkRead reads CPU and memory of each container.
func BenchmarkRead(b *testing.B) {
	n := newNode(b)
	c := &contest{before: func() { n.kick(b) }}
	f := newFloor(b, n, n.leaves, n.cpuMemoryFiles())
	c.add("floor", f.pass)
	ours, buf := n.groups(b, cpuMemory)
	c.add("ours", ours)
	ours()
	before := buf.Files
	ours()
	require.Equal(b, len(f.kept), int(buf.Files-before), "ours reads the same files")
	c.add("opencontainers", n.opencontainers(b, "cpu", "cpuacct", "memory"))
	c.add("cadvisor", n.handlers(b, cpuAndMemory))
	c.run(b)
	c.report(b, len(n.leaves), "container")
	b.ReportMetric(1/c.times("ours", "floor"), "ours/floor")
}

// BenchmarkReadFull reads what a kubelet publishes of each container's cgroup.
func BenchmarkReadFull(b *testing.B) {
	n := newNode(b)
	c := &contest{before: func() { n.kick(b) }}
	hot := cgroupfs.DefaultMetrics &^ cgroupfs.DefaultMetrics.Slow() &^ cgroupfs.Pressure
	ours, _ := n.groups(b, hot)
	c.add("ours-hot", ours)
	all, _ := n.groups(b, cgroupfs.DefaultMetrics&^cgroupfs.Pressure)
	c.add("ours-all", all)
	c.add("opencontainers", n.opencontainers(b, "cpu", "cpuacct", "memory", "pids", "blkio"))
	c.add("containerd", n.containerd(b))
	c.add("cadvisor", n.handlers(b, kubeletSet))
	c.run(b)
	c.report(b, len(n.leaves), "container")
}

// BenchmarkRound takes whole rounds.
func BenchmarkRound(b *testing.B) {
	n := newNode(b)
	c := &contest{before: func() { n.kick(b) }}
	coll := n.collector(b, stats.Options{Metrics: cpuMemory, MaxOpenFiles: 1 << 20})
	var s stats.Snapshot
	round := func() { require.NoError(b, coll.Collect(context.Background(), &s)) }
	round()
	var paths, parents []string
	for i := range s.Cgroups {
		paths = append(paths, s.Cgroups[i].Path)
		if s.Cgroups[i].Descend() {
			parents = append(parents, s.Cgroups[i].Path)
		}
	}
	f := newFloor(b, n, paths, n.cpuMemoryFiles())
	_ = parents
	c.add("floor", f.pass)
	c.add("ours", round)
	c.run(b)
	c.report(b, len(s.Cgroups), "cgroup")
	b.ReportMetric(float64(len(s.Cgroups)), "cgroups")
	b.ReportMetric(1/c.times("ours", "floor"), "ours/floor")
}
