package expo_test

import (
	"fmt"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
)

func n(v uint64) cgroupfs.Value { return cgroupfs.Number(v) }

// testTime is when the rounds of tests began.
func testTime() time.Time { return time.Date(2026, 1, 2, 15, 4, 5, 678e6, time.UTC) }

// A fakeNode is a node of which what the default metrics read is known: pods with a sandbox and
// two containers each, as a kubelet makes them.
type fakeNode struct {
	snap  stats.Snapshot
	pods  []summary.Pod
	disks storage.Snapshot
}

func newFakeNode(pods int) *fakeNode {
	f := &fakeNode{}
	f.snap.Time, f.snap.Generation, f.snap.Duration = testTime(), 7, 12_345_678
	f.snap.Metrics = cgroupfs.DefaultMetrics
	f.snap.Self = stats.Self{Rounds: 7, Nanos: 81_000_000, CPUNanos: 90_000_000, Lag: 1_500_000, Files: 4000, Bytes: 1 << 20, Descriptors: 300, GivenBack: 2, Shed: 3}
	f.snap.Shed, f.snap.OverBudget = cgroupfs.MemoryNUMA|cgroupfs.PerCPU, true
	f.snap.Self.Errors.Parse, f.snap.Self.Errors.Denied = 1, 2
	f.snap.Node = stats.Node{
		MemTotal: n(8 << 30), SwapTotal: n(1 << 30), BootTime: testTime().Add(-time.Hour),
		Swap:    stats.Swap{Time: testTime(), SwapUsageBytes: n(4096), SwapAvailableBytes: n(1<<30 - 4096)},
		Network: f.network(1, "eth0", "veth12"),
		Disks:   []stats.Disk{{Major: 254, Name: "vda", Reads: 2782, SectorsRead: 385698, ReadMillis: 1539, Writes: 211, IOMillis: 2120, WeightedMillis: 2040}, {Major: 7, Name: "loop0"}, {Major: 259, Name: "nvme0n1", Reads: 5, IOMillis: 1}},
	}
	root := f.cgroup(-1, stats.Info{Path: "/", Identity: stats.Identity{Kind: stats.KindRoot}})
	cg := &f.snap.Cgroups[root]
	cg.Sample.Memory.Current, cg.Sample.Memory.Max, cg.Sample.Memory.Peak, cg.Sample.PIDs = cgroupfs.Value{}, cgroupfs.Value{}, cgroupfs.Value{}, cgroupfs.PIDsSample{Processes: n(62)}
	cg.Sample.CPU.QuotaNanos, cg.Sample.CPU.PeriodNanos, cg.Sample.CPU.Weight, cg.Swap = cgroupfs.Value{}, cgroupfs.Value{}, cgroupfs.Value{}, stats.Swap{}
	cg.Sample.Memory.Events = cgroupfs.MemoryEventCounts{}
	kubepods := f.cgroup(root, stats.Info{Path: "/kubepods.slice", Identity: stats.Identity{Kind: stats.KindKubepods}})
	f.snap.Node.CPU, f.snap.Node.Memory = f.snap.Cgroups[root].CPU, f.snap.Cgroups[root].Memory
	f.disks.Node = f.disk("/", "/dev/vda")
	f.disks.Image = storage.Filled{FS: f.disk("/var/lib/containerd", "/dev/vdb")}
	f.disks.Container = f.disks.Image
	for i := range pods {
		f.pod(kubepods, i)
	}
	return f
}

func (f *fakeNode) disk(path, device string) storage.FS {
	return storage.FS{Path: path, Device: device, Time: testTime(), CapacityBytes: n(3 << 30), UsedBytes: n(1 << 30), AvailableBytes: n(1 << 30), Inodes: n(1000), InodesUsed: n(10), InodesFree: n(990)}
}

func (f *fakeNode) pod(parent, i int) {
	uid := fmt.Sprintf("%08x-0000-4000-8000-000000000000", i)
	p := summary.Pod{UID: uid, Namespace: fmt.Sprintf("team-%d", i%20), Name: fmt.Sprintf("web-%d-7d4b9c6f5d-x2x4v", i), CreatedAt: testTime().Add(-time.Duration(i+1) * time.Minute)}
	dir := "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + uid + ".slice"
	pod := f.cgroup(parent, stats.Info{Path: dir, Identity: stats.Identity{Kind: stats.KindPod, PodUID: uid}})
	f.snap.Cgroups[pod].Network = f.network(uint64(i+2), "eth0")
	for k, name := range []string{"", "server", "sidecar"} {
		c := summary.Container{ID: fmt.Sprintf("%064x", 3*i+k+1), Name: name, Image: "registry.example/shop/server:1.2.3", Kind: summary.KindContainer, CreatedAt: p.CreatedAt}
		if name == "" {
			c.Kind, c.Image = summary.KindSandbox, "registry.example/pause:3.8"
		}
		f.cgroup(pod, stats.Info{
			Path: dir + "/cri-containerd-" + c.ID + ".scope", CreatedAt: p.CreatedAt.Add(time.Second),
			Identity: stats.Identity{Kind: stats.KindContainer, PodUID: uid, ContainerID: c.ID},
		})
		p.Containers = append(p.Containers, c)
	}
	f.pods = append(f.pods, p)
}

// cgroup adds one that was read up to some time after the first, as a round is.
func (f *fakeNode) cgroup(parent int, info stats.Info) int {
	i := uint64(len(f.snap.Cgroups))
	at := testTime().Add(time.Duration(i) * 400 * time.Microsecond)
	v := func(m uint64) cgroupfs.Value { return n(m*1e6 + i*1000) }
	cg := stats.Cgroup{
		Info: &info, Parent: parent, PressureTime: at,
		CPU:    stats.CPU{Time: at, UsageCoreNanoSeconds: v(37_000), UsageNanoCores: v(10)},
		Memory: stats.Memory{Time: at, UsageBytes: v(100), WorkingSetBytes: v(90), AvailableBytes: v(10), RSSBytes: v(80), PageFaults: v(3), MajorPageFaults: v(1)},
		Swap:   stats.Swap{Time: at, SwapUsageBytes: n(0), SwapAvailableBytes: n(0)},
	}
	s := &cg.Sample
	s.CPU = cgroupfs.CPUSample{UsageNanos: v(37_000), UserNanos: v(30_000), SystemNanos: v(7000), Periods: n(0), ThrottledPeriods: n(0), ThrottledNanos: n(0), QuotaNanos: cgroupfs.Max(), PeriodNanos: n(1e8), Weight: n(79)}
	if i%4 == 1 {
		s.CPU.QuotaNanos, s.CPU.Periods, s.CPU.ThrottledPeriods, s.CPU.ThrottledNanos = n(25_000_000), n(47), n(14), n(672613000)
	}
	s.Memory.Current, s.Memory.Max, s.Memory.Peak, s.Memory.Min = v(100), cgroupfs.Max(), v(120), n(0)
	if i%2 == 1 {
		s.Memory.Max = n(1 << 30)
	}
	s.Memory.High, s.Memory.Low, s.Memory.Swap.Max, s.Memory.Swap.Current = cgroupfs.Max(), n(0), n(0), n(0)
	s.Memory.Events = cgroupfs.MemoryEventCounts{Low: n(0), High: n(0), Max: n(3), OOM: n(1), OOMKill: n(1), OOMGroupKill: n(0)}
	s.Memory.Stat = cgroupfs.MemoryStat{Anon: v(80), File: v(20), Kernel: v(2), FileMapped: n(0), ActiveFile: v(10), InactiveFile: v(10), FileDirty: n(0), FileWriteback: n(0), PgScan: n(0), PgSteal: n(0), WorkingsetRefaultAnon: n(0), WorkingsetRefaultFile: n(0), PgFault: v(3), PgMajFault: v(1)}
	if i%3 == 0 {
		s.IO.Devices = []cgroupfs.IODevice{{Major: 254, ReadBytes: v(5), WriteBytes: n(0), ReadOps: v(1), WriteOps: n(0)}}
	}
	s.PIDs = cgroupfs.PIDsSample{Current: n(9), Max: cgroupfs.Max(), Peak: n(11), EventsMax: n(0), Processes: n(3)}
	line := cgroupfs.StallPSI{TotalNanos: v(1000), Avg10: cgroupfs.Hundredths(1234)}
	stall := cgroupfs.Stall{Some: line, Full: line}
	s.Pressure = cgroupfs.PressureSample{CPU: stall, Memory: stall, IO: stall}
	f.snap.Cgroups = append(f.snap.Cgroups, cg)
	return int(i)
}

func (f *fakeNode) network(namespace uint64, names ...string) stats.Network {
	s := stats.Network{Time: testTime(), Namespace: namespace, Default: names[0]}
	for i, name := range names {
		s.Interfaces = append(s.Interfaces, stats.Interface{Name: name, RxBytes: uint64(i+1) << 33, RxPackets: 3, RxErrors: 1, RxDropped: 2, TxBytes: uint64(i+1) << 32, TxPackets: 4, TxErrors: 5, TxDropped: 6})
	}
	return s
}

func (f *fakeNode) node() *expo.Node {
	machine := &stats.Machine{Cores: n(2), PhysicalCores: n(2), Sockets: n(1), MemoryBytes: n(8 << 30), SwapBytes: n(1 << 30), ID: "54de00b6", SystemUUID: "54de", BootID: "42309d1f", KernelVersion: "6.1.0-56", OSVersion: "Debian GNU/Linux 12 (bookworm)"}
	return &expo.Node{Snapshot: &f.snap, Pods: f.pods, Storage: &f.disks, Machine: machine, Now: testTime().Add(3 * time.Second)}
}

func (f *fakeNode) summary() *summary.Summary {
	var s summary.Summary
	summary.Build(&s, &f.snap, f.pods, nil)
	return &s
}
