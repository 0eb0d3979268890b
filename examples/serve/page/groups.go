package page

import (
	"time"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
)

// A builder makes the groups of one round.
type builder struct {
	snap       *stats.Snapshot
	throttles  *throttles
	pods       map[string]*summary.Pod       // by UID
	containers map[string]*summary.Container // by ID
	result     []group
	places     map[string]int // in result, by the UID of the pod; "" is the containers in no pod
	tops       map[int]int    // in result, by the index of a child of the root
}

func newBuilder(snap *stats.Snapshot, pods []summary.Pod, t *throttles) *builder {
	b := &builder{
		snap: snap, throttles: t,
		pods:       make(map[string]*summary.Pod, len(pods)),
		containers: make(map[string]*summary.Container, 2*len(pods)),
		result:     make([]group, 0, len(pods)+8),
		places:     make(map[string]int, len(pods)),
		tops:       make(map[int]int),
	}
	for i := range pods {
		b.pods[pods[i].UID] = &pods[i]
		for j := range pods[i].Containers {
			c := &pods[i].Containers[j]
			b.containers[c.ID] = c
		}
	}
	return b
}

// groups returns the pods, the node's own parts, and the containers in no pod,
// as the cgroups are ordered: each comes before what is below it.
func (b *builder) groups() []group {
	for i := range b.snap.Cgroups {
		switch cg := &b.snap.Cgroups[i]; cg.Kind {
		case stats.KindPod:
			b.pod(cg)
		case stats.KindGroup, stats.KindService:
			b.system(i)
		}
	}
	for i := range b.snap.Cgroups {
		if cg := &b.snap.Cgroups[i]; cg.Kind == stats.KindContainer {
			b.container(cg)
		}
	}
	return b.result
}

func (b *builder) pod(cg *stats.Cgroup) {
	g := group{row: newRow(cg, b.throttles), Kind: "pod"}
	g.ID = cg.PodUID
	if p := b.pods[cg.PodUID]; p != nil {
		g.Namespace, g.Name = p.Namespace, p.Name
		g.Start = orElse(p.CreatedAt, g.Start)
	}
	b.places[cg.PodUID] = b.add(g)
}

// container adds a container to its pod. One of a kind that no source knows is
// shown by its ID; a sandbox is no container, and what it uses is its pod's.
func (b *builder) container(cg *stats.Cgroup) {
	known := b.containers[cg.ContainerID]
	if known != nil && known.Kind == summary.KindSandbox || ended(cg) {
		return
	}
	r := newRow(cg, b.throttles)
	r.ID = shortID(cg.ContainerID)
	if known != nil {
		r.Name = known.Name
		r.Start = orElse(known.CreatedAt, r.Start)
	}
	place, ok := b.places[cg.PodUID]
	if !ok { // a pod without a cgroup of its own, and what is in no pod
		g := group{Kind: "containers", row: row{Key: "-"}}
		if cg.PodUID != "" {
			g = group{Kind: "pod", row: row{Key: cg.PodUID, ID: cg.PodUID}}
			if p := b.pods[cg.PodUID]; p != nil {
				g.Namespace, g.Name, g.Start = p.Namespace, p.Name, millis(p.CreatedAt)
			}
		}
		place = b.add(g)
		b.places[cg.PodUID] = place
	}
	b.result[place].Rows = append(b.result[place].Rows, r)
}

// system adds a child of the root, system.slice for example, or a service to
// the one that it is below. A service in a service is a part of that.
func (b *builder) system(i int) {
	cg := &b.snap.Cgroups[i]
	if cg.Parent == 0 {
		g := group{row: newRow(cg, b.throttles), Kind: "system"}
		g.Name = baseName(cg.Path)
		b.tops[i] = b.add(g)
		return
	}
	if cg.Kind != stats.KindService {
		return
	}
	top := cg.Parent
	for b.snap.Cgroups[top].Parent > 0 {
		if b.snap.Cgroups[top].Kind == stats.KindService {
			return
		}
		top = b.snap.Cgroups[top].Parent
	}
	place, ok := b.tops[top]
	if !ok || b.snap.Cgroups[top].Kind == stats.KindService {
		return
	}
	r := newRow(cg, b.throttles)
	r.Name = baseName(cg.Path)
	b.result[place].Rows = append(b.result[place].Rows, r)
}

func (b *builder) add(g group) int {
	b.result = append(b.result, g)
	return len(b.result) - 1
}

// ended reports whether nothing runs in a container's cgroup any more, as
// package summary decides it: no task, and no CPU or memory of its own.
func ended(cg *stats.Cgroup) bool {
	tasks, counted := cg.Sample.PIDs.Current.Get()
	rate, ok := cg.CPU.UsageNanoCores.Get()
	rss, ok2 := cg.Memory.RSSBytes.Get()
	return tasks == 0 && rate == 0 && rss == 0 && (counted || ok && ok2)
}

func orElse(t time.Time, other int64) int64 {
	if t.IsZero() {
		return other
	}
	return t.UnixMilli()
}
