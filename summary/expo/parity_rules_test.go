package expo_test

import (
	"math"
	"strings"
)

// Verdicts that need no rule.
const (
	equal       = "equal"
	between     = "between two answers"
	betweenRead = "between an answer and a reading"
	fail        = "FAIL"
)

// A diff is one subject in one answer, on both sides; nil is absent.
type diff struct {
	c                *captured
	f                *frame
	a                *answer
	subject          subject
	kubelet, library *sample
}

// rules are the differences that are not the library's fault, each by the
// mechanism that makes it. Their order is the order in which they are asked.
var rules = [...]struct {
	name, mechanism string
	explains        func(*diff) bool
}{
	{
		"R1 gauge between readings",
		"cAdvisor samples a cgroup every 10 to 30 s, and a gauge moves both ways between two samples: the library's is among those read in that time",
		func(d *diff) bool { return d.isBoth() && d.isGauge() && d.isAmong() },
	},
	{
		"R7 container not born yet",
		"the container's cgroup was made after the kubelet had been asked",
		func(d *diff) bool { return d.kubelet == nil && d.isBornAfter(d.a.asked[0]) },
	},
}

func (d *diff) verdict() string {
	switch {
	case d.isBoth() && (d.kubelet.at == 0) != (d.library.at == 0):
		return fail // one of them has a time
	case d.isBoth() && !d.isInTime():
		return fail
	case d.isBoth() && d.kubelet.value == d.library.value:
		return equal
	}
	if d.isBoth() {
		if verdict := d.between(); verdict != "" {
			return verdict
		}
	}
	for i := range rules {
		if rules[i].explains(d) {
			return rules[i].name
		}
	}
	return fail
}

func (d *diff) isBoth() bool { return d.kubelet != nil && d.library != nil }

func (d *diff) isGauge() bool { return d.a.types[d.kubelet.family] == "gauge" }

// isInTime holds the times: the library's is when the frame's files were read,
// and the kubelet's not after it had answered.
func (d *diff) isInTime() bool {
	return d.library.at == 0 || d.library.at == d.f.files[1]/1e6 && d.kubelet.at*1e6 <= d.a.asked[1]
}

// read is when the library's files were read.
func (d *diff) read() span {
	kind := ""
	switch q := d.subject.quantity; {
	case strings.HasPrefix(q, "container_cpu_usage_"):
		kind = "cpu"
	case strings.HasPrefix(q, "container_memory_"):
		kind = "mem"
	case strings.HasPrefix(q, "container_network_"):
		kind = "net"
	}
	if s, ok := d.f.spans[d.subject.cgroup][kind]; ok {
		return s
	}
	return d.f.files
}

// A bracket is what is known around the moment at which a file was read.
type bracket struct {
	older     *point  // the kubelet's newest that is surely older
	younger   *point  // its oldest that is surely younger, else the first reading after
	byKubelet bool    // younger is the kubelet's
	low, high float64 // of all answers and readings from the one to the other
}

// around finds the bracket of a subject.
func (d *diff) around() bracket {
	read := d.read()
	b := bracket{low: math.Inf(1), high: math.Inf(-1)}
	points := d.c.points[d.subject.String()]
	for i := range points {
		switch p := &points[i]; {
		case p.at+1e6 <= read[0]: // it has milliseconds
			b.older = p
		case p.at >= read[1] && b.younger == nil:
			b.younger, b.byKubelet = p, true
		}
	}
	column, scale := columnOf(d.subject.quantity)
	for _, r := range d.c.reads[d.subject.cgroup] {
		n, ok := r[column]
		value := float64(n) * scale
		if !ok || b.older == nil || int64(r["end"]) < b.older.at || b.byKubelet && int64(r["first"]) > b.younger.at {
			continue
		}
		b.low, b.high = min(b.low, value), max(b.high, value)
		if b.younger == nil && int64(r["last"]) >= read[1] {
			b.younger = &point{int64(r["last"]), value}
		}
	}
	for _, p := range points {
		if b.older != nil && p.at >= b.older.at && (b.younger == nil || p.at <= b.younger.at) {
			b.low, b.high = min(b.low, p.value), max(b.high, p.value)
		}
	}
	return b
}

// columnOf is what of a reading a quantity is, and in which unit.
func columnOf(quantity string) (column string, scale float64) {
	name, labels, _ := strings.Cut(quantity, "{")
	switch name {
	case "container_cpu_usage_seconds_total":
		return "cpu", 1e-9
	case "container_memory_failures_total":
		if strings.Contains(labels, "pgmajfault") {
			return "pgmajfault", 1
		}
		return "pgfault", 1
	}
	return map[string]string{
		"container_memory_usage_bytes": "usage", "container_memory_rss": "anon", "container_memory_cache": "file",
		"container_memory_total_inactive_file_bytes": "inactive", "container_memory_working_set_bytes": "working",
	}[name], 1
}

// between is the verdict where the library's value is between the kubelet's
// neighbours of the moment when it was read.
func (d *diff) between() string {
	b := d.around()
	if d.kubelet.at == 0 || b.older == nil || b.younger == nil {
		return ""
	}
	v := d.library.value
	if v < min(b.older.value, b.younger.value) || v > max(b.older.value, b.younger.value) {
		return ""
	}
	if !d.isGauge() && (b.older.value > b.younger.value || !d.isOnItsSide()) {
		return ""
	}
	if b.byKubelet {
		return between
	}
	return betweenRead
}

// isOnItsSide reports whether a counter is not less than the older of the two.
func (d *diff) isOnItsSide() bool {
	switch at, read := d.kubelet.at*1e6, d.read(); {
	case at+1e6 <= read[0]:
		return d.kubelet.value <= d.library.value
	case at >= read[1]:
		return d.kubelet.value >= d.library.value
	}
	return true
}

// isAmong reports whether the library's value is among all that was read around it.
func (d *diff) isAmong() bool {
	b := d.around()
	return b.low <= d.library.value && d.library.value <= b.high
}

func (d *diff) isBornAfter(at int64) bool {
	cg := d.f.cgroup(d.subject.cgroup)
	return cg != nil && cg.CreatedAt.UnixNano() >= at
}
