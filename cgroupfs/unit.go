package cgroupfs

import (
	"math"
	"math/bits"
	"os"

	"github.com/nodegauge/nodegauge/internal/scan"
)

// A unit says how a number in a file becomes a Value in the unit that a Sample
// has.
type unit uint8

const (
	count  unit = iota // taken as it is: a count, bytes or nanoseconds
	micros             // microseconds
	millis             // milliseconds
	// ticks are of 10 ms: what the kernel shows is in USER_HZ, which is 100 on
	// every architecture that Go runs on, whatever CONFIG_HZ is.
	ticks
	pages // of 4 KiB on amd64 but maybe of 16 or 64 on arm64
	limit // a count or "max"
	quota // microseconds, or "max" in v2, or -1 in v1
	// v1Limit is a limit in bytes as v1 writes it. No limit is 2^63-1 rounded
	// down to a page, which may be a huge one; half of that is more than any
	// machine has.
	v1Limit
	// hugeLimit is a limit in bytes or "max". Some kernels, Linux 6.18 for one,
	// write what v1 does in place of "max".
	hugeLimit
)

// text returns the Value of a number's text. With an error it is absent.
func (u unit) text(b []byte) (Value, error) {
	switch u {
	case limit, hugeLimit:
		if string(b) == "max" {
			return Max(), nil
		}
	case quota:
		if string(b) == "max" || string(b) == "-1" {
			return Max(), nil
		}
	}
	n, err := scan.Uint(b)
	if err != nil {
		return Value{}, err
	}
	return u.number(n), nil
}

// number returns the Value of a number; the largest if it does not fit.
func (u unit) number(n uint64) Value {
	by := uint64(1)
	switch u {
	case v1Limit, hugeLimit:
		if n >= 1<<62 {
			return Max()
		}
		return Number(n)
	case micros, quota:
		by = 1e3
	case millis:
		by = 1e6
	case ticks:
		by = 1e7
	case pages:
		by = uint64(os.Getpagesize())
	}
	if n >= 1<<63 {
		return Number(0) // a negative one that the kernel printed as unsigned
	}
	high, low := bits.Mul64(n, by) // division is dearer than all the rest here
	if high != 0 {
		low = math.MaxUint64
	}
	return Number(low)
}
