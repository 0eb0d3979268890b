package procfs

import (
	"bytes"
	"errors"

	"github.com/nodegauge/nodegauge/internal/scan"
)

var (
	errName      = errors.New("no name of an interface")
	errColumns   = errors.New("columns are missing")
	errNamespace = errors.New("not a network namespace")
)

// Interface is one line of /proc/PID/net/dev: bytes and packets since the
// interface was made.
type Interface struct {
	Name                                    string
	RxBytes, RxPackets, RxErrors, RxDropped uint64
	TxBytes, TxPackets, TxErrors, TxDropped uint64
}

// rxColumns is how many numbers are about what was received, before those
// about what was sent. Kernels before 2.2 had fewer, and their header says so.
const rxColumns = 8

// ParseNetDev appends to dst the interfaces in the text of /proc/PID/net/dev,
// the loopback among them, in its order. What dst holds beyond its length, of
// an earlier call, is where names come from that are the same again. A line
// that is not understood does not hide the others; ParseNetDev returns a
// *ParseError for the first.
//
//	Inter-|   Receive                                                |  Transmit
//	 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
//	  eth0:    1296      16    0    0    0     0          0         0      936      12    0    0    0     0       0          0
//	eth0:1:1296 16 0 0 0 0 0 0 936 12 0 0 0 0 0 0
func ParseNetDev(b []byte, dst []Interface) ([]Interface, error) {
	var (
		first error
		line  []byte
	)
	received := rxColumns
	for n := 1; len(b) > 0; n++ {
		line, b = scan.Line(b)
		var err error
		switch {
		case len(scan.Trim(line)) == 0:
		case isNetDevHeader(line):
			received, err = parseNetDevHeader(line, received)
		case received > 0:
			dst, err = appendInterface(dst, line, received)
		}
		if err != nil && first == nil {
			first = NewParseError(n, line, err)
		}
	}
	return dst, first
}

// isNetDevHeader tells a header from an interface, whose name may have a bar.
func isNetDevHeader(line []byte) bool {
	return bytes.IndexByte(line, '|') >= 0 && bytes.IndexByte(line, ':') < 0
}

// parseNetDevHeader returns how many numbers are about what was received; 0 if
// the numbers that are wanted are not there.
func parseNetDevHeader(line []byte, known int) (received int, err error) {
	face, rest, _ := scan.Cut(line, '|')
	if string(scan.Trim(face)) != "face" {
		return known, nil // the line above it
	}
	rx, tx, _ := scan.Cut(rest, '|')
	if !hasColumns(rx) || !hasColumns(tx) {
		return 0, errColumns
	}
	for field, rest := scan.Field(rx); len(field) > 0; field, rest = scan.Field(rest) {
		received++
	}
	return received, nil
}

func hasColumns(b []byte) bool {
	for _, name := range [...]string{"bytes", "packets", "errs", "drop"} {
		var field []byte
		if field, b = scan.Field(b); string(field) != name {
			return false
		}
	}
	return true
}

// appendInterface cuts the name at the last colon of the first field: an alias
// has one in its name, and on old kernels the first number abuts.
func appendInterface(dst []Interface, line []byte, received int) ([]Interface, error) {
	field, rest := scan.Field(line)
	colon := bytes.LastIndexByte(field, ':')
	if colon <= 0 {
		return dst, errName
	}
	name, abutting := field[:colon], field[colon+1:]
	i := Interface{}
	columns := [...]*uint64{&i.RxBytes, &i.RxPackets, &i.RxErrors, &i.RxDropped, &i.TxBytes, &i.TxPackets, &i.TxErrors, &i.TxDropped}
	for n := range received + len(columns)/2 {
		num := abutting
		if n > 0 || len(num) == 0 {
			num, rest = scan.Field(rest)
		}
		if len(num) == 0 {
			return dst, errFields
		}
		column := n // in columns
		if n >= received {
			column += len(columns)/2 - received
		} else if n >= len(columns)/2 {
			continue
		}
		var err error
		if *columns[column], err = scan.Uint(num); err != nil {
			return dst, err
		}
	}
	i.Name = reuse(dst, name)
	return append(dst, i), nil
}

// reuse returns name as a string: that which lies where it will be appended,
// if it is the same.
func reuse(dst []Interface, name []byte) string {
	if n := len(dst); n < cap(dst) {
		if old := dst[:n+1][n].Name; old == string(name) {
			return old
		}
	}
	return string(name)
}
