package expo

import (
	"slices"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
)

func (p *Printer) begin(b []byte, o *Options, yield func(*Sample) bool) {
	p.out = out{b: b, yield: yield, text: p.text, labels: p.out.labels[:0]}
	if o != nil {
		p.out.format, p.out.noTimes = o.Format, o.NoTimestamps
	}
	p.text, p.arena, p.limited = p.text[:0], p.arena[:0], false
}

// finish returns the text, and forgets what is the caller's.
func (p *Printer) finish() []byte {
	p.out.end()
	b := p.out.b
	clear(p.out.labels[:cap(p.out.labels)])
	p.out = out{labels: p.out.labels}
	clear(p.units)
	clear(p.subjects)
	clear(p.arena)
	clear(p.pods)
	clear(p.containers)
	clear(p.owners)
	clear(p.layers)
	p.scrape, p.machine = scrape{}, subject{}
	return b
}

// label gives a subject its labels.
func (p *Printer) label(s *subject, labels ...Label) {
	first := len(p.arena)
	s.from = len(p.text)
	for i, l := range labels {
		if i > 0 {
			p.text = append(p.text, ',')
		}
		p.text, l.Value = appendLabel(p.text, l.Name, l.Value)
		p.arena = append(p.arena, l)
	}
	s.labels, s.to = p.arena[first:len(p.arena):len(p.arena)], len(p.text)
}

func (o *Options) compat() summary.Compat {
	if o == nil {
		return 0
	}
	return o.Compat
}

func (o *Options) levels() Level {
	if o == nil || o.Levels == 0 {
		return AllLevels
	}
	return o.Levels
}

func (o *Options) metrics() cgroupfs.MetricSet {
	if o == nil || o.Metrics == 0 {
		return cgroupfs.AllMetrics
	}
	return o.Metrics
}

func (o *Options) maxSeries() int {
	if o == nil {
		return 0
	}
	return o.MaxSeries
}

// limitFamilies are printed only with MaxSeries.
var limitFamilies = [...]Family{
	{"nodegauge_series_dropped", "Series that were left out because of MaxSeries: those of whole families.", Gauge},
}

// choose decides which of n families there is room for, and how many series
// there is none for. Families of a low rank come first, and of one rank in the
// table's order; after the first for which there is no room comes none.
func (p *Printer) choose(n int, o *Options, rank func(i int) uint8, put func(i int)) {
	p.plan = slices.Grow(p.plan[:0], n)[:n]
	clear(p.plan)
	most := o.maxSeries()
	if most <= 0 {
		for i := range p.plan {
			p.plan[i] = true
		}
		return
	}
	p.limited, p.dropped = true, 0
	room := most - 1 // one says how many were dropped
	p.out.counting = true
	for r := range uint8(ranks) {
		for i := range n {
			if rank(i) != r {
				continue
			}
			put(i)
			if p.out.series > room || p.dropped > 0 && p.out.series > 0 {
				p.dropped += p.out.series
				continue
			}
			room -= p.out.series
			p.plan[i] = true
		}
	}
	p.out.counting = false
}

// ranks is how many ranks there are; what is of rank 0 goes last.
const ranks = 6

// putDropped says how many series were left out, where there is a limit.
func (p *Printer) putDropped() {
	if p.limited {
		p.out.begin(&limitFamilies[0])
		p.out.put(&p.out.nobody, integer(uint64(p.dropped)), time.Time{})
	}
}
