package storage

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/mountinfo"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// mounts are those of this process, as the last round found them.
type mounts struct {
	byID    map[uint64]*mount
	byPoint map[string]*mount // the one on top
	buf     []byte
}

// A mount is one mount, and what its file system said last.
type mount struct {
	id     uint64
	device string // "major:minor"
	point  string
	kind   string // "ext4" for example
	source string
	class  class

	seen   uint64 // the round that found it
	wanted uint64 // the round in which its filling is wanted
	fs     FS
}

// readMounts reads the mounts. A bad line is an error of the round, and
// concerns no other mount.
func (c *Collector) readMounts() error {
	m := &c.mounts
	if m.buf == nil {
		m.byID, m.byPoint, m.buf = map[uint64]*mount{}, map[string]*mount{}, make([]byte, 64<<10)
	}
	clear(m.byPoint)
	err := mountinfo.ReadLines("/proc/self/mountinfo", m.buf, func(l *mountinfo.Line) { m.add(l, c.round) })
	for id, old := range m.byID {
		if old.seen != c.round {
			delete(m.byID, id)
		}
	}
	if err == nil {
		return nil
	}
	if len(m.byPoint) == 0 { // without, nobody knows what may be touched
		return fmt.Errorf("storage: %w", err)
	}
	c.add(err)
	return nil
}

// add takes a line over. In a steady round it allocates nothing.
func (m *mounts) add(l *mountinfo.Line, round uint64) {
	id, err := scan.Uint(l.ID)
	if err != nil {
		return // a kernel that writes no number here is none
	}
	old := m.byID[id]
	if old == nil || old.device != string(l.Device) || old.kind != string(l.FSType) || !isPoint(old.point, l.MountPoint) {
		old = &mount{
			id:     id,
			device: string(l.Device),
			point:  mountinfo.Unescape(l.MountPoint),
			kind:   string(l.FSType),
			source: mountinfo.Unescape(l.Source),
			class:  classOf(string(l.Device), string(l.FSType)),
		}
		old.fs.Path = old.point
		if strings.HasPrefix(old.source, "/dev/") {
			old.fs.Device = old.source
		}
		m.byID[id] = old
	}
	old.seen = round
	m.byPoint[old.point] = old
}

// isPoint reports whether the kernel's text names the mount point.
func isPoint(point string, text []byte) bool {
	return point == string(text) || bytes.IndexByte(text, '\\') >= 0 && point == mountinfo.Unescape(text)
}

// of returns the mount that holds path, which must be absolute, without links
// and ".."; nil if no mount is known.
func (m *mounts) of(path []byte) *mount {
	for len(path) > 1 {
		if found := m.byPoint[string(path)]; found != nil {
			return found
		}
		path = path[:max(bytes.LastIndexByte(path, '/'), 0)]
	}
	return m.byPoint["/"]
}

// A class says how a file system may be treated.
type class uint8

const (
	classLocal  class = iota // on this machine's disks
	classMemory              // answers at once
	classRemote              // may never answer
)

// classOf knows local file systems by their block device, and by name those
// that have none: whatever else has none is a network's or a process's.
func classOf(device, kind string) class {
	switch kind {
	case "tmpfs", "ramfs", "devtmpfs", "hugetlbfs":
		return classMemory
	case "btrfs", "zfs", "bcachefs", "overlay", "ubifs", "rootfs", "squashfs", "erofs":
		return classLocal
	case "fuseblk", "ocfs2", "gfs2": // on a block device, and yet waiting for others
		return classRemote
	}
	if strings.HasPrefix(device, "0:") {
		return classRemote
	}
	return classLocal
}

// allowed reports whether a mount may be touched.
func (c *Collector) allowed(m *mount) bool {
	return m != nil && (m.class != classRemote || c.o.Remote)
}

// want asks for a mount's filling in this round.
func (c *Collector) want(m *mount) {
	if c.allowed(m) {
		m.wanted = c.round
	}
}

// set takes over what the file system said.
func (f *FS) set(k *kernfs.Filling) {
	*f = FS{Path: f.Path, Device: f.Device, Time: f.Time}
	if k.Blocks > 0 {
		f.CapacityBytes = product(k.Blocks, k.BlockSize)
		f.AvailableBytes = product(k.BlocksHave, k.BlockSize)
		if k.BlocksFree <= k.Blocks {
			f.UsedBytes = product(k.Blocks-k.BlocksFree, k.BlockSize)
		}
	}
	if k.Files > 0 {
		f.Inodes, f.InodesFree = number(k.Files), number(k.FilesFree)
		if k.FilesFree <= k.Files {
			f.InodesUsed = number(k.Files - k.FilesFree)
		}
	}
}
