package stats

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A CostReport is where the time of one round went. The round was timed file by
// file, which takes some time itself: see Clocks.
type CostReport struct {
	// Time is when the round began, Duration how long it took.
	Time     time.Time
	Duration time.Duration
	// Phases are what the round did: together they are Duration.
	Phases Phases
	// Classes are the metrics that were read, the dearest first; Rest is what
	// reading cost beside them. Reading is the sum of these: its KernelTime is
	// the floor, what the kernel took of Reading.Time.
	Classes []ClassCost
	Rest    cgroupfs.Cost
	Reading cgroupfs.Cost
	// Groups are the cgroups, the dearest first. Together they are Reading.
	Groups []GroupCost
	// Descriptors is how many are kept for cgroups, and MaxDescriptors how many
	// may be. What it costs to have no more is in Reading.Unkept and UnkeptTime.
	Descriptors, MaxDescriptors int
	// Clocks is how often the clock was asked, and ClockTime what that takes
	// once, as measured after the round: so much of Duration is the report's.
	Clocks    uint64
	ClockTime time.Duration
}

// Phases are the times of what a round does.
type Phases struct {
	Discovery time.Duration // to find the cgroups
	Reading   time.Duration // to read them, and to work out what that means
	Networks  time.Duration // to read those of the node and of pods: Options.Network
	Processes time.Duration // to look into processes: Options.Processes
	Node      time.Duration // to read the node's own files and disks
	Rest      time.Duration // to complete the Snapshot
}

// A ClassCost is what one metric cost in all cgroups.
type ClassCost struct {
	cgroupfs.Cost
	Metric cgroupfs.MetricSet
	// SlowInterval is Options.SlowInterval for a metric that is read so often; 0
	// for one that is read in every round.
	SlowInterval time.Duration
}

// A GroupCost is what one cgroup cost.
type GroupCost struct {
	cgroupfs.Cost
	Path string
}

// Share returns which share of one core the metric takes if a round is taken
// each time that every has passed: 0.001 is a millisecond a second. What is
// paid once, to open files that are kept, is not in it. It is 0 if every is
// not positive.
func (c *ClassCost) Share(every time.Duration) float64 {
	return share(c.Time-c.OnceTime, max(every, c.SlowInterval), every)
}

// Share returns which share of one core rounds take of which one is taken each
// time that every has passed, as ClassCost.Share does.
func (r *CostReport) Share(every time.Duration) float64 {
	rest, sum := r.Duration, 0.0
	for i := range r.Classes {
		rest -= r.Classes[i].Time
		sum += r.Classes[i].Share(every)
	}
	return sum + share(rest, every, every)
}

func share(d, period, every time.Duration) float64 {
	if every <= 0 {
		return 0
	}
	return d.Seconds() / period.Seconds()
}

// Cost takes a round and tells where its time went. It reads all that is ever
// read, the slow metrics and what a Budget shed included, so that each has a
// cost. The first round of a Collector opens what later ones find open: take
// one before. The round is one as any other, and Fresh may return it. Errors
// are those of Collect.
func (c *Collector) Cost(ctx context.Context) (*CostReport, error) {
	if err := c.take(ctx); err != nil {
		return nil, err
	}
	defer c.turn.Give()
	m := &costing{meter: cgroupfs.Meter{Detail: true}}
	c.costing = m
	_, err := c.publish(ctx)
	c.costing = nil
	if err != nil {
		return nil, err
	}
	return c.report(m), nil
}

// costing is a round that is timed.
type costing struct {
	meter  cgroupfs.Meter
	phases Phases
	groups []GroupCost
	at     time.Duration // when the phase began
	clocks uint64
}

// lap adds the time since the last one to a phase, in a round that is timed.
func (c *Collector) lap(phase func(*Phases) *time.Duration) {
	if m := c.costing; m != nil {
		now := c.clock()
		*phase(&m.phases) += max(now-m.at, 0)
		m.at = now
		m.clocks++
	}
}

func (p *Phases) discovery() *time.Duration { return &p.Discovery }
func (p *Phases) reading() *time.Duration   { return &p.Reading }
func (p *Phases) networks() *time.Duration  { return &p.Networks }
func (p *Phases) processes() *time.Duration { return &p.Processes }
func (p *Phases) node() *time.Duration      { return &p.Node }
func (p *Phases) rest() *time.Duration      { return &p.Rest }

func (p *Phases) sum() time.Duration {
	return p.Discovery + p.Reading + p.Networks + p.Processes + p.Node + p.Rest
}

// readFiles reads a cgroup's files into the Collector's Sample.
func (c *Collector) readFiles(g *group, want cgroupfs.MetricSet) error {
	m := c.costing
	if m == nil {
		return g.handle.Read(&c.sample, want, &c.buf)
	}
	// A meter of its own, so that what one cgroup costs is no difference.
	one := cgroupfs.Meter{Detail: true}
	c.buf.Meter = &one
	err := g.handle.Read(&c.sample, want, &c.buf)
	c.buf.Meter = c.budgetMeter()
	m.meter.Add(&one)
	m.groups = append(m.groups, GroupCost{Path: g.info.Path, Cost: one.Cost(cgroupfs.AllMetrics).Plus(one.Rest())})
	return err
}

// report makes a report of a round that is complete.
func (c *Collector) report(m *costing) *CostReport {
	r := &CostReport{
		Time: c.wall, Duration: m.phases.sum(), Phases: m.phases,
		Rest: m.meter.Rest(), Groups: m.groups,
		Descriptors: c.h.OpenFiles(), MaxDescriptors: c.h.MaxOpenFiles(),
		Clocks: m.meter.Clocks + m.clocks, ClockTime: c.clockTime(),
	}
	r.Reading = r.Rest
	for _, metric := range wanted {
		if c.want&metric == 0 {
			continue
		}
		class := ClassCost{Metric: metric, Cost: m.meter.Cost(metric)}
		if metric.Slow() != 0 {
			class.SlowInterval = max(c.slowInterval, 0)
		}
		r.Classes = append(r.Classes, class)
		r.Reading = r.Reading.Plus(class.Cost)
	}
	slices.SortStableFunc(r.Classes, func(a, b ClassCost) int { return cmp.Compare(b.Time, a.Time) })
	slices.SortStableFunc(r.Groups, func(a, b GroupCost) int { return cmp.Compare(b.Time, a.Time) })
	return r
}

// clockTime measures what it takes to ask the clock.
func (c *Collector) clockTime() time.Duration {
	const times = 1000
	from := c.clock()
	for range times - 1 {
		c.clock()
	}
	return max(c.clock()-from, 0) / times
}
