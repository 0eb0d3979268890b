package cgroupfs

import (
	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// A budget is how many descriptors may be kept and how many are, and how many
// were closed because they were too many.
type budget struct {
	limit, used int
	givenBack   uint64
}

func newBudget(n int) budget {
	switch {
	case n < 0:
		return budget{}
	case n == 0:
		return budget{limit: int(min(kernfs.MaxOpenFiles()/2, 8192))}
	}
	return budget{limit: n}
}

// giveBack closes half of what is kept and keeps no more than that from now
// on: the process has no descriptors left.
func (h *Hierarchy) giveBack() {
	h.budget.limit = h.budget.used / 2
	h.shrink(h.budget.limit)
}

// shrink closes kept descriptors until no more than limit are left: files
// first, since a folder serves many.
func (h *Hierarchy) shrink(limit int) {
	used := h.budget.used
	defer func() { h.budget.givenBack += uint64(used - h.budget.used) }()
	for _, release := range []func(*Group){(*Group).closeFiles, (*Group).closeDir} {
		for g := range h.groups {
			if h.budget.used <= limit {
				return
			}
			release(g)
		}
	}
}

// keep takes one descriptor from the budget, if there is one left.
func (h *Hierarchy) keep() bool {
	if h.budget.used >= h.budget.limit {
		return false
	}
	h.budget.used++
	return true
}

func (h *Hierarchy) drop(fd *kernfs.FD) {
	if *fd != kernfs.None {
		h.budget.used--
		kernfs.Close(fd)
	}
}
