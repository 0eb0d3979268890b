package procfs

import (
	"math"

	"github.com/nodegauge/nodegauge/internal/scan"
)

// Flags of a route, in <linux/route.h>.
const (
	flagUp     = 0x1   // RTF_UP
	flagReject = 0x200 // RTF_REJECT: packets are refused, whatever the interface
)

// A routeTable finds the interface of the default route in the text of
// /proc/PID/net/route, or of ipv6_route, which it is given in pieces.
type routeTable struct {
	lines
	v6     bool
	found  bool
	metric uint64
	name   []byte // the interface's, in memory of the table's own
}

// reset prepares the table for another text.
func (t *routeTable) reset(v6 bool) { *t = routeTable{v6: v6, name: t.name[:0]} }

// enough reports whether the rest of the text changes nothing.
func (t *routeTable) enough() bool { return t.v6 && t.found }

func (t *routeTable) take(line []byte) error {
	if t.v6 {
		return t.addV6(line)
	}
	return t.addV4(line)
}

// addV4 takes a line of net/route. Of several default routes that with the
// lowest metric is used, and of equal ones the first.
//
//	Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
//	eth0	00000000	010200C0	0003	0	0	100	00000000	0	0	0
func (t *routeTable) addV4(line []byte) error {
	var f [8][]byte
	n := fields(line, f[:])
	iface, destination, flags, metric, mask := f[0], f[1], f[3], f[6], f[7]
	switch {
	case n == 0, t.line == 1 && string(destination) == "Destination":
		return nil
	case n < len(f):
		return errFields
	case string(destination) != "00000000", string(mask) != "00000000":
		return nil
	}
	bits, err := hex(flags)
	if err != nil {
		return err
	}
	m, err := signedMetric(metric)
	if err != nil {
		return err
	}
	if usable(bits) && (!t.found || m < t.metric) {
		t.found, t.metric, t.name = true, m, append(t.name[:0], iface...)
	}
	return nil
}

// addV6 takes a line of net/ipv6_route: destination, source, gateway, metric,
// use, flags, interface. The first default route for any source will do.
//
//	00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
func (t *routeTable) addV6(line []byte) error {
	const unspecified = "00000000000000000000000000000000"
	var f [10][]byte
	n := fields(line, f[:])
	switch {
	case n == 0:
		return nil
	case n < len(f)-1: // a route may be on no interface
		return errFields
	case t.found, n < len(f), string(f[0]) != unspecified, string(f[1]) != "00", string(f[2]) != unspecified, string(f[3]) != "00":
		return nil
	}
	bits, err := hex(f[8])
	if err != nil {
		return err
	}
	if usable(bits) {
		t.found, t.name = true, append(t.name[:0], f[9]...)
	}
	return nil
}

func usable(flags uint64) bool { return flags&(flagUp|flagReject) == flagUp }

// fields puts the first fields of a line into dst and returns how many there
// are.
func fields(line []byte, dst [][]byte) int {
	for n := range dst {
		if dst[n], line = scan.Field(line); len(dst[n]) == 0 {
			return n
		}
	}
	return len(dst)
}

// signedMetric returns a metric of net/route: 32 bits without a sign, which
// fib_route_seq_show prints as if they had one.
func signedMetric(b []byte) (uint64, error) {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	n, err := scan.Uint32(b)
	switch {
	case err != nil:
		return 0, err
	case negative && (n == 0 || n > math.MaxInt32+1):
		return 0, scan.ErrRange
	case negative:
		return 1<<32 - uint64(n), nil
	}
	return uint64(n), nil
}

// hex returns the number of up to eight hexadecimal digits that is all of b.
func hex(b []byte) (n uint64, err error) {
	if len(b) == 0 || len(b) > 8 {
		return 0, scan.ErrSyntax
	}
	for _, c := range b {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, scan.ErrSyntax
		}
		n = n<<4 | uint64(c)
	}
	return n, nil
}
