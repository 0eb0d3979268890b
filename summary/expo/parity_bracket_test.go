package expo_test

import (
	"math"
	"strings"
)

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
	points := d.c.points[d.subject]
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
