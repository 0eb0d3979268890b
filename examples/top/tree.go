package main

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
)

// What uses less than both is idle.
const (
	idleNanoCores = 1_000_000
	idleBytes     = 16 << 20
)

// idleMeans is for the reader of the table.
func idleMeans(rates bool) string {
	memory := "less than " + size(cgroupfs.Number(idleBytes))
	if !rates {
		return memory
	}
	return "less than " + cores(cgroupfs.Number(idleNanoCores)) + " cores and " + memory
}

// A tree has a snapshot's cgroups as a person thinks of them: slices with
// their services, and pods with their containers. It counts what it leaves out.
type tree struct {
	prev    map[*stats.Info]*stats.Cgroup
	host    uint64                        // the node's network namespace
	folders map[string]*storage.Pod       // by UID
	pods    map[string]*summary.Pod       // by UID
	names   map[string]*summary.Container // by ID
	system  item
	podRoot item
	podOf   map[string]*item // by UID

	podCount     int
	idle         int
	sandboxes    int
	namelessPods int
	nameless     int
}

// An item is a row with those below it.
type item struct {
	row
	sandbox  bool
	keep     bool // although it is idle
	children []*item
}

func newTree(s *sampler) *tree {
	prev, cur, pods := s.prev, s.cur, s.pods
	t := &tree{
		prev:    make(map[*stats.Info]*stats.Cgroup),
		host:    cur.Node.Network.Namespace,
		folders: make(map[string]*storage.Pod),
		pods:    make(map[string]*summary.Pod),
		names:   make(map[string]*summary.Container),
		podOf:   make(map[string]*item),
	}
	if s.disks != nil {
		for i := range s.disks.Pods {
			t.folders[s.disks.Pods[i].UID] = &s.disks.Pods[i]
		}
	}
	// An Info is of one incarnation and shared by snapshots: a cgroup that was
	// made anew under its old name has another.
	for i := range prev.Cgroups {
		t.prev[prev.Cgroups[i].Info] = &prev.Cgroups[i]
	}
	for i := range pods {
		t.pods[pods[i].UID] = &pods[i]
		for j := range pods[i].Containers {
			t.names[pods[i].Containers[j].ID] = &pods[i].Containers[j]
		}
	}
	items := make([]*item, len(cur.Cgroups))
	items[0] = &t.system
	for i := 1; i < len(items); i++ { // a parent comes before its children
		items[i] = t.add(&cur.Cgroups[i], items[cur.Cgroups[i].Parent])
	}
	return t
}

// add puts a cgroup where it belongs.
func (t *tree) add(cg *stats.Cgroup, parent *item) *item {
	switch cg.Kind {
	case stats.KindKubepods:
		if t.podRoot.name == "" {
			t.podRoot.row = t.row("", cg)
		}
		return &t.podRoot
	case stats.KindQoS:
		return parent // its pods say more
	case stats.KindPod:
		it := t.newItem(t.podName(cg.PodUID), cg)
		it.takes(t.folders[cg.PodUID])
		t.podOf[cg.PodUID] = it
		t.podRoot.children = append(t.podRoot.children, it)
		return it
	case stats.KindContainer:
		if cg.PodUID != "" {
			parent = t.pod(cg.PodUID)
		}
	}
	it := t.newItem(t.name(cg), cg)
	it.logs = logsOf(t.folders[cg.PodUID], t.names[cg.ContainerID])
	if c := t.names[cg.ContainerID]; c != nil && c.Kind == summary.KindSandbox {
		it.sandbox = true
	}
	parent.children = append(parent.children, it)
	return it
}

// pod returns the row of a container's pod. There is none yet if the pod has
// no cgroup, as with runtimes that do not use the kubelet's driver.
func (t *tree) pod(uid string) *item {
	it := t.podOf[uid]
	if it == nil {
		it = &item{row: row{name: t.podName(uid)}, keep: true}
		it.takes(t.folders[uid])
		t.podOf[uid] = it
		t.podRoot.children = append(t.podRoot.children, it)
	}
	return it
}

func (t *tree) newItem(name string, cg *stats.Cgroup) *item {
	return &item{row: t.row(name, cg), keep: cg.PodUID != "" || cg.Err != nil}
}

func (t *tree) row(name string, cg *stats.Cgroup) row {
	prev := t.prev[cg.Info]
	r := newRow(name, prev, cg)
	if cg.Kind == stats.KindPod || cg.Kind == stats.KindContainer && cg.PodUID == "" {
		var before *stats.Network
		if prev != nil {
			before = &prev.Network
		}
		r.traffic = newTraffic(before, &cg.Network)
		r.traffic.ofHost = cg.Network.Namespace != 0 && cg.Network.Namespace == t.host
	}
	return r
}

func (t *tree) podName(uid string) string {
	t.podCount++
	if pod := t.pods[uid]; pod != nil {
		return pod.Namespace + "/" + pod.Name
	}
	t.namelessPods++
	return "pod " + uid
}

func (t *tree) name(cg *stats.Cgroup) string {
	if cg.Kind != stats.KindContainer {
		return path.Base(cg.Path)
	}
	short := cg.ContainerID[:min(12, len(cg.ContainerID))]
	c := t.names[cg.ContainerID]
	switch {
	case c != nil && c.Name != "":
		return c.Name
	case c != nil && c.Kind == summary.KindSandbox:
		return "sandbox " + short
	case cg.PodUID != "":
		t.nameless++
	}
	return cmp.Or(cg.Runtime.String(), "container") + " " + short
}

// rows returns what is to be shown: the slices first and the pods after them.
func (t *tree) rows(o *options) []row {
	var rows []row
	rows = t.appendRows(rows, t.system.children, 0, o)
	if t.podCount > 0 {
		t.podRoot.name = fmt.Sprintf("pods (%d)", t.podCount)
		t.podRoot.section = len(rows) > 0
		rows = append(rows, t.podRoot.row)
		rows = t.appendRows(rows, t.podRoot.children, 1, o)
	}
	return rows
}

func (t *tree) appendRows(rows []row, items []*item, depth int, o *options) []row {
	slices.SortStableFunc(items, func(a, b *item) int { return compare(&a.row, &b.row, o.sort) })
	for _, it := range items {
		if it.sandbox && !o.all {
			t.sandboxes++
			continue
		}
		here := len(rows)
		it.depth = depth
		rows = append(rows, it.row)
		rows = t.appendRows(rows, it.children, depth+1, o)
		if len(rows) == here+1 && it.isIdle() && !o.all {
			rows = rows[:here]
			t.idle++
		}
	}
	return rows
}

// isIdle is false for what nothing is known of: that is not the same.
func (it *item) isIdle() bool {
	if it.keep || it.cpu.IsAbsent() && it.memory.IsAbsent() {
		return false
	}
	return it.cpu.Or(0) < idleNanoCores && it.memory.Or(0) < idleBytes
}

// compare sorts the largest first, and what is not known last.
func compare(a, b *row, by string) int {
	cpu, memory, name := descending(a.cpu, b.cpu), descending(a.memory, b.memory), cmp.Compare(a.name, b.name)
	switch by {
	case "memory":
		return cmp.Or(memory, cpu, name)
	case "name":
		return name
	}
	return cmp.Or(cpu, memory, name)
}

func descending(a, b cgroupfs.Value) int {
	m, ok := a.Get()
	n, ok2 := b.Get()
	switch {
	case ok != ok2 && ok:
		return -1
	case ok != ok2:
		return 1
	}
	return cmp.Compare(n, m)
}
