package procfs

import "github.com/nodegauge/nodegauge/internal/scan"

// Disk is one line of /proc/diskstats: a block device or a part of one, since
// the node's start. Sectors are 512 bytes.
type Disk struct {
	Major, Minor uint32
	Name         string

	Reads, ReadsMerged, SectorsRead, ReadMillis       uint64
	Writes, WritesMerged, SectorsWritten, WriteMillis uint64
	InProgress, IOMillis, WeightedMillis              uint64
}

// ParseDiskStats appends to dst the devices in the text of /proc/diskstats, in
// its order. Kernels before 4.18 print 14 columns, those before 5.5 18, for
// what was discarded, and later ones 20, for flushes: the first 14 are read.
// What dst holds beyond its length, of an earlier call, is where names come
// from that are the same again. A line that is not understood does not hide the
// others; ParseDiskStats returns a *ParseError for the first.
//
//	254       0 vda 2938 438 410866 1612 239 641 55984 520 0 2220 2151 0 0 0 0 52 17
func ParseDiskStats(b []byte, dst []Disk) ([]Disk, error) {
	var (
		first error
		line  []byte
	)
	for n := 1; len(b) > 0; n++ {
		line, b = scan.Line(b)
		if len(scan.Trim(line)) == 0 {
			continue
		}
		var err error
		if dst, err = appendDisk(dst, line); err != nil && first == nil {
			first = NewParseError(n, line, err)
		}
	}
	return dst, first
}

func appendDisk(dst []Disk, line []byte) ([]Disk, error) {
	var (
		d   Disk
		err error
	)
	major, rest := scan.Field(line)
	minor, rest := scan.Field(rest)
	name, rest := scan.Field(rest)
	if d.Major, err = scan.Uint32(major); err != nil {
		return dst, err
	}
	if d.Minor, err = scan.Uint32(minor); err != nil {
		return dst, err
	}
	var num []byte
	for _, column := range [...]*uint64{
		&d.Reads, &d.ReadsMerged, &d.SectorsRead, &d.ReadMillis, &d.Writes, &d.WritesMerged, &d.SectorsWritten, &d.WriteMillis,
		&d.InProgress, &d.IOMillis, &d.WeightedMillis,
	} {
		if num, rest = scan.Field(rest); len(num) == 0 {
			return dst, errFields
		}
		if *column, err = scan.Uint(num); err != nil {
			return dst, err
		}
	}
	if n := len(dst); n < cap(dst) && dst[:n+1][n].Name == string(name) {
		d.Name = dst[:n+1][n].Name
	} else {
		d.Name = string(name)
	}
	return append(dst, d), nil
}
