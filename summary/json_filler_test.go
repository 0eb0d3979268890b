package summary_test

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
)

// A filler makes parts of a Summary: bit by bit of present decides what is
// known.
type filler struct {
	n       uint64
	present uint32
	seconds int64
	bit     int
}

func (f *filler) has() bool {
	f.bit++
	f.n = f.n*6364136223846793005 + 1442695040888963407
	return f.present&(1<<(f.bit%32)) != 0
}

func (f *filler) value() cgroupfs.Value {
	switch {
	case f.has():
		return cgroupfs.Number(f.n >> (f.bit % 64))
	case f.has():
		return cgroupfs.Max()
	}
	return cgroupfs.Value{}
}

func (f *filler) time() time.Time {
	if f.has() {
		return time.Unix(f.seconds, int64(f.n%1e9))
	}
	return time.Time{}
}

func (f *filler) data() summary.PSIData {
	return summary.PSIData{Total: f.value(), Avg10: cgroupfs.Hundredths(f.n % 10001), Avg300: cgroupfs.Hundredths(f.n >> 54)}
}

func (f *filler) psi() summary.PSIStats { return summary.PSIStats{Full: f.data(), Some: f.data()} }

func (f *filler) cpu() summary.CPUStats {
	return summary.CPUStats{Time: f.time(), UsageNanoCores: f.value(), UsageCoreNanoSeconds: f.value(), PSI: f.psi()}
}

func (f *filler) memory() summary.MemoryStats {
	return summary.MemoryStats{
		Time: f.time(), AvailableBytes: f.value(), UsageBytes: f.value(), WorkingSetBytes: f.value(),
		RSSBytes: f.value(), PageFaults: f.value(), MajorPageFaults: f.value(), PSI: f.psi(),
	}
}

func (f *filler) io() summary.IOStats { return summary.IOStats{Time: f.time(), PSI: f.psi()} }

func (f *filler) swap() summary.SwapStats {
	return summary.SwapStats{Time: f.time(), SwapAvailableBytes: f.value(), SwapUsageBytes: f.value()}
}

func (f *filler) fs() summary.FSStats {
	return summary.FSStats{
		Time: f.time(), AvailableBytes: f.value(), CapacityBytes: f.value(), UsedBytes: f.value(),
		InodesFree: f.value(), Inodes: f.value(), InodesUsed: f.value(),
	}
}

func (f *filler) networkInterface(name string) summary.InterfaceStats {
	return summary.InterfaceStats{Name: name, RxBytes: f.value(), RxErrors: f.value(), TxBytes: f.value(), TxErrors: f.value()}
}

func (f *filler) network(name string) summary.NetworkStats {
	n := summary.NetworkStats{Time: f.time()}
	if f.has() {
		n.InterfaceStats = f.networkInterface(name)
	}
	for f.has() && len(n.Interfaces) < 3 {
		n.Interfaces = append(n.Interfaces, f.networkInterface(name))
	}
	return n
}

func (f *filler) volumes(name, namespace string) []summary.VolumeStats {
	var all []summary.VolumeStats
	for f.has() && len(all) < 3 {
		v := summary.VolumeStats{FSStats: f.fs(), Name: name}
		if f.has() {
			v.PVCRef = summary.PVCReference{Name: namespace, Namespace: name}
		}
		all = append(all, v)
	}
	return all
}

func (f *filler) summary(name, namespace string) *summary.Summary {
	var containers []summary.ContainerStats
	for f.has() && len(containers) < 3 {
		containers = append(containers, summary.ContainerStats{
			Name: name, StartTime: f.time(), CPU: f.cpu(), Memory: f.memory(), IO: f.io(),
			Rootfs: f.fs(), Logs: f.fs(), Swap: f.swap(),
		})
	}
	return &summary.Summary{
		Node: summary.NodeStats{
			NodeName: namespace, SystemContainers: containers, StartTime: f.time(),
			CPU: f.cpu(), Memory: f.memory(), IO: f.io(), Network: f.network(name), FS: f.fs(),
			Runtime: summary.RuntimeStats{ImageFS: f.fs(), ContainerFS: f.fs()},
			Rlimit:  summary.RlimitStats{Time: f.time(), MaxPID: f.value(), NumOfRunningProcesses: f.value()},
			Swap:    f.swap(),
		},
		Pods: []summary.PodStats{{
			PodRef:    summary.PodReference{Name: name, Namespace: namespace, UID: name + namespace},
			StartTime: f.time(), Containers: containers,
			CPU: f.cpu(), Memory: f.memory(), IO: f.io(), Network: f.network(namespace), Swap: f.swap(),
			Volumes: f.volumes(name, namespace), EphemeralStorage: f.fs(),
			ProcessStats: summary.ProcessStats{ProcessCount: f.value()},
		}, {}},
	}
}
