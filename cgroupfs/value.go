package cgroupfs

import (
	"math"
	"strconv"
)

// A Value is one number the kernel may or may not have given. Absent, zero
// and unlimited are three things: the zero Value is absent, Max is the
// kernel's "max", and everything else is a number. Values are comparable.
// A Value is immutable and safe for concurrent use.
type Value struct {
	n uint64 // 0 is absent, all ones is max, else the number plus one
}

// Number returns the Value of n. The two largest numbers cannot be told from
// Max; no file of the kernel holds them, and they become the largest that can.
func Number(n uint64) Value {
	return Value{min(n, math.MaxUint64-2) + 1}
}

// Max returns the Value of a limit that does not limit: "max" in cgroup v2,
// 2^63 rounded down to a page or -1 in cgroup v1.
func Max() Value { return Value{math.MaxUint64} }

// Get returns the number. It reports false where there is none: for an absent
// Value and for Max.
func (v Value) Get() (uint64, bool) {
	if v.n == 0 || v.n == math.MaxUint64 {
		return 0, false
	}
	return v.n - 1, true
}

// Or returns the number, or other where there is none.
func (v Value) Or(other uint64) uint64 {
	if n, ok := v.Get(); ok {
		return n
	}
	return other
}

// IsAbsent reports whether nothing is known: the file or the line is missing,
// could not be read, or was not asked for.
func (v Value) IsAbsent() bool { return v.n == 0 }

// IsMax reports whether the Value is Max.
func (v Value) IsMax() bool { return v.n == math.MaxUint64 }

// String returns "absent", "max" or the number in decimal.
func (v Value) String() string {
	switch v.n {
	case 0:
		return "absent"
	case math.MaxUint64:
		return "max"
	}
	return strconv.FormatUint(v.n-1, 10)
}

// A Percent is a share of time as pressure files print it: 0 to 100 with two
// decimals. The zero Percent is absent. It is comparable.
type Percent struct {
	n uint16 // 0 is absent, else hundredths of a percent plus one
}

// Hundredths returns the Percent of n hundredths of a percent; 10000, a
// hundred percent, is the largest.
func Hundredths(n uint64) Percent {
	return Percent{uint16(min(n, 10000)) + 1}
}

// Get returns the share in percent, 0 to 100, or false if it is absent.
func (p Percent) Get() (float64, bool) {
	if p.n == 0 {
		return 0, false
	}
	return float64(p.n-1) / 100, true
}

// IsAbsent reports whether nothing is known.
func (p Percent) IsAbsent() bool { return p.n == 0 }

// String returns "absent" or the share with two decimals, as the kernel
// prints it.
func (p Percent) String() string {
	if p.n == 0 {
		return "absent"
	}
	return strconv.FormatFloat(float64(p.n-1)/100, 'f', 2, 64)
}

// A List is a set of CPUs or memory nodes as the kernel writes it, for
// example "0-3,8". The zero List is empty, which for an effective set means
// that it is not known. A List keeps its memory when a Sample is read again.
type List struct {
	text []byte
}

// String returns the text, for example "0-3,8".
func (l List) String() string { return string(l.text) }

// Len returns how many CPUs or nodes the list names.
func (l List) Len() int {
	n := 0
	for rest := l.text; len(rest) > 0; {
		var first, last uint64
		first, rest = leadingUint(rest)
		last = first
		if len(rest) > 0 && rest[0] == '-' {
			last, rest = leadingUint(rest[1:])
		}
		if last >= first {
			n += int(last - first + 1)
		}
		if len(rest) > 0 {
			rest = rest[1:] // the comma
		}
	}
	return n
}

func (l *List) set(b []byte) { l.text = append(l.text[:0], b...) }
func (l *List) reset()       { l.text = l.text[:0] }

func leadingUint(b []byte) (n uint64, rest []byte) {
	i := 0
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		n = n*10 + uint64(b[i]-'0')
		i++
	}
	return n, b[i:]
}
