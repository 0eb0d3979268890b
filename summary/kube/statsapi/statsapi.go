package statsapi

import (
	"math"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubelet/pkg/apis/stats/v1alpha1"
)

// Convert returns s as the kubelet's types. They share nothing with s.
func Convert(s *summary.Summary) *v1alpha1.Summary {
	return &v1alpha1.Summary{Node: node(&s.Node), Pods: list(s.Pods, pod)}
}

func node(n *summary.NodeStats) v1alpha1.NodeStats {
	return v1alpha1.NodeStats{
		NodeName:         n.NodeName,
		SystemContainers: list(n.SystemContainers, container),
		StartTime:        metav1.Time{Time: n.StartTime},
		CPU:              cpu(&n.CPU),
		Memory:           memory(&n.Memory),
		IO:               io(&n.IO),
		Network:          network(&n.Network),
		Fs:               fs(&n.FS),
		Runtime:          runtime(&n.Runtime),
		Rlimit:           rlimit(&n.Rlimit),
		Swap:             swap(&n.Swap),
	}
}

func pod(p *summary.PodStats) v1alpha1.PodStats {
	return v1alpha1.PodStats{
		PodRef:           v1alpha1.PodReference{Name: p.PodRef.Name, Namespace: p.PodRef.Namespace, UID: p.PodRef.UID},
		StartTime:        metav1.Time{Time: p.StartTime},
		Containers:       list(p.Containers, container),
		CPU:              cpu(&p.CPU),
		Memory:           memory(&p.Memory),
		IO:               io(&p.IO),
		Network:          network(&p.Network),
		VolumeStats:      list(p.Volumes, volume),
		EphemeralStorage: fs(&p.EphemeralStorage),
		ProcessStats:     processes(&p.ProcessStats),
		Swap:             swap(&p.Swap),
	}
}

func container(c *summary.ContainerStats) v1alpha1.ContainerStats {
	return v1alpha1.ContainerStats{
		Name:      c.Name,
		StartTime: metav1.Time{Time: c.StartTime},
		CPU:       cpu(&c.CPU),
		Memory:    memory(&c.Memory),
		IO:        io(&c.IO),
		Rootfs:    fs(&c.Rootfs),
		Logs:      fs(&c.Logs),
		Swap:      swap(&c.Swap),
	}
}

func cpu(c *summary.CPUStats) *v1alpha1.CPUStats {
	if c.Time.IsZero() {
		return nil
	}
	return &v1alpha1.CPUStats{
		Time:                 metav1.Time{Time: c.Time},
		UsageNanoCores:       number(c.UsageNanoCores),
		UsageCoreNanoSeconds: number(c.UsageCoreNanoSeconds),
		PSI:                  psi(&c.PSI),
	}
}

func memory(m *summary.MemoryStats) *v1alpha1.MemoryStats {
	if m.Time.IsZero() {
		return nil
	}
	return &v1alpha1.MemoryStats{
		Time:            metav1.Time{Time: m.Time},
		AvailableBytes:  number(m.AvailableBytes),
		UsageBytes:      number(m.UsageBytes),
		WorkingSetBytes: number(m.WorkingSetBytes),
		RSSBytes:        number(m.RSSBytes),
		PageFaults:      number(m.PageFaults),
		MajorPageFaults: number(m.MajorPageFaults),
		PSI:             psi(&m.PSI),
	}
}

func io(s *summary.IOStats) *v1alpha1.IOStats {
	if s.Time.IsZero() {
		return nil
	}
	return &v1alpha1.IOStats{Time: metav1.Time{Time: s.Time}, PSI: psi(&s.PSI)}
}

func swap(s *summary.SwapStats) *v1alpha1.SwapStats {
	if s.Time.IsZero() {
		return nil
	}
	return &v1alpha1.SwapStats{
		Time:               metav1.Time{Time: s.Time},
		SwapAvailableBytes: number(s.SwapAvailableBytes),
		SwapUsageBytes:     number(s.SwapUsageBytes),
	}
}

func psi(p *summary.PSIStats) *v1alpha1.PSIStats {
	if p.Some.Total.IsAbsent() {
		return nil
	}
	return &v1alpha1.PSIStats{Full: psiData(&p.Full), Some: psiData(&p.Some)}
}

func psiData(d *summary.PSIData) v1alpha1.PSIData {
	data := v1alpha1.PSIData{Total: d.Total.Or(0)}
	data.Avg10, _ = d.Avg10.Get()
	data.Avg60, _ = d.Avg60.Get()
	data.Avg300, _ = d.Avg300.Get()
	return data
}

func processes(p *summary.ProcessStats) *v1alpha1.ProcessStats {
	n := number(p.ProcessCount)
	if n == nil {
		return nil
	}
	return &v1alpha1.ProcessStats{ProcessCount: n}
}

func network(n *summary.NetworkStats) *v1alpha1.NetworkStats {
	if n.Time.IsZero() {
		return nil
	}
	return &v1alpha1.NetworkStats{
		Time:           metav1.Time{Time: n.Time},
		InterfaceStats: netInterface(&n.InterfaceStats),
		Interfaces:     list(n.Interfaces, netInterface),
	}
}

func netInterface(i *summary.InterfaceStats) v1alpha1.InterfaceStats {
	return v1alpha1.InterfaceStats{
		Name:     i.Name,
		RxBytes:  number(i.RxBytes),
		RxErrors: number(i.RxErrors),
		TxBytes:  number(i.TxBytes),
		TxErrors: number(i.TxErrors),
	}
}

func fs(f *summary.FSStats) *v1alpha1.FsStats {
	if f.Time.IsZero() {
		return nil
	}
	stats := fsStats(f)
	return &stats
}

func fsStats(f *summary.FSStats) v1alpha1.FsStats {
	return v1alpha1.FsStats{
		Time:           metav1.Time{Time: f.Time},
		AvailableBytes: number(f.AvailableBytes),
		CapacityBytes:  number(f.CapacityBytes),
		UsedBytes:      number(f.UsedBytes),
		InodesFree:     number(f.InodesFree),
		Inodes:         number(f.Inodes),
		InodesUsed:     number(f.InodesUsed),
	}
}

func volume(v *summary.VolumeStats) v1alpha1.VolumeStats {
	stats := v1alpha1.VolumeStats{FsStats: fsStats(&v.FSStats), Name: v.Name}
	if v.PVCRef != (summary.PVCReference{}) {
		stats.PVCRef = &v1alpha1.PVCReference{Name: v.PVCRef.Name, Namespace: v.PVCRef.Namespace}
	}
	return stats
}

func runtime(r *summary.RuntimeStats) *v1alpha1.RuntimeStats {
	image, containers := fs(&r.ImageFS), fs(&r.ContainerFS)
	if image == nil && containers == nil {
		return nil
	}
	return &v1alpha1.RuntimeStats{ImageFs: image, ContainerFs: containers}
}

func rlimit(r *summary.RlimitStats) *v1alpha1.RlimitStats {
	if r.Time.IsZero() {
		return nil
	}
	return &v1alpha1.RlimitStats{
		Time:                  metav1.Time{Time: r.Time},
		MaxPID:                signed(r.MaxPID),
		NumOfRunningProcesses: signed(r.NumOfRunningProcesses),
	}
}

func number(v cgroupfs.Value) *uint64 {
	n, ok := v.Get()
	if !ok {
		return nil
	}
	return &n
}

// signed is nil for a number that the API's type cannot hold.
func signed(v cgroupfs.Value) *int64 {
	n, ok := v.Get()
	if !ok || n > math.MaxInt64 {
		return nil
	}
	i := int64(n)
	return &i
}

// list converts what may be empty, but is never nil: the API prints [] of some
// lists, and leaves out the others whether they are nil or empty.
func list[S, T any](s []S, convert func(*S) T) []T {
	converted := make([]T, len(s))
	for i := range s {
		converted[i] = convert(&s[i])
	}
	return converted
}
