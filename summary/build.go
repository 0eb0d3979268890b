package summary

import (
	"cmp"
	"slices"
	"strings"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
)

// Build shapes a Snapshot as the kubelet's summary. Pods are what a PodSource
// returned: a container is listed if its cgroup is in snap, its kind is
// KindContainer and something runs in it; a pod is listed if a container of it
// is. Dst is overwritten, and shares nothing with snap that snap may change.
func Build(dst *Summary, snap *stats.Snapshot, pods []Pod, o *Options) {
	b := &dst.build
	b.begin(snap, o)
	b.node(&dst.Node)
	dst.Pods = dst.Pods[:0]
	for _, i := range b.inOrder(pods) {
		dst.Pods = grow(dst.Pods)
		if !b.pod(&dst.Pods[len(dst.Pods)-1], &pods[i]) {
			dst.Pods = dst.Pods[:len(dst.Pods)-1]
		}
	}
	b.snap, b.kubepods, b.o = nil, nil, Options{} // they are the caller's
}

// inOrder returns the pods' indices by namespace, name and UID: a PodStats is
// too large to be moved about. It begins with the order of the last time, for
// a PodSource rarely changes it.
func (b *builder) inOrder(pods []Pod) []int {
	if len(b.order) != len(pods) {
		b.order = b.order[:0]
		for i := range pods {
			b.order = append(b.order, i)
		}
	}
	slices.SortFunc(b.order, func(i, j int) int {
		p, q := &pods[i], &pods[j]
		return cmp.Or(strings.Compare(p.Namespace, q.Namespace), strings.Compare(p.Name, q.Name), strings.Compare(p.UID, q.UID))
	})
	return b.order
}

func (b *builder) node(n *NodeStats) {
	systems, interfaces := n.SystemContainers[:0], n.Network.Interfaces[:0]
	src := &b.snap.Node
	*n = NodeStats{NodeName: b.o.NodeName, SystemContainers: systems, StartTime: src.BootTime}
	n.Network.Interfaces = interfaces
	if len(b.snap.Cgroups) == 0 {
		return // no round was taken yet
	}
	root := &b.snap.Cgroups[0]
	n.CPU = b.cpu(&src.CPU, &root.Sample.Pressure)
	n.Memory = b.memory(&src.Memory, root)
	n.Swap = b.swap(&src.Swap)
	n.SystemContainers = b.systemContainers(systems)
	if b.o.CPUAndMemoryOnly {
		if b.o.Compat.has(CompatRootStart) {
			n.StartTime = root.CreatedAt
		}
		return
	}
	n.IO = b.io(root)
	b.network(&n.Network, &src.Network, isOfNode)
	b.nodeStorage(n)
	n.Rlimit = RlimitStats{Time: src.TasksTime, MaxPID: src.MaxTasks, NumOfRunningProcesses: src.Tasks}
}

// pod reports false for a pod of which nothing runs.
func (b *builder) pod(dst *PodStats, p *Pod) bool {
	containers, volumes, interfaces := dst.Containers[:0], dst.Volumes[:0], dst.Network.Interfaces[:0]
	*dst = PodStats{PodRef: PodReference{Name: p.Name, Namespace: p.Namespace, UID: p.UID}, StartTime: p.CreatedAt, Volumes: volumes}
	dst.Network.Interfaces = interfaces
	folder := b.folderOf(p.UID)
	dst.Containers = b.podContainers(containers, p, folder)
	if len(dst.Containers) == 0 {
		return false
	}
	if i, ok := b.pods[p.UID]; ok {
		cg := &b.snap.Cgroups[i]
		dst.CPU, dst.Memory, dst.IO, dst.Swap = b.cpu(&cg.CPU, &cg.Sample.Pressure), b.memory(&cg.Memory, cg), b.io(cg), b.swap(&cg.Swap)
		dst.StartTime = orElse(dst.StartTime, cg.CreatedAt)
	} else {
		sum(dst)
	}
	if b.o.CPUAndMemoryOnly {
		return true
	}
	dst.ProcessStats.ProcessCount = cgroupfs.Number(0)
	for i := range dst.Containers {
		addTo(&dst.ProcessStats.ProcessCount, dst.Containers[i].processes)
	}
	b.podNetwork(&dst.Network, p)
	b.podStorage(dst, p, folder)
	return true
}

// podContainers appends the pod's containers in which something runs.
func (b *builder) podContainers(dst []ContainerStats, p *Pod, folder *storage.Pod) []ContainerStats {
	for i := range p.Containers {
		c := &p.Containers[i]
		index, ok := b.containers[c.ID]
		if !ok || c.Kind != KindContainer {
			continue
		}
		cg := &b.snap.Cgroups[index]
		if cg.PodUID != "" && cg.PodUID != p.UID || ended(cg) {
			continue
		}
		dst = grow(dst)
		last := &dst[len(dst)-1]
		b.container(last, c.Name, c.CreatedAt, cg)
		if b.o.Compat.has(CompatZeroContainerSwap) && !b.noSwap() {
			last.Swap = SwapStats{Time: last.Memory.Time, SwapAvailableBytes: cgroupfs.Number(0), SwapUsageBytes: cgroupfs.Number(0)}
		}
		b.containerStorage(last, c.ID, folder)
		dst = b.sortLast(dst)
	}
	return dst
}

// sortLast moves the last container to its place by name, and of one name
// keeps the newest.
func (b *builder) sortLast(containers []ContainerStats) []ContainerStats {
	rest, last := containers[:len(containers)-1], &containers[len(containers)-1]
	i, found := slices.BinarySearchFunc(rest, last.Name, func(c ContainerStats, name string) int {
		return strings.Compare(c.Name, name)
	})
	switch {
	case found && !b.o.Compat.has(CompatDuplicates):
		if last.StartTime.After(rest[i].StartTime) {
			rest[i] = *last
		}
		return rest
	case i < len(rest):
		moved := *last
		copy(containers[i+1:], containers[i:len(rest)])
		containers[i] = moved
	}
	return containers
}

// ended reports whether nothing runs in a container's cgroup any more: it has
// no task, and uses neither CPU nor memory of its own. A count of tasks alone
// proves nothing: without the pids controller those below it are not counted.
func ended(cg *stats.Cgroup) bool {
	tasks, counted := cg.Sample.PIDs.Current.Get()
	rate, ok := cg.CPU.UsageNanoCores.Get()
	rss, ok2 := cg.Memory.RSSBytes.Get()
	return tasks == 0 && rate == 0 && rss == 0 && (counted || ok && ok2)
}
