package bench

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// An entry is one of those that do the same in turns.
type entry struct {
	name string
	pass func()
	took []time.Duration
}

// A contest measures entries in turns: in each of the benchmark's iterations
// every one of them once, each time another one first. What one of them costs is
// the median of its passes, in CPU time of the process, which does nothing else.
type contest struct {
	entries []*entry
	before  func() // each pass
}

func (c *contest) add(name string, pass func()) {
	c.entries = append(c.entries, &entry{name: name, pass: pass})
}

// run has each entry warm up once, and then measures them.
func (c *contest) run(b *testing.B) {
	for _, e := range c.entries {
		e.pass()
	}
	for round := 0; b.Loop(); round++ {
		for i := range c.entries {
			e := c.entries[(i+round)%len(c.entries)]
			if c.before != nil {
				c.before()
			}
			e.took = append(e.took, costs(e.pass))
		}
	}
}

// of returns the median of an entry's passes.
func (c *contest) of(name string) time.Duration {
	for _, e := range c.entries {
		if e.name == name {
			sorted := slices.Sorted(slices.Values(e.took))
			return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
		}
	}
	panic("no entry " + name)
}

// report tells what each entry costs for each of n things.
func (c *contest) report(b *testing.B, n int, thing string) {
	for _, e := range c.entries {
		b.ReportMetric(float64(c.of(e.name))/1e3/float64(n), e.name+"-µs/"+thing)
	}
	b.ReportMetric(0, "ns/op") // says nothing here
}

// times is how many times as much as ours another entry costs.
func (c *contest) times(ours, other string) float64 {
	return float64(c.of(other)) / float64(c.of(ours))
}

func times(x float64) string { return fmt.Sprintf("%.1f×", x) }
