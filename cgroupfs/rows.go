package cgroupfs

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// A row is a file of the table, expanded for one hierarchy.
type row struct {
	*file
	index   int // in Hierarchy.rows
	mount   int
	master  bool // that is its mount
	slot    int  // in Group.open; 0 is of all that are not kept open
	names   []kernfs.Name
	records []int  // by name: how long those of an iterated file may be, else 0
	kept    []bool // by name: whether its descriptor is worth keeping
	parsers []parser
	reset   func(*Sample)
	// seen are those of the names, a bit each, that had something in some
	// cgroup: in others they are likely to.
	seen uint8
}

// needsFolder reports whether the row is read in every round and has a file that
// is opened each time, in the folder that the group may keep.
func (r *row) needsFolder() bool { return r.master && r.slot > 0 && slices.Contains(r.kept, false) }

// A plan is the rows of some metrics, in order.
type plan struct {
	want MetricSet
	rows []*row
}

// plans are those of the sets that were asked for last: rounds ask for the same
// few again and again.
type plans struct {
	of   [8]plan
	last int // asked for
	next int // to be made
}

// makePlans makes room for the plans, so that making one allocates nothing.
func (h *Hierarchy) makePlans() {
	room := make([]*row, len(h.plans.of)*len(h.rows))
	for i := range h.plans.of {
		h.plans.of[i].rows, room = room[:0:len(h.rows)], room[len(h.rows):]
	}
}

// plan returns the rows of the metrics in want.
func (h *Hierarchy) plan(want MetricSet) []*row {
	ps := &h.plans
	if p := &ps.of[ps.last]; p.want == want {
		return p.rows
	}
	ps.last = slices.IndexFunc(ps.of[:], func(p plan) bool { return p.want == want })
	if ps.last < 0 {
		ps.last, ps.next = ps.next, (ps.next+1)%len(ps.of)
		p := &ps.of[ps.last]
		p.want, p.rows = want, p.rows[:0]
		for i := range h.rows {
			if want&h.rows[i].metric != 0 {
				p.rows = append(p.rows, &h.rows[i])
			}
		}
	}
	return ps.of[ps.last].rows
}

// expand makes the rows of a hierarchy from the tables.
func expand(mounts []mount, sizes []uint64) []row {
	var rows []row
	master := len(mounts) - 1
	for i := range mounts {
		m := &mounts[i]
		if m.v2 {
			for _, f := range v2Files() {
				if servedByV2(&f, m, mounts) {
					rows = f.appendRows(rows, i, sizes)
				}
			}
			continue
		}
		for _, f := range v1Files() {
			if m.has(f.controller) || f.controller == "" && i == master {
				rows = f.appendRows(rows, i, sizes)
			}
		}
	}
	return rows
}

// servedByV2 reports whether v2's mount m serves a file. On a host with v1
// mounts it serves the controllers it has; on one without it may get others yet.
func servedByV2(f *file, m *mount, mounts []mount) bool {
	switch {
	case len(mounts) == 1:
		return true
	case f.controller != "" && m.controllers != nil && !m.has(f.controller):
		return false
	case f.v1 == "*":
		return mounts[len(mounts)-1].v2
	}
	return !slices.ContainsFunc(mounts, func(o mount) bool { return !o.v2 && o.has(f.v1) })
}

// appendRows appends the row of f, or one for each huge page size.
func (f *file) appendRows(rows []row, mount int, sizes []uint64) []row {
	if f.sized == nil {
		r := row{file: f, mount: mount, reset: f.reset, parsers: f.parsers}
		for _, name := range f.names {
			r.names = append(r.names, kernfs.NewName(name))
			record := 0
			if slices.Contains(f.iterated, name) {
				record = procsRecord
			}
			r.records = append(r.records, record)
			if f.parsers == nil {
				r.parsers = append(r.parsers, f.parse)
			}
		}
		return append(rows, r)
	}
	for _, size := range sizes {
		r := row{file: f, mount: mount, reset: func(*Sample) {}}
		if len(rows) == 0 || rows[len(rows)-1].metric != f.metric {
			r.reset = func(s *Sample) { s.HugeTLB = s.HugeTLB[:0] }
		}
		for _, name := range f.names {
			r.names = append(r.names, kernfs.NewName(strings.ReplaceAll(name, "<size>", sizeName(size))))
			r.records = append(r.records, 0)
			r.parsers = append(r.parsers, f.sized(size))
		}
		rows = append(rows, r)
	}
	return rows
}

// procsRecord is more than a line of cgroup.procs has: the number of a process.
const procsRecord = 32

// sizeName returns a huge page's size as the kernel names it in file names.
func sizeName(bytes uint64) string {
	switch {
	case bytes >= 1<<30:
		return strconv.FormatUint(bytes>>30, 10) + "GB"
	case bytes >= 1<<20:
		return strconv.FormatUint(bytes>>20, 10) + "MB"
	}
	return strconv.FormatUint(bytes>>10, 10) + "KB"
}

// pageSizes lists the huge page sizes of a host from sysfs, or those of most
// hosts where that is not to be had.
func pageSizes(dir string) []uint64 {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return []uint64{2 << 20, 1 << 30}
	}
	var sizes []uint64
	for _, e := range entries {
		text, ok := strings.CutPrefix(e.Name(), "hugepages-")
		text, isKB := strings.CutSuffix(text, "kB")
		if kb, err := strconv.ParseUint(text, 10, 64); ok && isKB && err == nil {
			sizes = append(sizes, kb<<10)
		}
	}
	slices.Sort(sizes)
	return sizes
}
