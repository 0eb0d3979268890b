package summary_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// A sample is what the kubelet knew of an object from one second on. It stamps
// a sample after it read the files, and prints whole seconds: the files were
// read before at plus a second.
type sample struct {
	at int64 // Unix nanoseconds
	o  *object
}

// A reading is what a program read of a cgroup's files. Equal readings that
// followed one another are one.
type reading struct {
	first, last, end int64 // the first's start, the last's start and end
	o                *object
}

// readSpans reads when a frame's files were read.
func (c *captured) readSpans(f *frame) {
	var rows []map[string]json.RawMessage
	c.want(f.name+"/reads.json", &rows)
	f.spans = map[string]map[string]*span{}
	for _, row := range rows {
		var cgroup string
		require.NoError(c.t, json.Unmarshal(row["cgroup"], &cgroup))
		delete(row, "cgroup")
		f.spans[cgroup] = map[string]*span{}
		for file, text := range row {
			var s span
			require.NoError(c.t, json.Unmarshal(text, &s))
			section := "memory"
			switch {
			case strings.HasPrefix(file, "cpu"):
				section = "cpu"
			case file == "net/dev":
				section = "network"
			case file == "loadavg":
				section = "rlimit"
			}
			if old := f.spans[cgroup][section]; old != nil {
				s = span{min(s[0], old[0]), max(s[1], old[1])}
			}
			f.spans[cgroup][section] = &s
		}
	}
}

// readSeries gathers what is known of a cgroup over time.
func (c *captured) readSeries() {
	c.samples = map[string][]sample{}
	for _, f := range c.frames {
		for _, a := range f.answers {
			for _, o := range a.objects {
				if !o.fromRuntime() {
					c.addSample(o)
				}
			}
		}
	}
	for _, s := range c.samples {
		slices.SortFunc(s, func(a, b sample) int { return cmp.Compare(a.at, b.at) })
	}
	var rows []json.RawMessage
	c.want("sampler.json", &rows)
	c.reads = map[string][]reading{}
	for _, row := range rows {
		cgroup, r := c.readingOf(row)
		c.reads[cgroup] = append(c.reads[cgroup], r)
	}
}

// addSample adds what an answer says, unless another one said so. That two
// answers give a sample's time with different numbers cannot be.
func (c *captured) addSample(o *object) {
	require.Equal(c.t, o.cpu.Time, o.memory.Time)
	at := o.cpu.Time.UnixNano()
	known := c.samples[o.cgroup]
	if i := slices.IndexFunc(known, func(s sample) bool { return s.at == at }); i >= 0 {
		require.Equal(c.t, known[i].o.cpu, o.cpu, o.name)
		require.Equal(c.t, known[i].o.memory, o.memory, o.name)
		return
	}
	c.samples[o.cgroup] = append(known, sample{at, o})
}

// readingOf makes an object of a row: CPU time, usage, anonymous memory, page
// cache, the inactive part of it, page faults, major ones.
func (c *captured) readingOf(row json.RawMessage) (cgroup string, r reading) {
	var n int
	var usage *uint64
	var cpu, anon, file, inactive, faults, major uint64
	require.NoError(c.t, json.Unmarshal(row, &[]any{
		&cgroup, &r.first, &r.last, &r.end, &n, &cpu, &usage, &anon, &file, &inactive, &faults, &major,
	}))
	if usage == nil { // the root of v2
		both := anon + file
		usage = &both
	}
	workingSet := *usage - min(*usage, inactive)
	r.o = &object{cpu: apiCPU{UsageCoreNanoSeconds: &cpu}, memory: apiMemory{
		UsageBytes: usage, WorkingSetBytes: &workingSet, RSSBytes: &anon, PageFaults: &faults, MajorPageFaults: &major,
	}}
	if s := c.samples[cgroup]; len(s) > 0 && limitOf(s[0].o) != nil {
		available := *limitOf(s[0].o) - workingSet
		r.o.memory.AvailableBytes = &available
	}
	return cgroup, r
}

// limitOf is what availableBytes counts down from.
func limitOf(o *object) *uint64 {
	if o.memory.AvailableBytes == nil {
		return nil
	}
	limit := *o.memory.AvailableBytes + *o.memory.WorkingSetBytes
	return &limit
}

// A bracket is what is known around the moment at which a file was read.
type bracket struct {
	older     *uint64  // the kubelet's newest sample that is surely older
	younger   *uint64  // its oldest that is surely younger, else the first reading after
	byKubelet bool     // younger is the kubelet's
	between   []uint64 // all samples and readings from the one to the other, both included
}

// holds reports whether v is from the one to the other, whichever is larger.
func (b bracket) holds(v *uint64) bool {
	return b.older != nil && b.younger != nil && within(v, []uint64{*b.older, *b.younger})
}

// around finds the bracket of one number of a cgroup.
func (c *captured) around(cgroup string, read *span, get func(*object) *uint64) bracket {
	var b bracket
	from, to := int64(0), int64(1<<62)
	samples, reads := c.samples[cgroup], c.reads[cgroup]
	for _, s := range samples {
		switch {
		case s.at+int64(time.Second) <= read[0]:
			b.older, from = get(s.o), s.at
		case s.at >= read[1] && !b.byKubelet:
			b.younger, b.byKubelet, to = get(s.o), true, s.at+int64(time.Second)
		}
	}
	for _, s := range samples {
		if s.at >= from && s.at+int64(time.Second) <= to {
			b.between = append(b.between, *get(s.o))
		}
	}
	for _, r := range reads {
		if r.first < to && r.end >= from {
			b.between = append(b.between, *get(r.o))
		}
		if b.younger == nil && r.last >= read[1] {
			b.younger = get(r.o)
		}
	}
	return b
}

// hasRun reports whether the CPU time of a cgroup moved in the capture.
func (c *captured) hasRun(cgroup string) bool {
	var seen []uint64
	for _, s := range c.samples[cgroup] {
		seen = append(seen, *s.o.cpu.UsageCoreNanoSeconds)
	}
	for _, f := range c.frames {
		if o := f.library[cgroup]; o != nil {
			seen = append(seen, *o.cpu.UsageCoreNanoSeconds)
		}
	}
	return len(slices.Compact(seen)) > 1
}
