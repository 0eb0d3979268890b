package stats

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// publish takes a round and makes it the latest.
func (c *Collector) publish(ctx context.Context) (*Snapshot, error) {
	s := &Snapshot{}
	if last := c.latest.Load(); last != nil {
		s.arena = last.arena.New()
		s.interfaces, s.disks = roomFor(last.interfaces), roomFor(last.disks)
		s.processes, s.sockets = roomFor(last.processes), roomFor(last.sockets)
	}
	if err := c.round(ctx, s); err != nil {
		return nil, err
	}
	c.latest.Store(s)
	return s, nil
}

// roomFor returns room for as many and a few more.
func roomFor[T any](like []T) []T {
	if len(like) == 0 {
		return nil
	}
	return make([]T, 0, len(like)+len(like)/8+1)
}

// round reads every cgroup once, into dst. A cgroup that goes or comes
// meanwhile is looked for again, in the same round.
func (c *Collector) round(ctx context.Context, dst *Snapshot) error {
	c.begin(dst)
	c.readNode(&c.node)
	c.readDisks()
	c.lap((*Phases).node)
	err := c.readAll(ctx, dst)
	c.spend(err == nil)
	if err != nil {
		return err
	}
	c.took = c.clock() - c.began
	c.fill(dst)
	c.lap((*Phases).rest)
	return nil
}

// begin begins a round, and decides what it reads.
func (c *Collector) begin(dst *Snapshot) {
	c.gen++
	dst.arena.Reset()
	dst.interfaces, dst.processes, dst.sockets = dst.interfaces[:0], dst.processes[:0], dst.sockets[:0]
	c.errs.reset()
	c.wall = c.now()
	c.began = c.wall.Sub(c.epoch)
	c.want, c.trial = c.metrics, 0
	if c.budget != nil {
		c.chooseMetrics()
	}
	if c.costing != nil {
		c.want, c.costing.at = c.metrics, c.began
	}
}

// readAll finds and reads what there is.
func (c *Collector) readAll(ctx context.Context, dst *Snapshot) error {
	for range maxPasses {
		c.again = false
		c.discover()
		c.place(dst)
		c.lap((*Phases).discovery)
		if err := c.read(ctx, dst); err != nil {
			return err
		}
		c.lap((*Phases).reading)
		if c.root.gone {
			return fmt.Errorf("stats: the root cgroup is gone: %w", cgroupfs.ErrRemoved)
		}
		swept := c.lost && c.sweep(c.root)
		c.lost = false
		if !swept && !c.again {
			break
		}
	}
	c.lap((*Phases).discovery)
	if err := c.readNetworks(ctx); err != nil {
		return err
	}
	c.lap((*Phases).networks)
	if err := c.readProcesses(ctx, dst); err != nil {
		return err
	}
	c.lap((*Phases).processes)
	return nil
}

// read reads all cgroups that were not read in this round.
func (c *Collector) read(ctx context.Context, dst *Snapshot) error {
	for _, g := range c.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.readGroup(g, dst)
	}
	return ctx.Err()
}

func (c *Collector) readGroup(g *group, dst *Snapshot) {
	if g.gen == c.gen || g.gone {
		return
	}
	want, slow := c.want, true
	if age := c.began - g.slowAt; c.costing == nil && g.gen > 0 && age >= 0 && age < c.slowInterval {
		want, slow = want&^(want.Slow()&^c.trial), false
	}
	s := &c.sample
	g.slow.Restore(s)
	if shed := c.metrics.Slow() &^ c.want; shed != 0 {
		c.h.Reset(s, shed) // it may have been kept before
	}
	g.err = c.readFiles(g, want)
	if errors.Is(g.err, cgroupfs.ErrRemoved) {
		g.gone, c.lost = true, true
		return
	}
	passing := false // something that need not be so in the next round
	if g.err != nil {
		passing = c.errs.add(g.err) == classOther
	}
	g.gen = c.gen
	if slow || c.trial.Slow() != 0 {
		g.slow.Keep(s)
		if slow { // a trial does not put off what else is slow
			g.slowAt = c.began
		}
		if passing {
			g.slowAt = c.began - c.slowInterval
		}
	}
	cg := &dst.Cgroups[g.index]
	dst.arena.Copy(&cg.Sample, s)
	cg.Info, cg.Parent, cg.Err = g.info, g.parentIndex(), g.err
	cg.PressureTime, cg.Network, cg.Processes = time.Time{}, Network{}, nil
	memoryAt := c.at(s.Memory.Read)
	cg.Memory = memoryOf(&s.Memory, g == c.root, g.err == nil, memoryAt)
	cg.Swap = swapOf(&s.Memory.Swap, memoryAt)
	var none cgroupfs.StallPSI
	if p := &s.Pressure; p.CPU.Some != none || p.Memory.Some != none || p.IO.Some != none {
		cg.PressureTime = c.at(s.Pressure.Read)
	}
	cg.CPU = cpuOf(&s.CPU, &g.points, c.minWindow, c.node.CPUs, c.at(s.CPU.Read))
}

// at returns what the clock showed at a Stamp of this round.
func (c *Collector) at(s cgroupfs.Stamp) time.Time { return c.wall.Add(s.At - c.began) }

// fill completes dst, into which the cgroups were read.
func (c *Collector) fill(dst *Snapshot) {
	dst.Time, dst.began, dst.Duration = c.wall, c.began, c.took
	dst.Generation, dst.Metrics, dst.Shed = c.gen, c.want, c.metrics&^c.want
	dst.OverBudget = c.budget != nil && c.budget.over
	dst.Node = c.node
	c.fillDisks(dst)
	if c.networks != nil {
		dst.Node.Network = c.networks.node.fill(dst)
	}
	c.errs.copyTo(&dst.Errors)
	c.countSelf()
	dst.Self = c.self
	c.place(dst)
	n := len(c.order)
	clear(dst.Cgroups[n:]) // what is left of an earlier round is not to hold memory
	dst.Cgroups = dst.Cgroups[:n]
	c.finish(dst)
	deriveNode(&dst.Node, &dst.Cgroups[0])
}

// finish adds what was found out about cgroups after their files were read.
func (c *Collector) finish(dst *Snapshot) {
	if c.networks == nil && c.processes == nil {
		return
	}
	for _, g := range c.order {
		cg := &dst.Cgroups[g.index]
		cg.Err, cg.Network = g.err, g.network.fill(dst)
	}
}
