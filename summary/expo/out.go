package expo

import (
	"strconv"
	"strings"
	"time"
)

// out is where samples go: into a text, to a function, or nowhere but counted.
type out struct {
	b        []byte
	format   Format
	noTimes  bool
	yield    func(*Sample) bool // nil for a text
	counting bool
	stopped  bool // yield had enough

	family *Family
	series int // of the family so far
	text   []byte
	sample Sample
	labels []Label
	nobody subject // of series without labels of their own
}

// A subject is what series are about: all of its series have its labels.
type subject struct {
	labels   []Label
	from, to int // their text in out.text, without brackets

	// The timestamp that was printed last, with the line's end: most series of
	// a cgroup have the same.
	stampOf time.Time
	stamp   [24]byte
	stampTo int
}

// begin begins a family. Nothing is printed of one without a series.
func (o *out) begin(f *Family) { o.family, o.series = f, 0 }

// put adds a series of the family. The time is zero for one without.
func (o *out) put(s *subject, v number, at time.Time, extra ...Label) {
	if o.stopped {
		return
	}
	o.series++
	switch {
	case o.counting:
	case o.yield != nil:
		o.call(s, v, at, extra)
	default:
		o.print(s, v, at, extra)
	}
}

func (o *out) call(s *subject, v number, at time.Time, extra []Label) {
	o.labels = append(append(o.labels[:0], s.labels...), extra...)
	for i := range extra {
		l := &o.labels[len(s.labels)+i]
		l.Value = clean(l.Value)
	}
	if o.noTimes {
		at = time.Time{}
	}
	o.sample = Sample{Family: o.family, Labels: o.labels, Value: v.float(), Time: at}
	o.stopped = !o.yield(&o.sample)
}

func (o *out) print(s *subject, v number, at time.Time, extra []Label) {
	if o.series == 1 {
		o.header()
	}
	b := append(o.b, o.family.Name...)
	if s.to > s.from || len(extra) > 0 {
		b = append(b, '{')
		b = append(b, o.text[s.from:s.to]...)
		for i := range extra {
			if i > 0 || s.to > s.from {
				b = append(b, ',')
			}
			b, _ = appendLabel(b, extra[i].Name, extra[i].Value)
		}
		b = append(b, '}')
	}
	b = append(b, ' ')
	b = v.append(b)
	if at.IsZero() || o.noTimes {
		o.b = append(b, '\n')
		return
	}
	if at != s.stampOf || s.stampTo == 0 {
		o.setStamp(s, at)
	}
	o.b = append(b, s.stamp[:s.stampTo]...)
}

// setStamp prints a time, in milliseconds, or in OpenMetrics in seconds.
func (o *out) setStamp(s *subject, at time.Time) {
	ms := at.UnixMilli()
	t := append(s.stamp[:0], ' ')
	if o.format == OpenMetrics {
		t = millis(clampMillis(ms)).append(t)
	} else {
		t = strconv.AppendUint(t, clampMillis(ms), 10)
	}
	s.stampOf, s.stampTo = at, len(append(t, '\n'))
}

// header says what the family is. OpenMetrics names a counter without the
// _total that its series have, and knows no counter whose series have none.
func (o *out) header() {
	name, kind := o.family.Name, o.family.Type
	word := [...]string{Unknown: "untyped", Gauge: "gauge", Counter: "counter"}[kind]
	if o.format == OpenMetrics {
		base, total := strings.CutSuffix(name, "_total")
		switch {
		case kind == Counter && total:
			name = base
		case kind == Counter || kind == Unknown || total:
			word = "unknown"
		}
	}
	o.b = append(append(append(o.b, "# HELP "...), name...), ' ')
	o.b = append(append(o.b, o.family.Help...), '\n')
	o.b = append(append(append(o.b, "# TYPE "...), name...), ' ')
	o.b = append(append(o.b, word...), '\n')
}

// end ends a text.
func (o *out) end() {
	if o.format == OpenMetrics && o.yield == nil {
		o.b = append(o.b, "# EOF\n"...)
	}
}
