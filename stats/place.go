package stats

import "slices"

// A round reads each cgroup into the Snapshot where it belongs. If cgroups come
// or go meanwhile those that were read move over: their order is the same.

// place gives every cgroup its index in dst.Cgroups, and returns how many there
// are.
func (c *Collector) place(dst *Snapshot) int {
	n := int(c.root.number(0))
	if n > len(dst.Cgroups) {
		dst.Cgroups = slices.Grow(dst.Cgroups, n-len(dst.Cgroups))[:n]
	}
	c.moveUp(c.root, dst.Cgroups)
	c.moveDown(c.root, dst.Cgroups)
	return n
}

// number counts a group and those below it, from next on.
func (g *group) number(next int32) int32 {
	g.next = next
	next++
	for _, child := range g.children {
		next = child.number(next)
	}
	return next
}

// moveUp moves those that belong further up, the first of them first: what was
// in their place has moved before.
func (c *Collector) moveUp(g *group, cgroups []Cgroup) {
	if g.next <= g.index {
		c.move(g, cgroups)
	}
	for _, child := range g.children {
		c.moveUp(child, cgroups)
	}
}

// moveDown moves the others, the last of them first.
func (c *Collector) moveDown(g *group, cgroups []Cgroup) {
	for _, child := range slices.Backward(g.children) {
		c.moveDown(child, cgroups)
	}
	if g.next > g.index {
		c.move(g, cgroups)
	}
}

func (c *Collector) move(g *group, cgroups []Cgroup) {
	if g.gen == c.gen && g.next != g.index {
		cgroups[g.next] = cgroups[g.index]
	}
	g.index = g.next
}

// finish completes what was read of a group and those below it.
func (g *group) finish(dst *Snapshot, parent int32) {
	cg := &dst.Cgroups[g.index]
	cg.Parent, cg.Err = int(parent), g.err
	cg.Network = g.network.fill(dst)
	for _, child := range g.children {
		child.finish(dst, g.index)
	}
}
