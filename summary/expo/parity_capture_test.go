package expo_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/nodegauge/nodegauge/summary/internal/capture"
	"github.com/stretchr/testify/require"
)

// A captured is a node at a few moments, and what its kubelet's endpoints for
// metrics answered before and after the files of each were read.
type captured struct {
	t      *testing.T
	tree   *cgroupfstest.Tree
	frames []*frame
	points map[subject][]point            // what the kubelet answered, oldest first
	reads  map[string][]map[string]uint64 // by cgroup: its files, all through the capture
}

// A frame is one reading of all files, and what the library prints of it.
type frame struct {
	name    string
	moment  *capture.Moment
	files   span                           // when its files were read
	spans   map[string]map[string]span     // by cgroup and kind of file
	library map[string]*text               // by endpoint
	ours    map[string]map[subject]*sample // the same
	answers []*answer
}

// A span is from the start to the end of something, in Unix nanoseconds.
type span [2]int64

// An answer is what the kubelet answered at an endpoint.
type answer struct {
	name, endpoint string
	asked          span
	*text
	theirs map[subject]*sample // the same
}

// A point is a value that the kubelet answered with a time: it had read the
// files when that came. Nanoseconds.
type point struct {
	at    int64
	value float64
}

// endpoints are the files that the captures have of each.
var endpoints = [...]string{"metrics_resource.txt", "metrics_cadvisor.txt"}

// loadCapture runs the library over an archive: one Collector, a round and two
// texts for each frame, as the kubelet that was captured would print them.
func loadCapture(t *testing.T, file string) *captured {
	tree, moments := capture.Load(t, file, true, stats.Options{Processes: stats.ProcessFiles})
	c := &captured{t: t, tree: tree, points: map[subject][]point{}}
	var times struct {
		Frames []struct {
			Files         struct{ Start, End int64 }
			Before, After map[string]span
		}
	}
	c.want("times.json", &times)
	cadvisor := parseTable(t, tree.Want("metrics_cadvisor.txt"))
	for i := range moments {
		of := &times.Frames[i]
		f := &frame{name: moments[i].Frame, moment: &moments[i], files: span{of.Files.Start, of.Files.End}}
		c.readSpans(f)
		c.print(f)
		for side, asked := range map[string]map[string]span{"before": of.Before, "after": of.After} {
			name := f.name + "/" + side
			resource := parseText(t, tree.Want(name+"/metrics_resource.txt"))
			f.answers = append(f.answers,
				&answer{name, endpoints[0], asked[endpoints[0]], resource, nil},
				&answer{name, endpoints[1], asked[endpoints[1]], cadvisor[name], nil})
		}
		slices.SortFunc(f.answers, func(a, b *answer) int { return cmp.Compare(a.asked[0], b.asked[0]) })
		c.frames = append(c.frames, f)
	}
	c.readPoints()
	c.readSampler()
	return c
}

// print makes the library's texts of a frame. What the machine is called was
// not captured, only answered.
func (c *captured) print(f *frame) {
	m := f.moment
	require.Zero(c.t, m.Snap.Errors.Parse+m.Snap.Errors.Other, m.Snap.Errors.Examples) // processes are missing
	machine, err := stats.ReadMachine(c.tree.Host())
	require.NoError(c.t, err)
	machine.ID, machine.SystemUUID, machine.OSVersion = c.machineID()
	var s summary.Summary
	summary.Build(&s, m.Snap, m.Pods, &summary.Options{NodeName: "labnode", Compat: summary.Kubelet132, CPUAndMemoryOnly: true})
	var p expo.Printer
	o := &expo.Options{Compat: summary.Kubelet132}
	n := &expo.Node{Snapshot: m.Snap, Pods: m.Pods, Storage: m.Storage, Machine: &machine, Now: m.Snap.Time}
	f.library = map[string]*text{
		endpoints[0]: parseText(c.t, string(p.AppendResource(nil, &s, o))),
		endpoints[1]: parseText(c.t, string(p.AppendCadvisor(nil, n, o))),
	}
}

// machineID is what the kubelet said of files that the archive does not have.
func (c *captured) machineID() (id, system, os string) {
	for _, s := range parseTable(c.t, c.tree.Want("metrics_cadvisor.txt"))["0s/before"].samples {
		switch s.family {
		case "machine_cpu_cores":
			id, system = s.labels["machine_id"], s.labels["system_uuid"]
		case "cadvisor_version_info":
			os = s.labels["osVersion"]
		}
	}
	return id, system, os
}

// readSpans reads when a frame's files were read: those of CPU time, memory and
// networks; of the others it is only known when all were.
func (c *captured) readSpans(f *frame) {
	var rows []map[string]json.RawMessage
	c.want(f.name+"/reads.json", &rows)
	f.spans = map[string]map[string]span{}
	for _, row := range rows {
		var cgroup string
		require.NoError(c.t, json.Unmarshal(row["cgroup"], &cgroup))
		delete(row, "cgroup")
		spans := map[string]span{}
		for file, text := range row {
			var s span
			require.NoError(c.t, json.Unmarshal(text, &s))
			kind := file[:3] // as in cpu.stat, cpuacct.usage, memory.stat, net/dev
			if old, ok := spans[kind]; ok {
				s = span{min(s[0], old[0]), max(s[1], old[1])}
			}
			spans[kind] = s
		}
		f.spans[cgroup] = spans
	}
}

// readPoints gathers all that the kubelet answered with a time.
func (c *captured) readPoints() {
	for _, f := range c.frames {
		f.ours = map[string]map[subject]*sample{}
		for endpoint, text := range f.library {
			f.ours[endpoint] = c.bySubject(f, text)
		}
		for _, a := range f.answers {
			a.theirs = c.bySubject(f, a.text)
			for of, s := range a.theirs {
				if s.at != 0 && !(a.endpoint == endpoints[0] && s.at*1e6 >= a.asked[0]) { // or else the runtime's, see R3
					c.points[of] = append(c.points[of], point{s.at * 1e6, s.value})
				}
			}
		}
	}
	for of, points := range c.points {
		slices.SortFunc(points, func(a, b point) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.value, b.value)) })
		points = slices.Compact(points)
		for i := range points[1:] {
			require.NotEqual(c.t, points[i].at, points[i+1].at, "%s: two values at one time", of)
		}
		c.points[of] = points
	}
}

// readSampler reads what a program read of cgroups about every 2 s.
func (c *captured) readSampler() {
	var rows [][]json.RawMessage
	c.want("sampler.json", &rows)
	c.reads = map[string][]map[string]uint64{}
	for _, row := range rows {
		var cgroup string
		require.NoError(c.t, json.Unmarshal(row[0], &cgroup))
		r := map[string]uint64{}
		for i, name := range []string{"first", "last", "end", "n", "cpu", "usage", "anon", "file", "inactive", "pgfault", "pgmajfault"} {
			if string(row[i+1]) != "null" {
				n := r[name]
				require.NoError(c.t, json.Unmarshal(row[i+1], &n))
				r[name] = n
			}
		}
		if _, ok := r["usage"]; !ok { // the root of v2
			r["usage"] = r["anon"] + r["file"]
		}
		r["working"] = r["usage"] - min(r["usage"], r["inactive"])
		c.reads[cgroup] = append(c.reads[cgroup], r)
	}
}

// want decodes a section of the archive.
func (c *captured) want(name string, dst any) {
	c.t.Helper()
	require.NoError(c.t, json.Unmarshal([]byte(c.tree.Want(name)), dst), name)
}
