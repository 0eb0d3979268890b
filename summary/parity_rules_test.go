package summary_test

import (
	"slices"
	"time"

	"github.com/nodegauge/nodegauge/summary/internal/capture"
)

// A kind says how a field may differ from the kubelet's, who read the files at
// another time.
type kind uint8

const (
	exact   kind = iota
	counter      // never decreases
	gauge
	rate
)

type field struct {
	name    string
	section string
	kind    kind
	get     func(*object) *uint64
}

var fields = [...]field{
	{"usageCoreNanoSeconds", "cpu", counter, func(o *object) *uint64 { return o.cpu.UsageCoreNanoSeconds }},
	{"usageNanoCores", "cpu", rate, func(o *object) *uint64 { return o.cpu.UsageNanoCores }},
	{"availableBytes", "memory", gauge, func(o *object) *uint64 { return o.memory.AvailableBytes }},
	{"usageBytes", "memory", gauge, func(o *object) *uint64 { return o.memory.UsageBytes }},
	{"workingSetBytes", "memory", gauge, func(o *object) *uint64 { return o.memory.WorkingSetBytes }},
	{"rssBytes", "memory", gauge, func(o *object) *uint64 { return o.memory.RSSBytes }},
	{"pageFaults", "memory", counter, func(o *object) *uint64 { return o.memory.PageFaults }},
	{"majorPageFaults", "memory", counter, func(o *object) *uint64 { return o.memory.MajorPageFaults }},
	{"availableBytes+workingSetBytes", "memory", exact, limitOf},
	{"startTime", "", exact, func(o *object) *uint64 { return o.start }},
	{"swapAvailableBytes", "swap", exact, func(o *object) *uint64 { return o.swap.SwapAvailableBytes }},
	{"swapUsageBytes", "swap", exact, func(o *object) *uint64 { return o.swap.SwapUsageBytes }},
	{"process_count", "", exact, func(o *object) *uint64 { return o.processes }},
}

// listed is compared where only one of the two has the object.
var listed = field{"listed", "", exact, func(o *object) *uint64 { return o.start }}

// Verdicts that need no rule.
const (
	absentOnBoth = "absent on both sides"
	equalIdle    = "equal, nothing ran in between"
	equalRan     = "equal, something ran"
	equalExact   = "equal, whatever ran"
	between      = "between two answers"
	betweenRead  = "between an answer and a reading"
	fail         = capture.Fail
)

// A diff is one field of one object in one answer, on both sides. Either side
// may lack the object.
type diff struct {
	c                *captured
	f                *frame
	a                *answer
	field            *field
	kubelet, library *object
	v, l             *uint64 // the kubelet's and the library's
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
		func(d *diff) bool { return d.isMovedGauge() && within(d.l, d.around(d.field.get).between) },
	},
	{
		"R2 anonymous memory of the node",
		"after the capture's last sample processes of the node took memory: its page cache and inactive cache are between sample and reading, only what is anonymous went further",
		func(d *diff) bool {
			return d.isMovedGauge() && d.kubelet.name == "node" && d.f.last &&
				d.partIsBetween(func(o *object) *uint64 { return o.memory.RSSBytes }) &&
				d.partIsBetween(func(o *object) *uint64 { return o.memory.WorkingSetBytes })
		},
	},
	{
		"R3 numbers of the container runtime",
		"of a container that cAdvisor has not yet found the kubelet gives what the runtime says when asked: CPU and working set alone, and it does not count its processes",
		(*diff).isFromRuntime,
	},
	{
		"R4 rate over other points",
		"a rate is over cAdvisor's own last two samples, which are others than the library's two frames",
		(*diff).isRateOfOtherPoints,
	},
	{
		"R5 start of the kubelet's cgroup",
		"for its own cgroup the kubelet gives when its process started, a moment after systemd made the cgroup",
		func(d *diff) bool {
			return d.isBoth("system kubelet", "startTime") && *d.v >= *d.l
		},
	},
	{
		"R6 time of a file that was not captured",
		"a cgroup's start is the earliest of its folder's and its marker file's times; the captures have the folder's only, which is renewed when a child is made",
		func(d *diff) bool {
			return d.isBoth("system pods", "startTime") && *d.v <= *d.l
		},
	},
	{
		"R7 container not born yet",
		"the container's cgroup was made after the kubelet had been asked, so that the answer has neither it nor its processes",
		(*diff).isUnborn,
	},
}

func (d *diff) verdict() string {
	switch {
	case d.v == nil && d.l == nil:
		return absentOnBoth
	case d.field.kind == rate && d.ranEver():
		// Two rates over different times that are equal are so by accident.
	case d.v != nil && d.l != nil && *d.v == *d.l:
		return d.equal()
	}
	if d.isBetween() {
		if d.around(d.field.get).byKubelet || d.kubelet.fromRuntime() {
			return between
		}
		return betweenRead
	}
	for i := range rules {
		if rules[i].explains(d) {
			return rules[i].name
		}
	}
	return fail
}

func (d *diff) equal() string {
	switch {
	case d.field.kind == exact || d.field.kind == rate:
		return equalExact
	case d.ran():
		return equalRan
	}
	return equalIdle
}

// isBetween reports whether something ran in the cgroup, and the library's
// value is between the kubelet's neighbours of the moment when it was read.
func (d *diff) isBetween() bool {
	if d.v == nil || d.l == nil || !d.ran() {
		return false
	}
	switch d.field.kind {
	case counter:
		return d.isOrdered()
	case gauge:
		return d.around(d.field.get).holds(d.l)
	}
	return false
}

// ran reports whether something ran in the cgroup between the kubelet's sample
// and the library's. If not, no file of it can differ.
func (d *diff) ran() bool {
	return *d.kubelet.cpu.UsageCoreNanoSeconds != *d.library.cpu.UsageCoreNanoSeconds
}

func (d *diff) ranEver() bool {
	return d.kubelet.fromRuntime() || d.ran() || d.c.hasRun(d.kubelet.cgroup)
}

func (d *diff) around(get func(*object) *uint64) bracket {
	return d.c.around(d.kubelet.cgroup, d.read(), get)
}

func (d *diff) read() *span { return d.f.spans[d.kubelet.cgroup][d.field.section] }

// isOrdered is isBetween of a counter, which is also on the right side of the
// answer's own value. What the runtime says is read when asked.
func (d *diff) isOrdered() bool {
	read := d.read()
	if d.kubelet.fromRuntime() {
		return d.a.asked >= read[1] && *d.v >= *d.l
	}
	if b := d.around(d.field.get); b.older == nil || b.younger == nil || *d.l < *b.older || *d.l > *b.younger {
		return false
	}
	switch at := d.kubelet.cpu.Time.UnixNano(); {
	case at+int64(time.Second) <= read[0]:
		return *d.v <= *d.l
	case at >= read[1]:
		return *d.v >= *d.l
	}
	return true
}

// isMovedGauge reports whether the field is a gauge that the kubelet sampled
// itself, of a cgroup in which something ran.
func (d *diff) isMovedGauge() bool {
	return d.field.kind == gauge && d.v != nil && d.l != nil && !d.kubelet.fromRuntime() && d.ran()
}

// partIsBetween reports whether usage without part is between its neighbours.
func (d *diff) partIsBetween(part func(*object) *uint64) bool {
	rest := func(o *object) *uint64 {
		n := *o.memory.UsageBytes - *part(o)
		return &n
	}
	return d.around(rest).holds(rest(d.library))
}

func (d *diff) isFromRuntime() bool {
	switch {
	case d.kubelet == nil:
		return false
	case d.field.name == "process_count":
		return d.lacksProcessesOf(func(o *object) bool { return o != nil && o.fromRuntime() })
	case !d.kubelet.fromRuntime():
		return false
	case d.v == nil:
		return slices.Contains([]string{"usageBytes", "rssBytes", "pageFaults", "majorPageFaults"}, d.field.name)
	}
	return d.field.kind == gauge && d.l != nil && d.ran()
}

// isUnborn: its processes are not counted either.
func (d *diff) isUnborn() bool {
	if d.field.name == "process_count" {
		return d.lacksProcessesOf(func(o *object) bool { return o == nil })
	}
	return d.kubelet == nil && d.f.cgroups[d.library.cgroup].CreatedAt.UnixNano() >= d.a.asked
}

// lacksProcessesOf reports whether the kubelet counts just those processes of a
// pod less that are in containers of which the answer has what is chosen: an
// object, or nil.
func (d *diff) lacksProcessesOf(chosen func(*object) bool) bool {
	if d.v == nil || d.l == nil {
		return false
	}
	missing := uint64(0)
	for cgroup, ours := range d.f.library {
		i := slices.IndexFunc(d.a.objects, func(o *object) bool { return o.cgroup == cgroup })
		var theirs *object
		if i >= 0 {
			theirs = d.a.objects[i]
		}
		if ours.pod == d.library.pod && ours.cgroup != d.library.cgroup && chosen(theirs) {
			missing += d.f.cgroups[cgroup].Sample.PIDs.Processes.Or(0)
		}
	}
	return missing > 0 && *d.v+missing == *d.l
}

// isRateOfOtherPoints holds the library's rate against its own counter: zero
// in the first frame, and then exactly what the counter grew per second.
func (d *diff) isRateOfOtherPoints() bool {
	if d.field.kind != rate || d.v == nil || d.l == nil || !d.ranEver() {
		return false
	}
	var first *object
	if d.f.before != nil {
		first = d.f.before.library[d.library.cgroup]
	}
	if first == nil {
		return *d.l == 0
	}
	grown := *d.library.cpu.UsageCoreNanoSeconds - *first.cpu.UsageCoreNanoSeconds
	return *d.l == grown/uint64((d.f.at-d.f.before.at).Seconds())
}

// isBoth reports whether both sides give this field of this object.
func (d *diff) isBoth(object, field string) bool {
	return d.kubelet != nil && d.kubelet.name == object && d.field.name == field && d.v != nil && d.l != nil
}

func within(v *uint64, all []uint64) bool {
	return len(all) > 0 && slices.Min(all) <= *v && *v <= slices.Max(all)
}
