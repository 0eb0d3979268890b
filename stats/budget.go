package stats

import (
	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A Budget is how much of one core reading some metrics may take together; see
// the package's documentation.
type Budget struct {
	// Metrics are what the budget is of; 0 is all that are read.
	Metrics cgroupfs.MetricSet
	// Share is a share of one core: 0.001 is a millisecond a second. 0, and what
	// is less or no number, is no budget.
	Share float64
}

// unsheddable is what is read whatever it takes.
const unsheddable = cgroupfs.CPU | cgroupfs.Memory

// wanted are the metrics in the order in which they are kept: those that are
// missed most are first, and those that are dear or that few want are last.
var wanted = [...]cgroupfs.MetricSet{
	cgroupfs.CPU, cgroupfs.Memory, cgroupfs.MemoryLimits, cgroupfs.CPULimits, cgroupfs.PIDs, cgroupfs.PIDLimits,
	cgroupfs.Processes, cgroupfs.Pressure, cgroupfs.PressureIRQ, cgroupfs.IO, cgroupfs.IOLimits, cgroupfs.MemoryEvents,
	cgroupfs.CPULocal, cgroupfs.ZSwap, cgroupfs.CPUSet, cgroupfs.HugeTLB, cgroupfs.RDMA, cgroupfs.Misc, cgroupfs.Core,
	cgroupfs.PerCPU, cgroupfs.MemoryNUMA,
}

// budgetMeter is what reading is timed with where there are budgets.
func (c *Collector) budgetMeter() *cgroupfs.Meter {
	if c.budget == nil {
		return nil
	}
	return &c.meter
}

// chooseMetrics decides what the round reads.
func (c *Collector) chooseMetrics() {
	c.want = c.metrics &^ c.budget.begin(c.began, c.metrics)
	c.trial = c.budget.starts()
	// To open files that stay open is no part of what a metric takes for good,
	// and to know it takes a clock before and after each file.
	c.meter.Detail = c.trial&^c.trial.Slow() != 0
}

// spend charges the round to the budgets.
func (c *Collector) spend(complete bool) {
	if c.budget == nil {
		return
	}
	meter := &c.meter
	if c.costing != nil {
		meter = &c.costing.meter
	}
	for _, m := range wanted {
		if c.want&m != 0 {
			cost := meter.Cost(m)
			c.budget.spend(m, cost.Time-cost.OnceTime)
		}
	}
	c.meter.Reset()
	if complete {
		c.budget.end()
	}
}
