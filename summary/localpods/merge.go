package localpods

import (
	"cmp"
	"slices"

	"github.com/nodegauge/nodegauge/summary"
)

// merge puts together what was found, bundles before logs because they know
// more. A pod is its UID, a container its ID. The error says that containers
// were left out: links gave more than limit.
func merge(f *found, limit int) ([]summary.Pod, error) {
	m := merger{
		bundles: make(map[string]*bundle, len(f.bundles)),
		byUID:   make(map[string]*summary.Pod, len(f.folders)),
		byName:  make(map[podName][]*summary.Pod, len(f.folders)),
		placed:  make(map[string]place, len(f.bundles)),
		left:    limit,
	}
	m.placeBundles(f.bundles)
	for _, name := range f.folders {
		if ref, ok := parsePodLog(name); ok {
			m.addPod(ref)
		}
	}
	for _, pod := range m.byUID {
		name := podName{pod.Namespace, pod.Name}
		m.byName[name] = append(m.byName[name], pod)
	}
	var err error
	for _, name := range f.links {
		if c, ok := parseContainerLog(name); ok && !m.addLink(c) {
			err = errTooManyLog
			break
		}
	}
	return m.pods(), err
}

type merger struct {
	bundles map[string]*bundle // by container ID
	byUID   map[string]*summary.Pod
	byName  map[podName][]*summary.Pod // the living pod of a name, and those that left logs behind
	placed  map[string]place           // by container ID: what bundles gave
	left    int                        // how many containers links may still give
}

type podName struct{ namespace, name string }

// place is where a container is: an index, since the slice moves as it grows.
type place struct {
	pod *summary.Pod
	i   int
}

// placeBundles makes pods of the bundles once all are known: a container of
// old containerd knows its pod by the sandbox alone. The first of an ID wins.
func (m *merger) placeBundles(bundles []*bundle) {
	for _, b := range bundles {
		if m.bundles[b.id] == nil {
			m.bundles[b.id] = b
		}
	}
	for _, b := range bundles {
		ref := b.pod
		if sandbox := m.bundles[b.sandboxID]; ref.uid == "" && sandbox != nil {
			ref = sandbox.pod
		}
		if ref.uid == "" || m.bundles[b.id] != b {
			continue // nobody can say of which pod it is
		}
		pod := m.addPod(ref)
		m.placed[b.id] = place{pod, len(pod.Containers)}
		pod.Containers = append(pod.Containers, summary.Container{
			ID: b.id, Name: b.name, Image: b.image, Kind: b.kind, CreatedAt: b.created,
		})
		// A pod whose sandbox died has two until the old one is collected.
		if b.kind == summary.KindSandbox && b.created.After(pod.CreatedAt) {
			pod.CreatedAt = b.created
		}
	}
}

// addPod returns the pod of ref, which it adds if it is new.
func (m *merger) addPod(ref podRef) *summary.Pod {
	pod := m.byUID[ref.uid]
	if pod == nil {
		pod = &summary.Pod{UID: ref.uid}
		m.byUID[ref.uid] = pod
	}
	if pod.Name == "" {
		pod.Namespace, pod.Name = ref.namespace, ref.name
	}
	return pod
}

// addLink takes in a container of which no bundle is known. Its link does not
// have the pod's UID, so if several pods of that name left logs behind (a
// StatefulSet's pod made anew), each gets it: its cgroup is in one of them,
// and under either the names are the same. It returns false when that would be
// more containers than it may add.
func (m *merger) addLink(c containerRef) bool {
	if at, ok := m.placed[c.id]; ok {
		if known := &at.pod.Containers[at.i]; known.Kind == summary.KindContainer && known.Name == "" {
			known.Name = c.name // containerd before 1.4 does not write it
		}
		return true
	}
	pods := m.byName[podName{c.namespace, c.pod}]
	if m.left -= len(pods); m.left < 0 {
		return false
	}
	for _, pod := range pods {
		pod.Containers = append(pod.Containers, summary.Container{ID: c.id, Name: c.name, Kind: summary.KindContainer})
	}
	return true
}

// pods returns the pods, sorted. One without a name (its folders are all of
// another making) would be of no use to anyone.
func (m *merger) pods() []summary.Pod {
	pods := make([]summary.Pod, 0, len(m.byUID))
	for _, pod := range m.byUID {
		if pod.Name == "" {
			continue
		}
		slices.SortFunc(pod.Containers, func(a, b summary.Container) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
		pods = append(pods, *pod)
	}
	slices.SortFunc(pods, func(a, b summary.Pod) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID))
	})
	return pods
}
