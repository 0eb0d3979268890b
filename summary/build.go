package summary

import (
	"cmp"
	"slices"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
)

// Options are Build's options. The zero Options, and nil, are good for most.
type Options struct {
	// NodeName is the node's name; empty prints "".
	NodeName string
	// KubeletCgroup, RuntimeCgroup and SystemCgroup are the cgroups of the
	// system containers kubelet, runtime and misc. Empty is, for the first two,
	// the systemd service of the usual name where there is one, and for misc
	// none. A cgroup that does not exist is left out.
	KubeletCgroup string
	RuntimeCgroup string
	SystemCgroup  string
	// Storage is what the disks say; nil leaves out what needs them.
	Storage *storage.Snapshot
	// CPUAndMemoryOnly leaves out all but CPU, memory and swap, as kubelets do
	// that are asked for only_cpu_and_memory.
	CPUAndMemoryOnly bool
	// Interface chooses the network interfaces that are listed; nil is all but
	// the node's ends of pods' interfaces.
	Interface func(name string) bool
	// DefaultInterface is the name of the interface whose numbers stand for
	// the pod's or the node's; empty is that of the default route.
	DefaultInterface string
	// Compat chooses quirks of the kubelet's output; 0 is none.
	Compat Compat
}

// Build shapes a Snapshot as the kubelet's summary. Pods are what a PodSource
// returned: a container is listed if its cgroup is in snap, its kind is
// KindContainer and something runs in it; a pod is listed if a container of it
// is. Dst is overwritten, and shares nothing with snap that snap may change.
func Build(dst *Summary, snap *stats.Snapshot, pods []Pod, o *Options) {
	b := &dst.build
	b.begin(snap, o)
	b.node(&dst.Node)
	dst.Pods = dst.Pods[:0]
	for i := range pods {
		dst.Pods = grow(dst.Pods)
		if !b.pod(&dst.Pods[len(dst.Pods)-1], &pods[i]) {
			dst.Pods = dst.Pods[:len(dst.Pods)-1]
		}
	}
	slices.SortFunc(dst.Pods, func(a, b PodStats) int {
		return cmp.Or(cmp.Compare(a.PodRef.Namespace, b.PodRef.Namespace),
			cmp.Compare(a.PodRef.Name, b.PodRef.Name), cmp.Compare(a.PodRef.UID, b.PodRef.UID))
	})
	b.snap, b.kubepods, b.o = nil, nil, Options{} // they are the caller's
}

func (b *builder) node(n *NodeStats) {
	systems := n.SystemContainers[:0]
	src := &b.snap.Node
	*n = NodeStats{NodeName: b.o.NodeName, SystemContainers: systems, StartTime: src.BootTime}
	if len(b.snap.Cgroups) == 0 {
		return // no round was taken yet
	}
	root := &b.snap.Cgroups[0]
	n.CPU = b.cpu(&src.CPU, &root.Sample.Pressure)
	n.Memory = b.memory(&src.Memory, root)
	n.IO = b.io(root)
	n.Swap = swap(&src.Swap)
	add := func(name string, cg *stats.Cgroup) {
		if cg != nil {
			systems = grow(systems)
			b.container(&systems[len(systems)-1], name, time.Time{}, cg)
		}
	}
	add("kubelet", b.find(b.o.KubeletCgroup, "/system.slice/kubelet.service"))
	add("misc", b.find(b.o.SystemCgroup))
	add("pods", b.kubepods)
	add("runtime", b.find(b.o.RuntimeCgroup, "/system.slice/containerd.service", "/system.slice/crio.service",
		"/system.slice/docker.service"))
	n.SystemContainers = systems
}

// pod reports false for a pod of which nothing runs.
func (b *builder) pod(dst *PodStats, p *Pod) bool {
	containers := dst.Containers[:0]
	*dst = PodStats{PodRef: PodReference{Name: p.Name, Namespace: p.Namespace, UID: p.UID}, StartTime: p.CreatedAt}
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
		var stats ContainerStats
		b.container(&stats, c.Name, c.CreatedAt, cg)
		if b.o.Compat.has(CompatZeroContainerSwap) {
			stats.Swap = SwapStats{Time: stats.Memory.Time, SwapAvailableBytes: cgroupfs.Number(0), SwapUsageBytes: cgroupfs.Number(0)}
		}
		containers = b.insert(containers, stats)
	}
	dst.Containers = containers
	if len(containers) == 0 {
		return false
	}
	dst.ProcessStats.ProcessCount = cgroupfs.Number(0)
	for i := range containers {
		addTo(&dst.ProcessStats.ProcessCount, containers[i].processes)
	}
	if i, ok := b.pods[p.UID]; ok {
		cg := &b.snap.Cgroups[i]
		dst.CPU, dst.Memory, dst.IO, dst.Swap = b.cpu(&cg.CPU, &cg.Sample.Pressure), b.memory(&cg.Memory, cg), b.io(cg), swap(&cg.Swap)
		if dst.StartTime.IsZero() {
			dst.StartTime = cg.CreatedAt
		}
	} else {
		sum(dst)
	}
	return true
}

// insert keeps containers sorted by name, and of one name the newest.
func (b *builder) insert(containers []ContainerStats, c ContainerStats) []ContainerStats {
	i, found := slices.BinarySearchFunc(containers, c.Name, func(c ContainerStats, name string) int {
		return cmp.Compare(c.Name, name)
	})
	if found && !b.o.Compat.has(CompatDuplicates) {
		if c.StartTime.After(containers[i].StartTime) {
			containers[i] = c
		}
		return containers
	}
	return slices.Insert(containers, i, c)
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

func (b *builder) container(dst *ContainerStats, name string, created time.Time, cg *stats.Cgroup) {
	if created.IsZero() {
		created = cg.CreatedAt
	}
	*dst = ContainerStats{
		Name:      name,
		StartTime: created,
		CPU:       b.cpu(&cg.CPU, &cg.Sample.Pressure),
		Memory:    b.memory(&cg.Memory, cg),
		IO:        b.io(cg),
		Swap:      swap(&cg.Swap),
		processes: cg.Sample.PIDs.Processes,
	}
}

func (b *builder) cpu(c *stats.CPU, p *cgroupfs.PressureSample) CPUStats {
	s := CPUStats{
		Time:                 c.Time,
		UsageNanoCores:       c.UsageNanoCores,
		UsageCoreNanoSeconds: c.UsageCoreNanoSeconds,
		PSI:                  b.psi(&p.CPU),
	}
	if b.o.Compat.has(CompatZeroRate) && s.UsageNanoCores.IsAbsent() {
		s.UsageNanoCores = cgroupfs.Number(0)
	}
	return s
}

func (b *builder) memory(m *stats.Memory, cg *stats.Cgroup) MemoryStats {
	s := MemoryStats{
		Time:            m.Time,
		AvailableBytes:  m.AvailableBytes,
		UsageBytes:      m.UsageBytes,
		WorkingSetBytes: m.WorkingSetBytes,
		RSSBytes:        m.RSSBytes,
		PageFaults:      m.PageFaults,
		MajorPageFaults: m.MajorPageFaults,
		PSI:             b.psi(&cg.Sample.Pressure.Memory),
	}
	own := &cg.Sample.Memory.Stat
	if b.o.Compat.has(CompatOwnPageFaults) && !own.OwnPgFault.IsAbsent() {
		s.PageFaults, s.MajorPageFaults = own.OwnPgFault, own.OwnPgMajFault
	}
	limit, ok := cg.Sample.Memory.Max.Get()
	used, ok2 := m.WorkingSetBytes.Get()
	if b.o.Compat.has(CompatWrapAvailable) && ok && ok2 && used > limit {
		s.AvailableBytes = cgroupfs.Number(limit - used)
	}
	return s
}

func (b *builder) io(cg *stats.Cgroup) IOStats {
	s := IOStats{PSI: b.psi(&cg.Sample.Pressure.IO)}
	if !s.PSI.Some.Total.IsAbsent() {
		s.Time = cg.PressureTime
	}
	return s
}

func (b *builder) psi(s *cgroupfs.Stall) PSIStats {
	switch {
	case b.o.Compat.has(CompatNoPSI):
		return PSIStats{}
	case s.Some.TotalNanos.IsAbsent() && b.o.Compat.has(CompatZeroPSI):
		zero := PSIData{cgroupfs.Number(0), cgroupfs.Hundredths(0), cgroupfs.Hundredths(0), cgroupfs.Hundredths(0)}
		return PSIStats{zero, zero}
	}
	return PSIStats{Full: psiData(&s.Full), Some: psiData(&s.Some)}
}

func psiData(s *cgroupfs.StallPSI) PSIData {
	d := PSIData{Avg10: s.Avg10, Avg60: s.Avg60, Avg300: s.Avg300}
	if n, ok := s.TotalNanos.Get(); ok {
		d.Total = cgroupfs.Number(n / 1000)
	}
	return d
}

// sum makes a pod without a cgroup of its own out of its containers. A part
// that is not known of one is not known of the pod.
func sum(p *PodStats) {
	first := true
	for i := range p.Containers {
		c := &p.Containers[i]
		if first {
			p.CPU, p.Memory, p.Swap, first = c.CPU, c.Memory, c.Swap, false
			p.CPU.PSI, p.Memory.PSI = PSIStats{}, PSIStats{} // pressure does not add up
			continue
		}
		addTo(&p.CPU.UsageNanoCores, c.CPU.UsageNanoCores)
		addTo(&p.CPU.UsageCoreNanoSeconds, c.CPU.UsageCoreNanoSeconds)
		addTo(&p.Memory.AvailableBytes, c.Memory.AvailableBytes)
		addTo(&p.Memory.UsageBytes, c.Memory.UsageBytes)
		addTo(&p.Memory.WorkingSetBytes, c.Memory.WorkingSetBytes)
		addTo(&p.Memory.RSSBytes, c.Memory.RSSBytes)
		addTo(&p.Memory.PageFaults, c.Memory.PageFaults)
		addTo(&p.Memory.MajorPageFaults, c.Memory.MajorPageFaults)
		addTo(&p.Swap.SwapAvailableBytes, c.Swap.SwapAvailableBytes)
		addTo(&p.Swap.SwapUsageBytes, c.Swap.SwapUsageBytes)
	}
}

func addTo(dst *cgroupfs.Value, v cgroupfs.Value) { *dst = add(*dst, v) }

// add is absent if a part is.
func add(a, b cgroupfs.Value) cgroupfs.Value {
	m, ok := a.Get()
	n, ok2 := b.Get()
	if !ok || !ok2 {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(m + n)
}

// grow makes a slice one longer. What the element held before is kept, so that
// its own slices can be used again.
func grow[T any](s []T) []T {
	if len(s) < cap(s) {
		return s[:len(s)+1]
	}
	var zero T
	return append(s, zero)
}

func swap(s *stats.Swap) SwapStats {
	return SwapStats{Time: s.Time, SwapAvailableBytes: s.SwapAvailableBytes, SwapUsageBytes: s.SwapUsageBytes}
}
