package expo

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
)

// A family is a row of the tables of /metrics/cadvisor.
type family struct {
	Family
	metrics cgroupfs.MetricSet // what has to be wanted for it
	rank    uint8              // the higher, the sooner MaxSeries leaves it out
	labels  string             // beside those of all
	// cgroup puts the series of one cgroup, node those that are of none.
	cgroup func(s *scrape, c *cgroup)
	node   func(s *scrape)
}

// tables are the families of /metrics/cadvisor in the order in which they are printed.
var tables = [...][]family{
	cgroupFamilies[:], cpuFamilies[:], memoryFamilies[:], diskFamilies[:], networkFamilies[:], processFamilies[:], pressureFamilies[:],
	ownCPUFamilies[:], ownMemoryFamilies[:], ownCgroupFamilies[:], machineFamilies[:], selfFamilies[:],
}

// A scrape is what the functions of the tables see.
type scrape struct {
	*Printer
	n         *Node
	compat    summary.Compat
	metrics   cgroupfs.MetricSet
	levels    Level
	failed    bool // there is no round
	processes bool // what only /proc has of processes was read
}

func (s *scrape) has(bit summary.Compat) bool { return s.compat&bit != 0 }

// put adds a series of a cgroup, if the Value is a number.
func (s *scrape) put(c *cgroup, v cgroupfs.Value, digits uint8, at time.Time, extra ...Label) {
	if n, ok := known(v, digits); ok {
		s.out.put(&c.subject, n, at, extra...)
	}
}

// putOrZero adds a series, which is 0 where the kernel says nothing and that
// is what a kubelet does.
func (s *scrape) putOrZero(c *cgroup, v cgroupfs.Value, digits uint8, at time.Time) {
	n, ok := known(v, digits)
	if ok || v.IsAbsent() && s.has(summary.CompatZeroSeries) {
		s.out.put(&c.subject, n, at)
	}
}

// putLimit adds a limit, which is 0 where there is none and that is what a
// kubelet does.
func (s *scrape) putLimit(c *cgroup, v cgroupfs.Value, digits uint8, at time.Time) {
	n, ok := known(v, digits)
	if ok || v.IsMax() && s.has(summary.CompatZeroUnlimited) {
		s.out.put(&c.subject, n, at)
	}
}

// A get finds a Value of a cgroup.
type get func(c *cgroup) cgroupfs.Value

// cpuSeconds and the like make a function of a row.
func cpuSeconds(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) { s.put(c, f(c), 9, c.cpuTime()) }
}

func memory(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) { s.put(c, f(c), 0, c.memoryTime()) }
}

func memoryOrZero(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) { s.putOrZero(c, f(c), 0, c.memoryTime()) }
}

// plain is of an integer that has no time of its own, plainSeconds of nanoseconds.
func plain(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) { s.put(c, f(c), 0, c.at) }
}

func plainSeconds(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) { s.put(c, f(c), 9, c.at) }
}

// setting is of what somebody has set: without a time, as all of the kind.
func setting(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) { s.put(c, f(c), 0, time.Time{}) }
}

func settingSeconds(f get) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) { s.put(c, f(c), 9, time.Time{}) }
}

func (c *cgroup) cpuTime() time.Time    { return orElse(c.CPU.Time, c.at) }
func (c *cgroup) memoryTime() time.Time { return orElse(c.Memory.Time, c.at) }

func orElse(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}
