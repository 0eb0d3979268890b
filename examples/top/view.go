package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
)

// A view is what one table shows. It is made of samples alone: no clock, no
// file, no terminal.
type view struct {
	node    nodeView
	columns []column
	rows    []row // in the order in which they are printed
	notes   []string
}

// nodeView is the head of the table.
type nodeView struct {
	host    string
	version cgroupfs.Version
	at      time.Time     // zero for a copy, whose files are older than that
	window  time.Duration // of the rates; 0 if there are none
	booted  time.Time     // zero if not known
	cpus    int           // 0 if not known

	cpu       cgroupfs.Value // in nanocores
	cpuShare  cgroupfs.Value
	memory    cgroupfs.Value
	memTotal  cgroupfs.Value
	memShare  cgroupfs.Value
	swap      cgroupfs.Value
	swapTotal cgroupfs.Value
	swapShare cgroupfs.Value
	psi       [3]cgroupfs.Percent
	traffic   *traffic // nil if nobody asks
	disk      *disk    // nil if nobody asks
}

// A row is a cgroup. Shares are in tenths of a percent, and Max where there is
// no limit.
type row struct {
	depth     int
	section   bool // it begins one
	name      string
	cpu       cgroupfs.Value // in nanocores
	quota     cgroupfs.Value // the share of the CPU quota
	throttled cgroupfs.Value // the share of periods between the samples
	memory    cgroupfs.Value // the working set in bytes
	limit     cgroupfs.Value // the share of the memory limit
	psi       [3]cgroupfs.Percent
	traffic   *traffic // nil for what has no network of its own
	logs      *cgroupfs.Value
	volumes   *cgroupfs.Value // both in bytes, and nil for what has none
}

// newView makes a view of the sampler's samples.
func newView(s *sampler, o *options) *view {
	v := &view{node: newNode(s), columns: columnsOf(o)}
	t := newTree(s)
	v.rows = t.rows(o)
	switch {
	case !s.live && o.storage:
		v.note("This is a copy of a host, of one moment: there are no rates, and its disks are elsewhere.")
	case !s.live:
		v.note("This is a copy of a host, of one moment: there are no rates.")
	}
	if t.podCount == 0 {
		v.note("No pods were found: these are the slices, services and containers.")
	}
	if t.idle > 0 {
		v.note("Hidden: %s, %s; -all shows all.", plural(t.idle, "idle cgroup"), idleMeans(v.node.window > 0))
	}
	if t.sandboxes > 0 {
		v.note("Hidden: %s; -all shows all.", plural(t.sandboxes, "pod sandbox"))
	}
	if n := t.namelessPods; n > 0 {
		v.note("No source here names %s: shown by UID.", plural(n, "pod"))
	}
	if n := t.nameless; n > 0 {
		v.note("No source here names %s of pods (sandboxes maybe): shown by ID.", plural(n, "container"))
	}
	v.noteErrors(s)
	return v
}

// noteErrors quotes one error of each kind.
func (v *view) noteErrors(s *sampler) {
	if n := s.cur.Errors.Total(); n > 0 {
		v.note("%s in this sample, for example: %v", plural(n, "error"), s.cur.Errors.Examples[0])
	}
	if s.disks != nil && s.disks.Errors.Total() > 0 {
		v.note("%s with the disks, for example: %v", plural(s.disks.Errors.Total(), "error"), s.disks.Errors.Examples[0])
	}
	if errs := flatten(s.podsErr); len(errs) > 0 {
		v.note("Names may be missing: %s, for example: %v", plural(len(errs), "error"), errs[0])
	}
}

func (v *view) note(format string, args ...any) {
	v.notes = append(v.notes, fmt.Sprintf(format, args...))
}

func newNode(s *sampler) nodeView {
	src, root := &s.cur.Node, &s.cur.Cgroups[0]
	n := nodeView{
		host:      s.host,
		version:   s.version,
		window:    src.CPU.Window,
		cpus:      src.CPUs,
		cpu:       src.CPU.UsageNanoCores,
		memory:    src.Memory.WorkingSetBytes,
		memTotal:  src.MemTotal,
		memShare:  share(src.Memory.WorkingSetBytes, src.MemTotal),
		swap:      src.Swap.SwapUsageBytes,
		swapTotal: src.SwapTotal,
		swapShare: share(src.Swap.SwapUsageBytes, src.SwapTotal),
		psi:       psi(root),
		disk:      newDisk(s.disks),
	}
	if !src.Network.Time.IsZero() {
		n.traffic = newTraffic(&s.prev.Node.Network, &src.Network)
	}
	if s.live {
		n.at, n.booted = s.cur.Time, src.BootTime
	}
	if n.cpus > 0 {
		n.cpuShare = share(n.cpu, cgroupfs.Number(uint64(n.cpus)*1e9))
	}
	return n
}

// newRow is of a cgroup that had the sample prev before; nil if it is new.
func newRow(name string, prev, cur *stats.Cgroup) row {
	r := row{
		name:   name,
		cpu:    cur.CPU.UsageNanoCores,
		quota:  share(cur.CPU.UsageNanoCores, quota(&cur.Sample.CPU)),
		memory: cur.Memory.WorkingSetBytes,
		limit:  share(cur.Memory.WorkingSetBytes, cur.Sample.Memory.Max),
		psi:    psi(cur),
	}
	if prev != nil {
		r.throttled = throttled(&prev.Sample.CPU, &cur.Sample.CPU)
	}
	return r
}

// psi is the share of the last ten seconds in which a task waited for CPU, for
// memory and for I/O.
func psi(cg *stats.Cgroup) [3]cgroupfs.Percent {
	p := &cg.Sample.Pressure
	return [3]cgroupfs.Percent{p.CPU.Some.Avg10, p.Memory.Some.Avg10, p.IO.Some.Avg10}
}

// share is how much of a limit is used, in tenths of a percent. It is Max if
// there is no limit, and absent if one of the two is not known or the limit is
// zero.
func share(used, limit cgroupfs.Value) cgroupfs.Value {
	if limit.IsMax() {
		return limit
	}
	n, ok := used.Get()
	of, ok2 := limit.Get()
	if !ok || !ok2 || of == 0 {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(uint64(float64(n)/float64(of)*1000 + 0.5))
}

// quota is the CPU that a cgroup may use, in nanocores.
func quota(s *cgroupfs.CPUSample) cgroupfs.Value {
	q, ok := s.QuotaNanos.Get()
	period, ok2 := s.PeriodNanos.Get()
	if !ok || !ok2 || period == 0 {
		if s.QuotaNanos.IsMax() {
			return s.QuotaNanos
		}
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(uint64(float64(q) / float64(period) * 1e9))
}

// throttled is the share of the periods between two samples at the end of
// which a cgroup had to wait, in tenths of a percent. It is zero if there were
// no periods: what has no quota, or nothing to do, is not throttled.
func throttled(prev, cur *cgroupfs.CPUSample) cgroupfs.Value {
	periods, ok := grown(prev.Periods, cur.Periods)
	waited, ok2 := grown(prev.ThrottledPeriods, cur.ThrottledPeriods)
	switch {
	case !ok || !ok2 || prev.Read.Epoch != cur.Read.Epoch:
		return cgroupfs.Value{}
	case periods == 0:
		return cgroupfs.Number(0)
	}
	return share(cgroupfs.Number(waited), cgroupfs.Number(periods))
}

// grown is by how much a counter grew; false if it went back.
func grown(prev, cur cgroupfs.Value) (uint64, bool) {
	from, ok := prev.Get()
	to, ok2 := cur.Get()
	return to - from, ok && ok2 && to >= from
}

// flatten takes errors.Join apart.
func flatten(err error) []error {
	var joined interface{ Unwrap() []error }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &joined):
		return joined.Unwrap()
	}
	return []error{err}
}
