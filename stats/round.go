package stats

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// round reads every cgroup once. A cgroup that goes or comes meanwhile is
// looked for again, in the same round.
func (c *Collector) round(ctx context.Context) error {
	c.gen++
	c.errs.reset()
	c.wall = c.now()
	c.began = c.wall.Sub(c.epoch)
	c.readNode(&c.node)
	for range maxPasses {
		c.again = false
		c.discover(c.root)
		if err := c.read(ctx, c.root); err != nil {
			return err
		}
		if c.root.gone {
			return fmt.Errorf("stats: the root cgroup is gone: %w", cgroupfs.ErrRemoved)
		}
		if !c.sweep(c.root) && !c.again {
			break
		}
	}
	if err := c.readNetworks(ctx); err != nil {
		return err
	}
	c.count = c.root.count()
	c.took = c.clock() - c.began
	return nil
}

// read reads a cgroup and what is below it, unless that was done in this
// round. The root comes first, because reading its memory.stat brings those of
// all cgroups up to date; every other cgroup comes after its children, so that
// a pod is read right after its containers.
func (c *Collector) read(ctx context.Context, g *group) error {
	if g == c.root {
		c.readGroup(g)
	}
	for _, child := range g.children {
		if err := c.read(ctx, child); err != nil {
			return err
		}
	}
	if g != c.root {
		c.readGroup(g)
	}
	return ctx.Err()
}

func (c *Collector) readGroup(g *group) {
	if g.gen == c.gen || g.gone {
		return
	}
	want, slow := c.metrics, true
	if age := c.began - g.slowAt; g.gen > 0 && age >= 0 && age < c.slowInterval {
		want, slow = want&^want.Slow(), false
	}
	g.err = g.handle.Read(&g.sample, want, &c.buf)
	if errors.Is(g.err, cgroupfs.ErrRemoved) {
		g.gone = true
		return
	}
	passing := false // something that need not be so in the next round
	if g.err != nil {
		passing = c.errs.add(g.err) == classOther
	}
	g.gen = c.gen
	if slow && !passing {
		g.slowAt = c.began
	} else if slow {
		g.slowAt = c.began - c.slowInterval
	}
	s := &g.sample
	memoryAt := c.at(s.Memory.Read)
	g.memory = memoryOf(&s.Memory, g == c.root, g.err == nil, memoryAt)
	g.swap = swapOf(&s.Memory.Swap, memoryAt)
	var none cgroupfs.StallPSI
	g.pressureAt = time.Time{}
	if p := &s.Pressure; p.CPU.Some != none || p.Memory.Some != none || p.IO.Some != none {
		g.pressureAt = c.at(s.Pressure.Read)
	}
	g.cpu = cpuOf(&s.CPU, &g.points, c.minWindow, c.node.CPUs, c.at(s.CPU.Read))
}

// at returns what the clock showed at a Stamp of this round.
func (c *Collector) at(s cgroupfs.Stamp) time.Time { return c.wall.Add(s.At - c.began) }

// fill copies the round into dst.
func (c *Collector) fill(dst *Snapshot) {
	dst.Time, dst.began, dst.Duration = c.wall, c.began, c.took
	dst.Generation, dst.Metrics = c.gen, c.metrics
	dst.Node = c.node
	if c.networks != nil {
		dst.Node.Network = c.networks.node.fill(dst)
	}
	c.errs.copyTo(&dst.Errors)
	// What is left of an earlier round is overwritten field by field, or
	// cleared so that it does not hold memory.
	clear(dst.Cgroups[min(c.count, len(dst.Cgroups)):])
	dst.Cgroups = slices.Grow(dst.Cgroups[:0], c.count)[:c.count]
	c.root.fill(dst, 0, -1)
	deriveNode(&dst.Node, &dst.Cgroups[0])
}
