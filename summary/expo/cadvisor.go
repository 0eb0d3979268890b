package expo

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// AppendCadvisor appends what /metrics/cadvisor says. Without a round it says
// that there was an error.
func (p *Printer) AppendCadvisor(b []byte, n *Node, o *Options) []byte {
	p.begin(b, o, nil)
	p.cadvisor(n, o)
	return p.finish()
}

// EachCadvisor yields what AppendCadvisor prints, for registries. It ends when
// yield returns false.
func (p *Printer) EachCadvisor(n *Node, o *Options, yield func(*Sample) bool) {
	p.begin(nil, o, yield)
	p.cadvisor(n, o)
	p.finish()
}

// A family is a row of the table of /metrics/cadvisor.
type family struct {
	Family
	metrics cgroupfs.MetricSet // what has to be wanted for it
	rank    uint8
	// cgroup puts the series of one cgroup, node those that are of none.
	cgroup func(s *scrape, c *cgroup)
	node   func(s *scrape)
}

// A scrape is what the functions of the table see.
type scrape struct {
	*Printer
	n      *Node
	o      *Options
	failed bool
}

// families are those of /metrics/cadvisor by name.
var families = [...]family{
	{Family{"container_cpu_usage_seconds_total", "CPU time used, in core-seconds.", Counter}, cgroupfs.CPU, 1, putCPUUsage, nil},
	{Family{"container_scrape_error", "1 if the numbers could not be had, else 0.", Gauge}, 0, 0, nil, putScrapeError},
}

func (p *Printer) cadvisor(n *Node, o *Options) {
	s := scrape{Printer: p, n: n, o: o, failed: n == nil || n.Snapshot == nil || len(n.Snapshot.Cgroups) == 0}
	p.subjects = p.subjects[:0]
	if !s.failed {
		p.listCgroups(n, o)
	}
	p.choose(len(families), o, func(i int) uint8 { return families[i].rank }, func(i int) { s.put(&families[i]) })
	for i := range families {
		if p.plan[i] {
			s.put(&families[i])
		}
	}
	p.putDropped()
}

func (s *scrape) put(f *family) {
	s.out.begin(&f.Family)
	if !s.o.metrics().Has(f.metrics) {
		return
	}
	if f.node != nil {
		f.node(s)
		return
	}
	for i := range s.subjects {
		f.cgroup(s, &s.subjects[i])
	}
}

func putScrapeError(s *scrape) { s.out.put(&s.out.nobody, truth(s.failed), time.Time{}) }

func putCPUUsage(s *scrape, c *cgroup) {
	if n, ok := known(c.CPU.UsageCoreNanoSeconds, 9); ok {
		s.out.put(&c.subject, n, c.CPU.Time, Label{"cpu", "total"})
	}
}
