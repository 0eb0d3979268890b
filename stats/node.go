package stats

import (
	"errors"
	"io/fs"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/procfs"
)

// readNode reads what no cgroup says. It comes before the cgroups, because a
// rate needs the number of CPUs.
func (c *Collector) readNode(n *Node) {
	*n = Node{OwnCgroup: c.ownCgroup}
	if c.proc == nil {
		return
	}
	stat, err := c.proc.Stat()
	c.nodeError(err)
	n.CPUs = stat.CPUs
	if stat.BootTime.OK {
		n.BootTime = time.Unix(int64(stat.BootTime.N), 0)
	}
	mem, err := c.proc.MemInfo()
	c.nodeError(err)
	n.MemTotal = number(mem.MemTotal)
	n.SwapTotal = number(mem.SwapTotal)
	used := minus(n.SwapTotal, number(mem.SwapFree))
	if !used.IsAbsent() {
		n.Swap = Swap{Time: c.now(), SwapUsageBytes: used, SwapAvailableBytes: number(mem.SwapFree)}
	}
	c.readTasks(n)
}

func (c *Collector) readTasks(n *Node) {
	tasks, err := c.proc.Tasks()
	c.nodeError(err)
	most, err := c.proc.MaxTasks()
	c.nodeError(err)
	if tasks.OK || most.OK {
		n.Tasks, n.MaxTasks, n.TasksTime = number(tasks), number(most), c.now()
	}
}

// deriveNode makes the node of the root cgroup, whose limit is the node's.
func deriveNode(n *Node, root *Cgroup) {
	n.CPU, n.Memory = root.CPU, root.Memory
	n.Memory.AvailableBytes = minus(n.MemTotal, n.Memory.WorkingSetBytes)
}

func (c *Collector) nodeError(err error) {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.errs.add(err)
	}
}

func number(n procfs.Number) cgroupfs.Value {
	if !n.OK {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(n.N)
}
