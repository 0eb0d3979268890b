package summary_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/internal/capture"
	"github.com/stretchr/testify/require"
)

// A captured is a node at a few moments, the frames, and what its kubelet
// answered before and after the files of each were read.
type captured struct {
	t       *testing.T
	tree    *cgroupfstest.Tree
	cgroups map[string]string // what an object is → its cgroup, as far as seen
	frames  []*frame
	samples map[string][]sample  // by cgroup: what the kubelet answered, oldest first
	points  map[string][]point   // by what it is of: what was read of networks and disks
	reads   map[string][]reading // by cgroup: its files, all through the capture
}

// A frame is one reading of all files, and a Summary of it.
type frame struct {
	name                string
	at                  time.Duration
	before              *frame
	last                bool
	library             map[string]*object // by cgroup
	short               map[string]*object // of CPU and memory only
	leaves, shortLeaves leaves             // the texts of the two
	disks               *capture.Disks
	host                uint64                      // the node's network namespace
	later               map[string]leaves           // what other programs read after the answers
	cgroups             map[string]*stats.Cgroup    // by path
	spans               map[string]map[string]*span // by cgroup, then "cpu" and "memory": when its files were read
	answers             []*answer
}

// A span is from the start to the end of something, in Unix nanoseconds.
type span [2]int64

// An answer is one Summary of the kubelet.
type answer struct {
	name    string
	short   bool // only_cpu_and_memory
	asked   int64
	objects []*object
	leaves  leaves
}

// An object is whatever a Summary has numbers of.
type object struct {
	name      string
	cgroup    string // empty if it has been seen nowhere
	pod       string // the UID of its pod
	start     *uint64
	cpu       apiCPU
	memory    apiMemory
	swap      apiSwap
	processes *uint64
}

// fromRuntime reports whether the kubelet had no numbers of its own for a
// container, and answered with the container runtime's.
func (o *object) fromRuntime() bool { return o.memory.UsageBytes == nil }

// loadCapture runs the library over an archive: one Collector, a round and a
// Summary for each frame, as the kubelet that was captured would print it.
func loadCapture(t *testing.T, file string) *captured {
	tree, moments := momentsOf(t, file)
	c := &captured{t: t, tree: tree, cgroups: map[string]string{}}
	var times struct {
		Frames []struct{ Before, After map[string]span }
	}
	c.want("times.json", &times)
	var before *frame
	for i, m := range moments {
		f := &frame{name: m.Frame, at: m.At, before: before, last: i == len(moments)-1}
		c.build(f, &m)
		c.readSpans(f)
		c.readAnswers(f, "before", times.Frames[i].Before)
		c.readAnswers(f, "after", times.Frames[i].After)
		c.frames = append(c.frames, f)
		before = f
	}
	c.readSeries()
	c.readPoints()
	return c
}

// build makes a frame's Summary, and that of CPU and memory only.
func (c *captured) build(f *frame, m *capture.Moment) {
	require.Zero(c.t, m.Snap.Errors.Total(), m.Snap.Errors.Examples)
	c.identify(f, m.Snap, m.Pods)
	f.disks, f.host = m.Disks, m.Snap.Node.Network.Namespace
	f.library, f.leaves = c.library(m, false)
	f.short, f.shortLeaves = c.library(m, true)
}

// library is what the library makes of a moment for the kubelet that was
// captured: its objects by cgroup, and its text.
func (c *captured) library(m *capture.Moment, only bool) (map[string]*object, leaves) {
	var s summary.Summary
	summary.Build(&s, m.Snap, m.Pods, &summary.Options{
		NodeName:         "labnode",
		Compat:           summary.Kubelet132,
		KubeletCgroup:    "/system.slice/kubelet.service",
		RuntimeCgroup:    "/system.slice/containerd.service",
		SystemCgroup:     summary.LeaveOut,
		Storage:          m.Storage,
		CPUAndMemoryOnly: only,
	})
	text := s.AppendJSON(nil)
	var a apiSummary
	require.NoError(c.t, json.Unmarshal(text, &a))
	objects := map[string]*object{}
	for _, o := range c.objects(&a) {
		require.NotEmpty(c.t, o.cgroup, "no cgroup of %s", o.name)
		require.Nil(c.t, objects[o.cgroup], "two objects for the cgroup of %s", o.name)
		objects[o.cgroup] = o
	}
	return objects, leavesOf(c.t, text)
}

// identify notes which cgroups the names belong to.
func (c *captured) identify(f *frame, snap *stats.Snapshot, pods []summary.Pod) {
	c.cgroups["node"] = "/"
	c.cgroups["system kubelet"] = "/system.slice/kubelet.service"
	c.cgroups["system runtime"] = "/system.slice/containerd.service"
	f.cgroups = map[string]*stats.Cgroup{}
	byID := map[string]string{}
	for i := range snap.Cgroups {
		cg := &snap.Cgroups[i]
		f.cgroups[cg.Path] = cg
		switch cg.Kind {
		case stats.KindKubepods:
			c.cgroups["system pods"] = cg.Path
		case stats.KindPod:
			c.cgroups["pod "+cg.PodUID] = cg.Path
		case stats.KindContainer:
			byID[cg.ContainerID] = cg.Path
		}
	}
	for i := range pods {
		for _, con := range pods[i].Containers {
			if path := byID[con.ID]; path != "" && con.Kind == summary.KindContainer {
				key := containerKey(pods[i].UID, con.Name, con.CreatedAt)
				require.Contains(c.t, []string{"", path}, c.cgroups[key])
				c.cgroups[key] = path
			}
		}
	}
}

// containerKey tells containers of one name apart as an answer does.
func containerKey(uid, name string, start time.Time) string {
	return fmt.Sprint("container ", uid, " ", name, " ", start.Unix())
}

// objects flattens a Summary.
func (c *captured) objects(a *apiSummary) []*object {
	n := &a.Node
	add := func(all []*object, name, key, pod string, x apiContainer) []*object {
		o := &object{name: name, cgroup: c.cgroups[key], pod: pod}
		start := uint64(x.StartTime.Unix())
		o.start, o.cpu, o.memory = &start, *x.CPU, *x.Memory
		if x.Swap != nil {
			o.swap = *x.Swap
		}
		return append(all, o)
	}
	all := add(nil, "node", "node", "", apiContainer{StartTime: n.StartTime, CPU: n.CPU, Memory: n.Memory, Swap: n.Swap})
	for _, s := range n.SystemContainers {
		all = add(all, "system "+s.Name, "system "+s.Name, "", s)
	}
	for _, p := range a.Pods {
		ref := p.PodRef
		all = add(all, "pod "+ref.Name, "pod "+ref.UID, ref.UID, apiContainer{StartTime: p.StartTime, CPU: p.CPU, Memory: p.Memory, Swap: p.Swap})
		if p.ProcessStats != nil {
			all[len(all)-1].processes = p.ProcessStats.ProcessCount
		}
		for _, x := range p.Containers {
			all = add(all, "container "+ref.Name+"/"+x.Name, containerKey(ref.UID, x.Name, x.StartTime.Time), ref.UID, x)
		}
	}
	return all
}

func (c *captured) readAnswers(f *frame, side string, times map[string]span) {
	for _, kind := range []string{"stats_summary", "stats_summary_cpu_mem"} {
		var s apiSummary
		text := c.tree.Want(f.name + "/" + side + "/" + kind + ".json")
		require.NoError(c.t, json.Unmarshal([]byte(text), &s))
		f.answers = append(f.answers, &answer{
			name:    strings.Join([]string{f.name, side, kind}, " "),
			short:   kind == "stats_summary_cpu_mem",
			asked:   times[kind+".json"][0],
			objects: c.objects(&s),
			leaves:  leavesOf(c.t, []byte(text)),
		})
	}
}

// want decodes a section of the archive.
func (c *captured) want(name string, dst any) {
	c.t.Helper()
	require.NoError(c.t, json.Unmarshal([]byte(c.tree.Want(name)), dst), name)
}
