package stats

import (
	"errors"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// Disk is a block device or a part of one, counted since the node's start:
// /proc/diskstats. Sectors are 512 bytes whatever the device's own are.
type Disk struct {
	Major, Minor uint32
	// Name is the device's below /dev: "sda1", "nvme0n1", "dm-0".
	Name string

	Reads, ReadsMerged, SectorsRead, ReadMillis       uint64
	Writes, WritesMerged, SectorsWritten, WriteMillis uint64
	// InProgress is how many operations are under way now.
	InProgress uint64
	// IOMillis is how long there was any, and WeightedMillis that times how
	// many there were.
	IOMillis, WeightedMillis uint64
}

// Disk returns the device of a number, as cgroupfs.IODevice has it, or nil.
func (n *Node) Disk(major, minor uint32) *Disk {
	for i := range n.Disks {
		if d := &n.Disks[i]; d.Major == major && d.Minor == minor {
			return d
		}
	}
	return nil
}

// readDisks reads the node's disks, if what cgroups do with them is read.
func (c *Collector) readDisks() {
	c.disks = c.disks[:0]
	if c.host == nil || !c.want.Has(cgroupfs.IO) {
		return
	}
	var err error
	if c.disks, err = c.host.Disks(c.disks); errors.Is(err, kernfs.ErrFull) {
		c.giveBack()
		c.disks, err = c.host.Disks(c.disks[:0])
	}
	c.nodeError(err)
}

// fillDisks copies the disks into the Snapshot's memory.
func (c *Collector) fillDisks(dst *Snapshot) {
	dst.disks = dst.disks[:0]
	for i := range c.disks {
		dst.disks = append(dst.disks, Disk(c.disks[i]))
	}
	dst.Node.Disks = dst.disks
}
