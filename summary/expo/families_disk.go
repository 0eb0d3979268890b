package expo

import (
	"strconv"
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
)

// diskFamilies are those of file systems and block devices.
var diskFamilies = [...]family{
	{Family{"container_fs_limit_bytes", "Size of the file system, in bytes.", Gauge}, 0, 3, "device",
		fileSystem(func(f *storage.Filled) (cgroupfs.Value, time.Time) { return f.FS.CapacityBytes, f.FS.Time }), nil},
	{Family{"container_fs_usage_bytes", "What of the file system is in use, or what the container's layer takes of it, in bytes.", Gauge}, 0, 3, "device",
		fileSystem(func(f *storage.Filled) (cgroupfs.Value, time.Time) {
			return f.Used.Bytes, orElse(f.Used.Time, f.FS.Time)
		}), nil},
	{Family{"container_fs_inodes_total", "How many files the file system may have.", Gauge}, 0, 3, "device",
		fileSystem(func(f *storage.Filled) (cgroupfs.Value, time.Time) { return f.FS.Inodes, f.FS.Time }), nil},
	{Family{"container_fs_inodes_free", "How many files the file system may still get.", Gauge}, 0, 3, "device",
		fileSystem(func(f *storage.Filled) (cgroupfs.Value, time.Time) { return f.FS.InodesFree, f.FS.Time }), nil},
	{Family{"container_fs_reads_bytes_total", "Bytes read.", Counter}, cgroupfs.IO, 2, "device",
		io(0, func(d *cgroupfs.IODevice) cgroupfs.Value { return d.ReadBytes }, nil), nil},
	{Family{"container_fs_writes_bytes_total", "Bytes written.", Counter}, cgroupfs.IO, 2, "device",
		io(0, func(d *cgroupfs.IODevice) cgroupfs.Value { return d.WriteBytes }, nil), nil},
	{Family{"container_fs_reads_total", "Reads.", Counter}, cgroupfs.IO, 3, "device",
		io(0, func(d *cgroupfs.IODevice) cgroupfs.Value { return d.ReadOps }, func(d *stats.Disk) uint64 { return d.Reads }), nil},
	{Family{"container_fs_writes_total", "Writes.", Counter}, cgroupfs.IO, 3, "device",
		io(0, func(d *cgroupfs.IODevice) cgroupfs.Value { return d.WriteOps }, func(d *stats.Disk) uint64 { return d.Writes }), nil},
	{Family{"container_fs_sector_reads_total", "Sectors of 512 bytes read.", Counter}, cgroupfs.IO, 4, "device",
		io(0, nil, func(d *stats.Disk) uint64 { return d.SectorsRead }), nil},
	{Family{"container_fs_sector_writes_total", "Sectors of 512 bytes written.", Counter}, cgroupfs.IO, 4, "device",
		io(0, nil, func(d *stats.Disk) uint64 { return d.SectorsWritten }), nil},
	{Family{"container_fs_reads_merged_total", "Reads that became part of another.", Counter}, cgroupfs.IO, 4, "device",
		io(0, nil, func(d *stats.Disk) uint64 { return d.ReadsMerged }), nil},
	{Family{"container_fs_writes_merged_total", "Writes that became part of another.", Counter}, cgroupfs.IO, 4, "device",
		io(0, nil, func(d *stats.Disk) uint64 { return d.WritesMerged }), nil},
	{Family{"container_fs_read_seconds_total", "Time that reads took, in seconds.", Counter}, cgroupfs.IO, 4, "device",
		io(3, nil, func(d *stats.Disk) uint64 { return d.ReadMillis }), nil},
	{Family{"container_fs_write_seconds_total", "Time that writes took, in seconds.", Counter}, cgroupfs.IO, 4, "device",
		io(3, nil, func(d *stats.Disk) uint64 { return d.WriteMillis }), nil},
	{Family{"container_fs_io_current", "Reads and writes under way.", Gauge}, cgroupfs.IO, 4, "device",
		io(0, func(d *cgroupfs.IODevice) cgroupfs.Value { return d.Queued }, func(d *stats.Disk) uint64 { return d.InProgress }), nil},
	{Family{"container_fs_io_time_seconds_total", "Time in which there was a read or a write, in seconds.", Counter}, cgroupfs.IO, 4, "device",
		io(3, func(d *cgroupfs.IODevice) cgroupfs.Value { return d.ServiceNanos }, func(d *stats.Disk) uint64 { return d.IOMillis }), nil},
	{Family{"container_fs_io_time_weighted_seconds_total", "Time in which there was a read or a write, times how many, in seconds.", Counter}, cgroupfs.IO, 4, "device",
		io(3, nil, func(d *stats.Disk) uint64 { return d.WeightedMillis }), nil},
	{Family{"container_fs_io_cost_usage_seconds_total", "Device time used, as the io.cost controller reckons it, in seconds.", Counter}, cgroupfs.IO, 4, "device",
		ioCost(func(d *cgroupfs.IODevice) cgroupfs.Value { return d.CostUsageNanos }), nil},
	{Family{"container_fs_io_cost_wait_seconds_total", "Time that the io.cost controller let it wait, in seconds.", Counter}, cgroupfs.IO, 4, "device",
		ioCost(func(d *cgroupfs.IODevice) cgroupfs.Value { return d.CostWaitNanos }), nil},
	{Family{"container_fs_io_cost_indebt_seconds_total", "Time in debt with the io.cost controller, in seconds.", Counter}, cgroupfs.IO, 4, "device",
		ioCost(func(d *cgroupfs.IODevice) cgroupfs.Value { return d.CostInDebtNanos }), nil},
	{Family{"container_fs_io_cost_indelay_seconds_total", "Time that the io.cost controller delayed it for its debt, in seconds.", Counter}, cgroupfs.IO, 4, "device",
		ioCost(func(d *cgroupfs.IODevice) cgroupfs.Value { return d.CostInDelayNanos }), nil},
	{Family{"container_blkio_device_usage_total", "Bytes read, written and so on.", Counter}, cgroupfs.IO, 4, "device, major, minor, operation", putBlkio, nil},
}

// fileSystem is of the file systems that are known: the root has those of the
// node, a container that of its writable layer, which is counted more seldom
// than the file system is asked: each value has its own time.
func fileSystem(f func(*storage.Filled) (cgroupfs.Value, time.Time)) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		disks := s.n.Storage
		switch {
		case disks == nil:
		case c.level == LevelNode:
			list := [...]*storage.FS{&disks.Node, &disks.Image.FS, &disks.Container.FS}
			for i, fs := range list {
				if !isListed(list[:i], fs) {
					whole := storage.Filled{FS: *fs, Used: storage.Used{Time: fs.Time, Bytes: fs.UsedBytes}}
					v, at := f(&whole)
					s.put(c, v, 0, at, Label{"device", deviceOf(fs)})
				}
			}
		case c.level == LevelContainer && c.ContainerID != "":
			if i, ok := s.layers[c.ContainerID]; ok {
				layer := &disks.Layers[i]
				v, at := f(&layer.Filled)
				s.put(c, v, 0, at, Label{"device", deviceOf(&layer.FS)})
			}
		}
	}
}

func isListed(list []*storage.FS, fs *storage.FS) bool {
	for _, other := range list {
		if deviceOf(other) == deviceOf(fs) {
			return true
		}
	}
	return false
}

// deviceOf is where a file system is, or where it is mounted if it is on no disk.
func deviceOf(fs *storage.FS) string {
	if fs.Device != "" {
		return fs.Device
	}
	return fs.Path
}

// io is of what a cgroup did to block devices, in 10^-digits of a unit, except
// that of the cgroup's a time is in nanoseconds. The root has what /proc/diskstats
// says as well, of devices of which the cgroup says nothing.
func io(digits uint8, f func(*cgroupfs.IODevice) cgroupfs.Value, ofDisk func(*stats.Disk) uint64) func(*scrape, *cgroup) {
	own := digits
	if own > 0 {
		own = 9
	}
	return func(s *scrape, c *cgroup) {
		if f != nil {
			s.putDevices(c, own, f)
		}
		if ofDisk == nil || c.level != LevelNode {
			return
		}
		digits := digits
		if digits > 0 && s.has(summary.CompatDiskMillis) {
			digits = 9
		}
		for i := range s.n.Snapshot.Node.Disks {
			d := &s.n.Snapshot.Node.Disks[i]
			if idle(d) || f != nil && says(&c.Sample.IO, d, f) {
				continue
			}
			if name := s.disk(d.Major, d.Minor).device; name != "" {
				s.out.put(&c.subject, number{n: ofDisk(d), digits: digits}, c.at, Label{"device", name})
			}
		}
	}
}

func ioCost(f func(*cgroupfs.IODevice) cgroupfs.Value) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) { s.putDevices(c, 9, f) }
}

// putDevices adds a series for each device. Kubelets have devices without a
// name; of those one can have the series.
func (s *scrape) putDevices(c *cgroup, digits uint8, f func(*cgroupfs.IODevice) cgroupfs.Value) {
	nameless := false
	for i := range c.Sample.IO.Devices {
		d := &c.Sample.IO.Devices[i]
		v, ok := known(f(d), digits)
		name := s.disk(d.Major, d.Minor).device
		if !ok || name == "" && nameless {
			continue
		}
		nameless = nameless || name == ""
		s.out.put(&c.subject, v, c.at, Label{"device", name})
	}
}

// idle reports whether nothing was ever done to a disk, as to most loop devices.
func idle(d *stats.Disk) bool { return d.Reads == 0 && d.Writes == 0 && d.IOMillis == 0 }

// says reports whether the cgroup has the number of a disk itself.
func says(io *cgroupfs.IOSample, d *stats.Disk, f func(*cgroupfs.IODevice) cgroupfs.Value) bool {
	for i := range io.Devices {
		if own := &io.Devices[i]; own.Major == d.Major && own.Minor == d.Minor {
			return !f(own).IsAbsent()
		}
	}
	return false
}

func putBlkio(s *scrape, c *cgroup) {
	for i := range c.Sample.IO.Devices {
		d := &c.Sample.IO.Devices[i]
		disk := s.disk(d.Major, d.Minor)
		for _, op := range [...]struct {
			name string
			v    cgroupfs.Value
		}{
			{"Async", d.AsyncBytes}, {"Discard", d.DiscardBytes}, {"Read", d.ReadBytes},
			{"Sync", d.SyncBytes}, {"Total", totalBytes(d)}, {"Write", d.WriteBytes},
		} {
			s.put(c, op.v, 0, c.at, Label{"device", disk.device}, Label{"major", disk.major}, Label{"minor", disk.minor}, Label{"operation", op.name})
		}
	}
}

// totalBytes is what cgroup v1 has a line for: every operation is synchronous or not.
func totalBytes(d *cgroupfs.IODevice) cgroupfs.Value {
	m, ok := d.SyncBytes.Get()
	n, ok2 := d.AsyncBytes.Get()
	if !ok || !ok2 {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(m + n)
}

// A disk is how a block device is called.
type disk struct {
	name                 string // of /proc/diskstats; empty if it is not there
	device, major, minor string
	quirk                bool // the device's name is a kubelet's
	seen                 uint64
}

// disk finds a device's name. It is kept for the next time.
func (s *scrape) disk(major, minor uint32) disk {
	key := diskKey(major, minor)
	d, ok := s.disks[key]
	quirk := s.has(summary.CompatDiskNames)
	if d.name != "" && d.seen != s.scrapes {
		d, ok = disk{}, false // it is no longer called so
	}
	if ok && d.quirk == quirk && d.major != "" {
		return d
	}
	d.quirk, d.major, d.minor = quirk, strconv.Itoa(int(major)), strconv.Itoa(int(minor))
	switch {
	case d.name != "" && (!quirk || isOldDisk(d.name)):
		d.device = "/dev/" + d.name
	case quirk:
		d.device = ""
	default:
		d.device = d.major + ":" + d.minor
	}
	s.disks[key] = d
	return d
}

func diskKey(major, minor uint32) uint64 { return uint64(major)<<32 | uint64(minor) }

// nameDisks takes over the names of /proc/diskstats.
func (s *scrape) nameDisks() {
	s.scrapes++
	if s.disks == nil {
		s.disks = make(map[uint64]disk)
	}
	if len(s.disks) > 4*len(s.n.Snapshot.Node.Disks)+64 {
		clear(s.disks) // devices come and go
	}
	for i := range s.n.Snapshot.Node.Disks {
		d := &s.n.Snapshot.Node.Disks[i]
		key := diskKey(d.Major, d.Minor)
		old := s.disks[key]
		if old.name != d.Name {
			old = disk{name: d.Name} // the rest is made when it is needed
		}
		old.seen = s.scrapes
		s.disks[key] = old
	}
}

// isOldDisk reports whether cAdvisor has a disk's name: nvme0n1, md0 and loop0
// are none to it.
//
//	^(?:(?:s|v|xv)d[a-z]+\d*|dm-\d+)$
func isOldDisk(name string) bool {
	if rest, ok := strings.CutPrefix(name, "dm-"); ok {
		return rest != "" && strings.Trim(rest, "0123456789") == ""
	}
	for _, prefix := range [...]string{"sd", "vd", "xvd"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			letters := strings.TrimRight(rest, "0123456789")
			return letters != "" && strings.Trim(letters, "abcdefghijklmnopqrstuvwxyz") == ""
		}
	}
	return false
}

// indexLayers finds writable layers by their container's ID.
func (s *scrape) indexLayers() {
	if s.layers == nil {
		s.layers = make(map[string]int)
	}
	clear(s.layers)
	if s.n.Storage == nil {
		return
	}
	for i := range s.n.Storage.Layers {
		s.layers[s.n.Storage.Layers[i].ContainerID] = i
	}
}
