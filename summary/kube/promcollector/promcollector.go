package promcollector

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/prometheus/client_golang/prometheus"
)

// The defaults of Options: those of httpapi.
const (
	defaultMaxAge  = 15 * time.Second
	defaultTimeout = 10 * time.Second
)

// Options are a collector's options. The zero Options, and nil, are good for most.
type Options struct {
	// MaxAge is how long ago the round that is collected may have begun; 0 is
	// 15 s, so that stats.Collector.Run at 10 s takes all rounds. If it is
	// negative a round is taken for whoever asks.
	MaxAge time.Duration
	// Timeout is how long a round and names may take; 0 is 10 s. The PodSource
	// gets half of it.
	Timeout time.Duration
	// Metrics say what is collected. Its Format means nothing here.
	Metrics expo.Options
	// Summary are the options of the Summary that Resource is made of; its
	// Compat counts for the metrics too.
	Summary summary.Options
	// Storage and Machine return what the disks say and what is known of the
	// machine, for Cadvisor; nil, and functions that return nil, leave it out.
	// They are called for every collection and do not wait.
	Storage func() *storage.Snapshot
	Machine func() *stats.Machine
}

// Cadvisor returns a collector of the families of /metrics/cadvisor. Pods may be
// nil: then no series says which pod it is of.
func Cadvisor(c *stats.Collector, pods summary.PodSource, o *Options) prometheus.Collector {
	return newCollector(c, pods, o, (*collector).eachCadvisor)
}

// Resource returns a collector of the families of /metrics/resource. Pods may
// be nil: then there are only those of the node.
func Resource(c *stats.Collector, pods summary.PodSource, o *Options) prometheus.Collector {
	return newCollector(c, pods, o, (*collector).eachResource)
}

// A collector is what Cadvisor and Resource return.
type collector struct {
	stats  *stats.Collector
	source summary.PodSource
	o      Options
	each   func(*collector, *maker, *stats.Snapshot, []summary.Pod, func(*expo.Sample) bool)

	spare atomic.Pointer[maker] // what the last to collect left

	turn       chan struct{} // holds one token; who has it may touch what follows
	generation uint64        // of the round for which pods were asked
	pods       []summary.Pod
}

// A maker is the memory that one collection takes.
type maker struct {
	printer expo.Printer
	summary summary.Summary
}

func newCollector(c *stats.Collector, pods summary.PodSource, o *Options, each func(*collector, *maker, *stats.Snapshot, []summary.Pod, func(*expo.Sample) bool)) *collector {
	x := &collector{stats: c, source: pods, each: each, turn: make(chan struct{}, 1)}
	if o != nil {
		x.o = *o
	}
	if x.o.MaxAge == 0 {
		x.o.MaxAge = defaultMaxAge
	}
	if x.o.Timeout == 0 {
		x.o.Timeout = defaultTimeout
	}
	x.o.Metrics.Compat |= x.o.Summary.Compat
	if pods == nil {
		x.source = summary.StaticPods(nil)
	}
	x.turn <- struct{}{}
	return x
}

// Describe implements prometheus.Collector: it sends nothing.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), c.o.Timeout)
	defer cancel()
	var pods []summary.Pod
	snap, err := c.stats.Fresh(ctx, c.o.MaxAge)
	if err == nil {
		pods, err = c.names(ctx, snap)
	}
	if err != nil {
		snap = nil // what is printed says so
	}
	m := c.spare.Swap(nil)
	if m == nil {
		m = &maker{}
	}
	s := sender{to: ch}
	c.each(c, m, snap, pods, s.send)
	c.spare.Store(m)
}

// names asks for names once a round. It fails if there is no time left.
func (c *collector) names(ctx context.Context, snap *stats.Snapshot) ([]summary.Pod, error) {
	select {
	case <-c.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { c.turn <- struct{}{} }()
	if c.generation < snap.Generation {
		short, cancel := context.WithTimeout(ctx, c.o.Timeout/2)
		defer cancel()
		pods, err := c.source.Pods(short)
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c.pods, c.generation = pods, snap.Generation // some are better than none
	}
	return c.pods, nil
}

func (c *collector) eachCadvisor(m *maker, snap *stats.Snapshot, pods []summary.Pod, yield func(*expo.Sample) bool) {
	n := &expo.Node{Snapshot: snap, Pods: pods, Storage: c.o.Summary.Storage}
	if snap != nil {
		n.Now = snap.Time
	}
	if c.o.Storage != nil {
		n.Storage = c.o.Storage()
	}
	if c.o.Machine != nil {
		n.Machine = c.o.Machine()
	}
	m.printer.EachCadvisor(n, &c.o.Metrics, yield)
}

func (c *collector) eachResource(m *maker, snap *stats.Snapshot, pods []summary.Pod, yield func(*expo.Sample) bool) {
	if snap == nil {
		m.printer.EachResource(nil, &c.o.Metrics, yield)
		return
	}
	o := c.o.Summary
	o.CPUAndMemoryOnly = true
	summary.Build(&m.summary, snap, pods, &o)
	m.printer.EachResource(&m.summary, &c.o.Metrics, yield)
}
