package stats

import "slices"

// A round reads each cgroup into the Snapshot where it belongs. If cgroups come
// or go meanwhile those that were read move over: their order is the same.

// place makes room for all cgroups in dst, and where the tree has changed gives
// each its index there.
func (c *Collector) place(dst *Snapshot) {
	if c.changed {
		clear(c.order) // those that are gone are not to be held
		c.order = c.order[:0]
		c.arrange(c.root)
	}
	if n := len(c.order); n > len(dst.Cgroups) {
		dst.Cgroups = slices.Grow(dst.Cgroups, n-len(dst.Cgroups))[:n]
	}
	if !c.changed {
		return
	}
	c.changed = false
	c.root.number(0)
	c.moveUp(c.root, dst.Cgroups)
	c.moveDown(c.root, dst.Cgroups)
	for _, g := range c.order {
		dst.Cgroups[g.index].Parent = g.parentIndex()
	}
}

// arrange lists the cgroups in the order in which they are read. The root comes
// first, because reading its memory.stat brings those of all cgroups up to date;
// every other cgroup comes after its children, so that a pod is read right after
// its containers.
func (c *Collector) arrange(g *group) {
	if g == c.root {
		c.order = append(c.order, g)
	}
	for _, child := range g.children {
		c.arrange(child)
	}
	if g != c.root {
		c.order = append(c.order, g)
	}
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

// parentIndex is the parent's index in the Snapshot; -1 for the root.
func (g *group) parentIndex() int {
	if g.parent == nil {
		return -1
	}
	return int(g.parent.index)
}
