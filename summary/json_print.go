package summary

import (
	"strconv"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A printer appends text. Thousands of times in a Summary are of a few seconds
// only: it keeps the text of those it has printed.
type printer struct {
	b     []byte
	times [64]printedTime
}

type printedTime struct {
	second int64
	text   [32]byte
	n      int // 0 is none
}

func (p *printer) raw(text string) { p.b = append(p.b, text...) }

func (p *printer) str(text string) { p.b = appendString(p.b, text) }

// section begins an object that follows another field.
func (p *printer) section(name string, at time.Time) {
	p.raw(`,"`)
	p.raw(name)
	p.raw(`":{"time":`)
	p.time(at)
}

// time appends a time as metav1.Time prints it.
func (p *printer) time(t time.Time) {
	if t.IsZero() {
		p.raw("null")
		return
	}
	second := t.Unix()
	kept := &p.times[uint64(second)%uint64(len(p.times))]
	if kept.n == 0 || kept.second != second {
		text := t.UTC().AppendFormat(kept.text[:0], `"`+time.RFC3339+`"`)
		if len(text) > len(kept.text) { // not within some ten million years
			kept.n = 0
			p.b = append(p.b, text...)
			return
		}
		kept.second, kept.n = second, len(text)
	}
	p.b = append(p.b, kept.text[:kept.n]...)
}

// value appends a field if its Value is a number.
func (p *printer) value(name string, v cgroupfs.Value) {
	if n, ok := v.Get(); ok {
		p.field(name)
		p.b = strconv.AppendUint(p.b, n, 10)
	}
}

// percent appends a field as a number with as many decimals as it needs.
func (p *printer) percent(name string, v cgroupfs.Percent) {
	p.field(name)
	f, _ := v.Get()
	hundredths := uint64(f*100 + 0.5)
	p.b = strconv.AppendUint(p.b, hundredths/100, 10)
	if tens, ones := byte(hundredths/10%10), byte(hundredths%10); ones != 0 {
		p.b = append(p.b, '.', '0'+tens, '0'+ones)
	} else if tens != 0 {
		p.b = append(p.b, '.', '0'+tens)
	}
}

func (p *printer) field(name string) {
	p.b = append(p.b, ',', '"')
	p.b = append(p.b, name...)
	p.b = append(p.b, '"', ':')
}
