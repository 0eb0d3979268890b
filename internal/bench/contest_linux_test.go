package bench

import (
	"slices"
	"testing"
	"time"
)

// An entry is one of those that do the same in turns.
type entry struct {
	name string
	pass func()
	n    int // how often it is done in a pass
	took []time.Duration
}

// A contest measures entries in turns: in each of the benchmark's iterations
// every one of them once, each time another one first. What one of them costs is
// the median of its passes, in CPU time of the process, which does nothing else.
type contest struct {
	entries []*entry
	before  func() // each pass
}

func (c *contest) add(name string, pass func()) { c.addMany(name, 1, pass) }

// addMany adds an entry that is done n times in a pass.
func (c *contest) addMany(name string, n int, f func()) {
	c.entries = append(c.entries, &entry{name: name, n: n, pass: func() {
		for range n {
			f()
		}
	}})
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
			e.took = append(e.took, costs(e.pass)/time.Duration(e.n))
		}
	}
}

// once does what takes so long that it is measured once, whatever -benchtime is.
func once(b *testing.B, f func()) {
	for n := 0; b.Loop(); n++ {
		if n == 0 {
			f()
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

// mix adds an entry that is a mean of two others, by weight.
func (c *contest) mix(name, a string, m int, b string, n int) {
	of := (time.Duration(m)*c.of(a) + time.Duration(n)*c.of(b)) / time.Duration(m+n)
	c.entries = append(c.entries, &entry{name: name, took: []time.Duration{of}})
}

// versus records how two entries compare for each of n things: how many times
// the floor the first costs, or how many times the first the other. If most is
// not 0, more than that fails.
func (c *contest) versus(b *testing.B, n int, what, ours, other, target string, most float64) {
	x := float64(c.of(other)) / float64(c.of(ours))
	if other == "floor" {
		x = 1 / x
	}
	b.ReportMetric(x, ours+"/"+other)
	record(what, microseconds(c.of(ours), n), other+" "+microseconds(c.of(other), n), times(x), target)
	if most > 0 {
		limit(b, what, x, most)
	}
}
