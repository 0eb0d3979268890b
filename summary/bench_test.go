package summary_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

// A fullNode is a node of which all is known: pods with a sandbox and two
// containers each, all with pressure, a network and disks.
type fullNode struct {
	snap  stats.Snapshot
	pods  []summary.Pod
	disks storage.Snapshot
	at    time.Time
}

func newFullNode(pods int) *fullNode {
	n := &fullNode{at: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)}
	n.cgroup(stats.Info{Path: "/", Identity: stats.Identity{Kind: stats.KindRoot}})
	n.cgroup(stats.Info{Path: "/kubepods", Identity: stats.Identity{Kind: stats.KindKubepods}})
	n.snap.Node.CPU, n.snap.Node.Memory = n.snap.Cgroups[0].CPU, n.snap.Cgroups[0].Memory
	n.snap.Node.Network = n.network("ens3", "cni0")
	n.disks.Node = disk(1 << 30)
	n.disks.Image = storage.Filled{FS: disk(1 << 31), Used: used(1<<33, 1)}
	n.disks.Container = n.disks.Image
	for i := range pods {
		n.pod(fmt.Sprintf("%08x-0000-4000-8000-000000000000", i), i)
	}
	return n
}

func (n *fullNode) pod(uid string, i int) {
	p := summary.Pod{UID: uid, Namespace: fmt.Sprintf("team-%d", i%20), Name: fmt.Sprintf("web-%d", i), CreatedAt: n.at.Add(-time.Duration(i) * time.Minute)}
	dir := "/kubepods/pod" + uid
	n.cgroup(stats.Info{Path: dir, Identity: stats.Identity{Kind: stats.KindPod, PodUID: uid}}).Network = n.network("eth0")
	folder := storage.Pod{
		UID: uid, EtcHosts: used(4096, 1), Logs: used(0, 1),
		Volumes: []storage.Volume{volume("empty-dir", "data", 1<<30, 1<<20, 1), volume("projected", "kube-api-access", 1<<20, 12288, 1)},
	}
	for k, name := range []string{"", "server", "sidecar"} {
		c := summary.Container{ID: fmt.Sprintf("%064x", 3*i+k), Name: name, Kind: summary.KindContainer, CreatedAt: p.CreatedAt}
		if name == "" {
			c.Kind = summary.KindSandbox
		}
		n.cgroup(stats.Info{Path: dir + "/" + c.ID, Identity: stats.Identity{Kind: stats.KindContainer, PodUID: uid, ContainerID: c.ID}})
		p.Containers = append(p.Containers, c)
		if name != "" {
			folder.Containers = append(folder.Containers, storage.Logs{Name: name, Used: used(1<<20, 1)})
			n.disks.Layers = append(n.disks.Layers, storage.Layer{ContainerID: c.ID, Filled: storage.Filled{FS: disk(1 << 31), Used: used(20480, 1)}})
		}
	}
	n.pods = append(n.pods, p)
	n.disks.Pods = append(n.disks.Pods, folder)
}

// cgroup adds one that was read up to a second after the first, as a round is.
func (n *fullNode) cgroup(info stats.Info) *stats.Cgroup {
	at := n.at.Add(time.Duration(len(n.snap.Cgroups)) * 400 * time.Microsecond)
	v := func(m int) cgroupfs.Value { return cgroupfs.Number(uint64(m * (1e6 + len(n.snap.Cgroups)))) }
	cg := stats.Cgroup{
		Info:         &info,
		CPU:          stats.CPU{Time: at, UsageCoreNanoSeconds: v(1e6), UsageNanoCores: v(10)},
		Memory:       stats.Memory{Time: at, UsageBytes: v(100), WorkingSetBytes: v(90), AvailableBytes: v(10), RSSBytes: v(80), PageFaults: v(3), MajorPageFaults: v(1)},
		Swap:         stats.Swap{Time: at, SwapUsageBytes: v(1), SwapAvailableBytes: v(2)},
		PressureTime: at,
	}
	line := cgroupfs.StallPSI{TotalNanos: v(1000), Avg10: cgroupfs.Hundredths(1234), Avg60: cgroupfs.Hundredths(50), Avg300: cgroupfs.Hundredths(7)}
	stall := cgroupfs.Stall{Some: line, Full: line}
	cg.Sample.Pressure = cgroupfs.PressureSample{CPU: stall, Memory: stall, IO: stall}
	cg.Sample.PIDs.Current, cg.Sample.PIDs.Processes = cgroupfs.Number(9), cgroupfs.Number(3)
	n.snap.Cgroups = append(n.snap.Cgroups, cg)
	return &n.snap.Cgroups[len(n.snap.Cgroups)-1]
}

func (n *fullNode) network(names ...string) stats.Network {
	s := stats.Network{Time: n.at, Namespace: uint64(len(n.snap.Cgroups)), Default: names[0]}
	for i, name := range names {
		s.Interfaces = append(s.Interfaces, stats.Interface{Name: name, RxBytes: uint64(i+1) << 33, TxBytes: uint64(i+1) << 32})
	}
	return s
}

func (n *fullNode) options() *summary.Options {
	return &summary.Options{NodeName: "node-1", Storage: &n.disks}
}

func TestFullNodeIsBuiltWithoutAllocating(t *testing.T) {
	n := newFullNode(50)
	n.snap.Node.OwnCgroup = n.snap.Cgroups[1].Path
	var s summary.Summary
	var text []byte
	round := func() {
		summary.Build(&s, &n.snap, n.pods, n.options())
		text = s.AppendJSON(text[:0])
	}
	round()
	require.Zero(t, testing.AllocsPerRun(10, round))
	requireEncodingJSON(t, &s)
	requireSurvivesDecoding(t, text)
	require.Len(t, s.Pods, 50)
	last := &s.Pods[49]
	require.NotZero(t, last.Network.RxBytes)
	require.NotZero(t, last.EphemeralStorage.UsedBytes)
	require.NotZero(t, last.Containers[1].Logs.UsedBytes)
	require.NotZero(t, last.IO)
}

// BenchmarkBuildAndAppendJSON is 1,000 containers in 500 pods, of which all is
// known.
func BenchmarkBuildAndAppendJSON(b *testing.B) {
	n := newFullNode(500)
	var s summary.Summary
	var text []byte
	o := n.options()
	summary.Build(&s, &n.snap, n.pods, o)
	text = s.AppendJSON(text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		summary.Build(&s, &n.snap, n.pods, o)
		text = s.AppendJSON(text[:0])
	}
	b.ReportMetric(float64(len(n.snap.Cgroups)*b.N)/b.Elapsed().Seconds(), "cgroups/s")
}
