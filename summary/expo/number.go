package expo

import (
	"strconv"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A number is n divided by a power of ten. All that is printed is one: an
// integer, or a time in seconds of which the kernel counts smaller parts.
type number struct {
	n      uint64
	digits uint8 // behind the point: 0, 3, 6 or 9
	minus  bool
}

// exact is the largest number of which, and of everything below, a float64 is
// the same.
const exact = 1 << 53

var powers = [...]uint64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}

func integer(n uint64) number { return number{n: n} }
func nanos(n uint64) number   { return number{n: n, digits: 9} }
func micros(n uint64) number  { return number{n: n, digits: 6} }
func millis(n uint64) number  { return number{n: n, digits: 3} }

// truth is 1 or 0.
func truth(ok bool) number {
	if ok {
		return number{n: 1}
	}
	return number{}
}

// float is what the text of the number is when it is parsed.
func (v number) float() float64 {
	f := float64(v.n) / float64(powers[v.digits])
	if v.minus {
		return -f
	}
	return f
}

// append prints the number in decimal. Parsing gives float, to the last bit:
// below 2^53 the decimal is exact, and a parser rounds it once as a division
// does; above, the division's result is printed.
func (v number) append(b []byte) []byte {
	if v.minus {
		b = append(b, '-')
	}
	if v.digits == 0 {
		return strconv.AppendUint(b, v.n, 10)
	}
	if v.n >= exact {
		return strconv.AppendFloat(b, float64(v.n)/float64(powers[v.digits]), 'g', -1, 64)
	}
	power := powers[v.digits]
	b = strconv.AppendUint(b, v.n/power, 10)
	rest := v.n % power
	if rest == 0 {
		return b
	}
	digits := int(v.digits)
	for rest%10 == 0 {
		rest /= 10
		digits--
	}
	var text [10]byte
	for i := digits; i > 0; i-- {
		text[i] = byte('0' + rest%10)
		rest /= 10
	}
	text[0] = '.'
	return append(b, text[:digits+1]...)
}

// known returns the number of a Value, and false for an absent one and for Max.
func known(v cgroupfs.Value, digits uint8) (number, bool) {
	n, ok := v.Get()
	return number{n: n, digits: digits}, ok
}

// clampMillis is a number of milliseconds since 1970, before which there was nothing.
func clampMillis(ms int64) uint64 { return uint64(max(ms, 0)) }
