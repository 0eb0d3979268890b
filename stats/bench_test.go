package stats_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
)

// BenchmarkCollect is a round over a fake node, where every file is opened.
func BenchmarkCollect(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("cgroups=%d", n), func(b *testing.B) {
			tree := cgroupfstest.New(b)
			proc(tree)
			for i := range n {
				tree.Put(fmt.Sprintf("a%d", i), cgroupfstest.Usage{CPU: time.Second, Memory: 5})
			}
			benchmark(b, collector(b, tree, stats.Options{}))
		})
	}
}

// BenchmarkCollectLive is a round over the cgroups of this machine.
func BenchmarkCollectLive(b *testing.B) { benchmarkLive(b, nil) }

// BenchmarkBudgetLive is the same with a budget that suffices: what it costs to
// know that.
func BenchmarkBudgetLive(b *testing.B) {
	benchmarkLive(b, &stats.Options{Budgets: []stats.Budget{{Share: 100}}})
}

func benchmarkLive(b *testing.B, o *stats.Options) {
	h, err := cgroupfs.Detect()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, cgroupfs.ErrNoHierarchy) {
		b.Skip(err)
	}
	if err != nil {
		b.Fatal(err)
	}
	c, err := stats.New(h, o)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	benchmark(b, c)
}

func benchmark(b *testing.B, c *stats.Collector) {
	var s stats.Snapshot
	if err := c.Collect(context.Background(), &s); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		if err := c.Collect(context.Background(), &s); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(s.Cgroups))/b.Elapsed().Seconds(), "cgroups/s")
}
