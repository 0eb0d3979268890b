package expo

import (
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
)

// A cgroup is one of which /metrics/cadvisor has series.
type cgroup struct {
	subject
	*stats.Cgroup
	level Level
	// at is when it was read.
	at time.Time
	// created is when the runtime made the container, or the pod, or when the
	// node was started; zero if nobody knows.
	created time.Time
	// sandbox says that a PodSource knows the container as a sandbox.
	sandbox bool
	// sockets says that it has the series of its network namespace's sockets.
	sockets bool
	// network is what its series of interfaces are of; nil if it has none.
	network *stats.Network
}

// A place is where in Node.Pods a container is.
type place struct{ pod, container int }

// listCgroups lists the cgroups, with their labels.
func (s *scrape) listCgroups() {
	s.indexPods(s.n.Pods)
	s.indexOwners(s.n.Snapshot.Cgroups)
	s.marks = s.marks[:0]
	for i := range s.n.Snapshot.Cgroups {
		cg := &s.n.Snapshot.Cgroups[i]
		c := cgroup{Cgroup: cg, level: levelOf(cg.Kind), at: readTime(cg)}
		s.processes = s.processes || cg.Processes != nil
		s.marks = append(s.marks, mark{subject: -1})
		if c.level&s.levels != 0 {
			s.marks[i].subject = len(s.subjects)
			s.name(&c, i)
			if c.level == LevelNode {
				c.created = s.n.Snapshot.Node.BootTime
			}
			s.subjects = append(s.subjects, c)
		}
	}
	s.placeNetworks()
	s.placeSockets()
}

func levelOf(k stats.Kind) Level {
	switch k {
	case stats.KindRoot:
		return LevelNode
	case stats.KindPod:
		return LevelPod
	case stats.KindContainer:
		return LevelContainer
	case stats.KindIgnored:
		return 0
	}
	return LevelSystem
}

// readTime is when a cgroup was read: what of it has a time has about the same.
func readTime(cg *stats.Cgroup) time.Time {
	for _, t := range [...]time.Time{cg.CPU.Time, cg.Memory.Time, cg.PressureTime} {
		if !t.IsZero() {
			return t
		}
	}
	return cg.Network.Time
}

// indexPods finds pods by UID and containers by ID. Of two of one name the
// newer is taken.
func (p *Printer) indexPods(pods []summary.Pod) {
	if p.pods == nil {
		p.pods, p.containers = make(map[string]int), make(map[string]place)
	}
	clear(p.pods)
	clear(p.containers)
	for i := range pods {
		pod := &pods[i]
		if k, ok := p.pods[pod.UID]; !ok || pod.CreatedAt.After(pods[k].CreatedAt) {
			p.pods[pod.UID] = i
		}
		for k := range pod.Containers {
			c := &pod.Containers[k]
			old, ok := p.containers[c.ID]
			if !ok || c.CreatedAt.After(pods[old.pod].Containers[old.container].CreatedAt) {
				p.containers[c.ID] = place{i, k}
			}
		}
	}
}

// indexOwners finds the cgroups that containers' names belong to, as package
// summary does: outside pods whoever may make a cgroup may call it as another's
// container. Of two, one in a pod has the name, then the one nearer to the root.
func (p *Printer) indexOwners(cgroups []stats.Cgroup) {
	if p.owners == nil {
		p.owners = make(map[string]int)
	}
	clear(p.owners)
	for i := range cgroups {
		if cg := &cgroups[i]; cg.Kind == stats.KindContainer {
			if k, ok := p.owners[cg.ContainerID]; !ok || ownsBefore(cg, &cgroups[k]) {
				p.owners[cg.ContainerID] = i
			}
		}
	}
}

func ownsBefore(cg, other *stats.Cgroup) bool {
	if inPod := cg.PodUID != ""; inPod != (other.PodUID != "") {
		return inPod
	}
	return strings.Count(cg.Path, "/") < strings.Count(other.Path, "/")
}

// name gives a cgroup its labels: always all, empty where there is nothing to
// say. A sandbox has no container, as a pod has none.
func (s *scrape) name(c *cgroup, index int) {
	pods := s.n.Pods
	var container, image, namespace, pod string
	if i, ok := s.pods[c.PodUID]; ok && c.PodUID != "" {
		namespace, pod = pods[i].Namespace, pods[i].Name
		if c.level == LevelPod {
			c.created = pods[i].CreatedAt
		}
	}
	if at, ok := s.containers[c.ContainerID]; ok && c.level == LevelContainer && s.owners[c.ContainerID] == index {
		in := &pods[at.pod]
		if c.PodUID == "" || c.PodUID == in.UID {
			known := &in.Containers[at.container]
			container, image, c.created = known.Name, known.Image, known.CreatedAt
			namespace, pod = in.Namespace, in.Name
			c.sandbox = known.Kind == summary.KindSandbox
		}
	}
	s.label(&c.subject,
		Label{"container", container}, Label{"id", c.Path}, Label{"image", image},
		Label{"name", c.ContainerID}, Label{"namespace", namespace}, Label{"pod", pod})
}
