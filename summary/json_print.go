package summary

import (
	"math/bits"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A printer appends text. Thousands of times in a Summary are of a few days
// only: it keeps the text of days that it has printed.
type printer struct {
	b    []byte
	days [8]printedDay
}

// printedDay is a day with the quote before and the T behind.
type printedDay struct {
	day  int64 // since 1970
	text [32]byte
	n    int // 0 is none
}

func (p *printer) raw(text string) { p.b = append(p.b, text...) }

func (p *printer) str(text string) { p.b = appendString(p.b, text) }

const secondsPerDay = 24 * 60 * 60

// time appends a time as metav1.Time prints it.
func (p *printer) time(t time.Time) {
	if t.IsZero() {
		p.raw("null")
		return
	}
	day, second := t.Unix()/secondsPerDay, t.Unix()%secondsPerDay
	if second < 0 {
		day, second = day-1, second+secondsPerDay
	}
	kept := &p.days[uint64(day)%uint64(len(p.days))]
	if kept.n == 0 || kept.day != day {
		kept.day, kept.n = day, copy(kept.text[:], t.UTC().AppendFormat(kept.text[:0], `"2006-01-02T`))
	}
	b := append(p.b, kept.text[:kept.n]...)
	hour, minute := second/3600*2, second/60%60*2
	second = second % 60 * 2
	p.b = append(b, pairs[hour], pairs[hour+1], ':', pairs[minute], pairs[minute+1], ':', pairs[second], pairs[second+1], 'Z', '"')
}

// value appends a field, which begins with a comma and ends with a colon, if
// its Value is a number.
func (p *printer) value(field string, v cgroupfs.Value) {
	if n, ok := v.Get(); ok {
		p.b = appendUint(append(p.b, field...), n)
	}
}

// percent appends a field as a number with as many decimals as it needs.
func (p *printer) percent(field string, v cgroupfs.Percent) {
	b := append(p.b, field...)
	f, _ := v.Get()
	hundredths := uint(f*100 + 0.5)
	b = appendUint(b, uint64(hundredths/100))
	pair := hundredths % 100 * 2
	switch {
	case pairs[pair+1] != '0':
		b = append(b, '.', pairs[pair], pairs[pair+1])
	case pair != 0:
		b = append(b, '.', pairs[pair])
	}
	p.b = b
}

// pairs are the numbers 00 to 99.
const pairs = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"

// appendUint is strconv.AppendUint, but writes where the text shall be and does
// not copy: a Summary is numbers for the most part.
func appendUint(b []byte, n uint64) []byte {
	if n < 10 {
		return append(b, '0'+byte(n))
	}
	end := len(b) + digitsOf(n)
	if end > cap(b) {
		b = append(b, "                    "...)
	}
	b = b[:end]
	for n >= 100 {
		pair := n % 100 * 2
		n /= 100
		b[end-1], b[end-2] = pairs[pair+1], pairs[pair]
		end -= 2
	}
	if n < 10 {
		b[end-1] = '0' + byte(n)
	} else {
		b[end-1], b[end-2] = pairs[n*2+1], pairs[n*2]
	}
	return b
}

// digitsOf is how many digits a number but 0 has: nearly 0.3 for each bit.
func digitsOf(n uint64) int {
	digits := bits.Len64(n) * 1233 >> 12
	if n >= powers[digits] {
		digits++
	}
	return digits
}

// powers are those of ten.
var powers = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}
