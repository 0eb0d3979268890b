package bench

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

const (
	cpuMemory = cgroupfs.CPU | cgroupfs.Memory
	all       = 1 << 20 // descriptors
)

// groups returns a pass over all containers with Group.Read, and the buffer
// that counts what it reads. It has read often enough to know which files the
// kernel lacks.
func (n *node) groups(b *testing.B, want cgroupfs.MetricSet, files int) (func(), *cgroupfs.Buffer) {
	h, err := cgroupfs.Detect()
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, h.Close()) })
	h.SetMaxOpenFiles(files)
	groups := make([]*cgroupfs.Group, len(n.leaves))
	for i, leaf := range n.leaves {
		groups[i], err = h.Group(leaf)
		require.NoError(b, err)
	}
	var buf cgroupfs.Buffer
	var s cgroupfs.Sample
	pass := func() {
		for _, g := range groups {
			if err := g.Read(&s, want, &buf); err != nil {
				b.Fatal(err)
			}
		}
	}
	warmUp(pass)
	return pass, &buf
}

// rounds returns what takes a round into s, and has done so often enough.
func rounds(b *testing.B, c *stats.Collector, s *stats.Snapshot) func() {
	round := func() {
		if err := c.Collect(context.Background(), s); err != nil {
			b.Fatal(err)
		}
	}
	warmUp(round)
	return round
}

// warmUp does f until files that the kernel lacks are seldom looked for.
func warmUp(f func()) {
	for range 32 {
		f()
	}
}

// reads returns how many files a pass reads.
func reads(pass func(), buf *cgroupfs.Buffer) int {
	before := buf.Files
	pass()
	return int(buf.Files - before)
}

// BenchmarkRead reads CPU and memory of each container.
func BenchmarkRead(b *testing.B) {
	n := newNode(b)
	if n.v2() {
		n.readV2(b)
		return
	}
	c := &contest{before: func() { n.kick(b) }}
	f := newFloor(b, n.leaves, n.cpuMemoryFiles())
	ours, buf := n.groups(b, cpuMemory, all)
	require.Equal(b, len(f.kept), reads(ours, buf), "the floor is of the same files")
	noAllocs(b, "Group.Read", ours)
	none, _ := n.groups(b, cpuMemory, -1)
	c.add("floor", f.pass)
	c.add("ours", ours)
	c.add("nothing-kept", none)
	c.add("opencontainers", n.opencontainers(b, "cpu", "cpuacct", "memory"))
	c.add("cadvisor", n.handlers(b, cpuAndMemory))
	c.run(b)
	c.report(b, len(n.leaves), "container")
	what := fmt.Sprintf("CPU and memory, %d files of a container", len(f.kept)/len(n.leaves))
	c.versus(b, len(n.leaves), what, "ours", "floor", "≤ 1.12×", 2.24)
	c.versus(b, len(n.leaves), what, "ours", "opencontainers", "≥ 17×", 0)
	c.versus(b, len(n.leaves), what, "ours", "cadvisor", "≥ 18×", 0)
	record(what+", no file kept open", microseconds(c.of("nothing-kept"), len(n.leaves)), "",
		times(float64(c.of("nothing-kept"))/float64(c.of("ours")))+" as much", "≤ 3.5×")
}

// BenchmarkReadFull reads of each container's cgroup what a kubelet publishes
// of it. Ours is measured with everything read each time, as peers read it, and
// with what is not slow alone: rounds every ten seconds do the former in one of
// three.
func BenchmarkReadFull(b *testing.B) {
	n := newNode(b)
	c := &contest{before: func() { n.kick(b) }}
	want := n.fullMetrics()
	hot, _ := n.groups(b, want&^want.Slow(), all)
	full, _ := n.groups(b, want, all)
	noAllocs(b, "Group.Read", full)
	c.add("ours", hot)
	c.add("ours-with-slow", full)
	c.add("opencontainers", n.opencontainers(b, "cpu", "cpuacct", "memory", "pids", "blkio"))
	c.add("containerd", n.containerd(b))
	c.add("cadvisor", n.handlers(b, kubeletSet))
	c.run(b)
	c.report(b, len(n.leaves), "container")
	c.mix("ours-every-10s", "ours", 2, "ours-with-slow", 1)
	for _, e := range []struct{ who, target string }{{"opencontainers", "≥ 13×"}, {"containerd", "≥ 12×"}, {"cadvisor", "≥ 12×"}} {
		c.versus(b, len(n.leaves), "a kubelet's set, slow files every 30 s of 10 s rounds", "ours-every-10s", e.who, n.target(e.target), 0)
		c.versus(b, len(n.leaves), "a kubelet's set, without slow files", "ours", e.who, "", 0)
		c.versus(b, len(n.leaves), "a kubelet's set, all files every time", "ours-with-slow", e.who, "", 0)
	}
}

// BenchmarkRound takes whole rounds of CPU and memory: discovery, reading,
// rates and the Snapshot. Where the process may not have descriptors for both it
// has no floor.
func BenchmarkRound(b *testing.B) {
	n := newNode(b)
	c := &contest{before: func() { n.kick(b) }}
	coll := n.collector(b, stats.Options{Metrics: cpuMemory, MaxOpenFiles: mostFiles() - 200})
	var s stats.Snapshot
	round := rounds(b, coll, &s)
	allocs := noAllocs(b, "Collect", round)
	var f *floor
	if 2*int(s.Self.Descriptors) < mostFiles()-400 {
		f = newRoundFloor(b, n, &s)
		before := s.Self.Files
		round()
		require.Equal(b, len(f.kept), int(s.Self.Files-before), "the floor is of the same files")
		c.add("floor", f.pass)
	}
	c.add("ours", round)
	c.run(b)
	c.report(b, len(s.Cgroups), "cgroup")
	b.ReportMetric(float64(len(s.Cgroups)), "cgroups")
	b.ReportMetric(float64(s.Self.Descriptors), "descriptors")
	what := fmt.Sprintf("a round of CPU and memory, %d cgroups", len(s.Cgroups))
	if f != nil {
		c.versus(b, len(s.Cgroups), what, "ours", "floor", "≤ 1.15×", 2.30)
	}
	record(what+", of one core every 10 s", percent(c.of("ours").Seconds()/10), "", "", shareTarget(len(n.leaves)))

	report, err := coll.Cost(context.Background())
	require.NoError(b, err)
	record("discovery in that round", milliseconds(report.Phases.Discovery), "", "", "≤ 0.6 ms")

	fresh := testing.AllocsPerRun(5, func() {
		if _, err := coll.Fresh(context.Background(), -1); err != nil {
			b.Fatal(err)
		}
	})
	record("allocations of a round: Collect / Fresh", fmt.Sprintf("%.0f / %.0f", allocs, fresh), "", "", "0 / ≤ 3")
}

// BenchmarkRoundDefault takes whole rounds of what a Collector reads by default.
func BenchmarkRoundDefault(b *testing.B) {
	n := newNode(b)
	c := &contest{before: func() { n.kick(b) }}
	var cgroups int
	for name, slow := range map[string]time.Duration{"ours": time.Hour, "ours-with-slow": -1} {
		coll := n.collector(b, stats.Options{MaxOpenFiles: mostFiles()/2 - 200, SlowInterval: slow})
		var s stats.Snapshot
		c.add(name, rounds(b, coll, &s))
		cgroups = len(s.Cgroups)
	}
	c.run(b)
	c.report(b, cgroups, "cgroup")
	c.mix("ours-every-10s", "ours", 2, "ours-with-slow", 1)
	record(fmt.Sprintf("a round of DefaultMetrics, %d cgroups, of one core every 10 s", cgroups), percent(c.of("ours-every-10s").Seconds()/10), "", "", "")
}
