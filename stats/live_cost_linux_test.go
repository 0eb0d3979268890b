package stats_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

// liveCost has a real clock: it is what a report is about.
func liveCost(t *testing.T, o stats.Options) *stats.Collector {
	t.Helper()
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	c, err := stats.New(h, &o)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func cost(t *testing.T, c *stats.Collector) *stats.CostReport {
	t.Helper()
	r, err := c.Cost(context.Background())
	require.NoError(t, err)
	require.LessOrEqual(t, r.Reading.KernelTime(), r.Reading.Time)
	require.LessOrEqual(t, r.Reading.Time, r.Phases.Reading)
	require.LessOrEqual(t, r.Phases.Reading, r.Duration)
	for _, class := range r.Classes {
		require.LessOrEqual(t, class.KernelTime(), class.Time, class.Metric)
		require.LessOrEqual(t, class.OnceTime+class.UnkeptTime, class.OpenTime, class.Metric)
		require.LessOrEqual(t, class.Unkept, class.Opened, class.Metric)
	}
	for i := range r.Groups {
		g := &r.Groups[i]
		require.LessOrEqual(t, g.KernelTime(), g.Time, g.Path)
	}
	return r
}

func classCost(t *testing.T, r *stats.CostReport, metric cgroupfs.MetricSet) stats.ClassCost {
	t.Helper()
	for _, class := range r.Classes {
		if class.Metric == metric {
			return class
		}
	}
	t.Fatalf("%v has no cost", metric)
	return stats.ClassCost{}
}

func TestLiveCost(t *testing.T) {
	n := live(t, stats.Options{})
	for i := range 20 {
		n.make(fmt.Sprint(i))
	}
	c := liveCost(t, stats.Options{})
	first := cost(t, c)
	require.GreaterOrEqual(t, len(first.Groups), 21)
	for _, metric := range []cgroupfs.MetricSet{cgroupfs.CPU, cgroupfs.Memory} {
		class := classCost(t, first, metric)
		require.Positive(t, class.Files)
		require.Positive(t, class.Bytes)
		require.Positive(t, class.ReadTime)
		require.Positive(t, class.OpenTime)
		require.Equal(t, class.Files, class.Opened, "nothing was open")
		require.Positive(t, class.OnceTime, "and now is")
		require.Zero(t, class.Unkept)
	}
	second := cost(t, c)
	for _, metric := range []cgroupfs.MetricSet{cgroupfs.CPU, cgroupfs.Memory} {
		class := classCost(t, second, metric)
		require.Positive(t, class.Files)
		require.Less(t, class.Opened, class.Files, "what was kept is open; others may come and go meanwhile")
	}
	limits := classCost(t, second, cgroupfs.MemoryLimits)
	require.Positive(t, limits.Files, "they are read though they are not due")
	require.Equal(t, 30*time.Second, limits.SlowInterval)
	require.Positive(t, second.Descriptors)
	require.LessOrEqual(t, second.Descriptors, second.MaxDescriptors)
	require.Positive(t, second.ClockTime)
	require.Less(t, second.Share(time.Minute), second.Share(time.Second))
	require.Positive(t, second.Share(time.Minute))
}

// TestLiveCostOfNoDescriptors tells what it costs to keep none.
func TestLiveCostOfNoDescriptors(t *testing.T) {
	n := live(t, stats.Options{}) // makes the cgroups
	n.make("a", "b")
	c := liveCost(t, stats.Options{MaxOpenFiles: -1})
	cost(t, c)
	r := cost(t, c)
	require.Zero(t, r.Descriptors)
	require.Zero(t, r.MaxDescriptors)
	require.Positive(t, r.Reading.Unkept)
	require.Positive(t, r.Reading.UnkeptTime)
	require.Zero(t, r.Reading.OnceTime)
	require.Zero(t, classCost(t, r, cgroupfs.MemoryLimits).Unkept, "they would not be kept anyway")
}

func TestLiveAShedMetricGivesItsDescriptorsBack(t *testing.T) {
	const hot = cgroupfs.PIDs | cgroupfs.Pressure // v1 has only the former
	n := live(t, stats.Options{
		Metrics: cgroupfs.CPU | cgroupfs.Memory | hot,
		Budgets: []stats.Budget{{Metrics: hot, Share: 1e-12}},
	})
	n.make("a")
	all := 0
	for range 20 {
		s := n.round()
		cg := s.Find(n.Path("a"))
		require.False(t, cg.CPU.UsageCoreNanoSeconds.IsAbsent())
		if !s.Shed.Has(cgroupfs.PIDs) {
			all = max(all, n.h.OpenFiles())
			continue
		}
		require.True(t, cg.Sample.PIDs.Current.IsAbsent())
		require.Less(t, n.h.OpenFiles(), all)
	}
	require.Positive(t, n.round().Self.Shed)
}
