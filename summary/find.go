package summary

import (
	"strings"

	"github.com/nodegauge/nodegauge/stats"
)

// A builder is one Build, and what the next one can use of it.
type builder struct {
	snap       *stats.Snapshot
	o          Options
	kubepods   *stats.Cgroup
	pods       map[string]int // pod UID → index in snap.Cgroups
	containers map[string]int // container ID → index
	folders    map[string]int // pod UID → index in o.Storage.Pods
	layers     map[string]int // container ID → index in o.Storage.Layers
	order      []int          // of pods
}

// begin finds the cgroups that names can belong to. Of two with the same
// identity, one in a pod wins, then the one nearer to the root.
func (b *builder) begin(snap *stats.Snapshot, o *Options) {
	b.snap = snap
	if o != nil {
		b.o = *o
	}
	if b.pods == nil {
		b.pods, b.containers = make(map[string]int), make(map[string]int)
		b.folders, b.layers = make(map[string]int), make(map[string]int)
	}
	clear(b.pods)
	clear(b.containers)
	b.beginStorage()
	for i := range snap.Cgroups {
		switch cg := &snap.Cgroups[i]; cg.Kind {
		case stats.KindKubepods:
			if b.kubepods == nil || better(cg, b.kubepods) {
				b.kubepods = cg
			}
		case stats.KindPod:
			b.keep(b.pods, cg.PodUID, i)
		case stats.KindContainer:
			b.keep(b.containers, cg.ContainerID, i)
		}
	}
}

// keep notes the index of the cgroup with an identity.
func (b *builder) keep(indices map[string]int, id string, i int) {
	if old, ok := indices[id]; !ok || better(&b.snap.Cgroups[i], &b.snap.Cgroups[old]) {
		indices[id] = i
	}
}

// better reports whether a name belongs to cg rather than to other.
func better(cg, other *stats.Cgroup) bool {
	if inPod := cg.PodUID != ""; inPod != (other.PodUID != "") {
		return inPod
	}
	return strings.Count(cg.Path, "/") < strings.Count(other.Path, "/")
}
