package expo_test

import (
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/stretchr/testify/require"
)

// hostileNode is one on which everything that has a name is called so, and
// something else nearly so.
func hostileNode(name string) *fakeNode {
	f := newFakeNode(1)
	p := &f.pods[0]
	p.Name, p.Namespace = name, name
	for i, other := range []string{name, name, name + "\xff"} {
		p.Containers[i].Name, p.Containers[i].Image = other, other
	}
	for i := range f.snap.Cgroups[1:] {
		cg := &f.snap.Cgroups[i+1]
		cg.Path = "/" + strings.Repeat("x", i+1) + "/" + name
		if cg.Kind == stats.KindContainer {
			cg.Processes = &stats.ProcessStats{FileDescriptors: n(3), MaxOpenFiles: cgroupfs.Max(), RunNanos: n(1), Network: &stats.SocketStats{}}
		}
		cg.Sample.Misc = []cgroupfs.MiscResource{{Name: name, Current: n(1)}}
		cg.Sample.RDMA = []cgroupfs.RDMADevice{{Name: name, HCAHandles: n(1)}}
		cg.Sample.HugeTLB = []cgroupfs.HugePages{{PageSize: 2 << 20, Current: n(1)}, {PageSize: 1 << 30, Current: n(2)}, {PageSize: 64 << 10, Current: n(3)}}
		cg.Sample.Memory.NUMA = []cgroupfs.NUMANode{{Anon: n(4096)}, {Node: 1, Anon: n(8192)}}
		cg.Sample.CPU.PerCPU = make([]cgroupfs.CPUUsage, 12)
		cg.Sample.CPU.PerCPU[11].UsageNanos = n(1)
		cg.Sample.IO.Devices = append(cg.Sample.IO.Devices, cgroupfs.IODevice{Major: 9, SyncBytes: n(1), AsyncBytes: n(2), ReadBytes: n(1)}, cgroupfs.IODevice{Major: 9, Minor: 1, ReadBytes: n(1)})
	}
	for i := range f.snap.Node.Network.Interfaces {
		f.snap.Node.Network.Interfaces[i].Name += name
	}
	f.snap.Node.Disks[2].Name = name
	f.disks.Node.Path, f.disks.Node.Device = name, ""
	return f
}

// FuzzHostileNames: whatever things are called, both texts can be read, no
// series is there twice, and a registry gets the same.
func FuzzHostileNames(f *testing.F) {
	for _, name := range []string{"a", `"`, "\n", `\`, "\xff\xfe", "\"} 1\n# TYPE x counter\nx 2\n", `\xff`, "a,b=\"c\"", " ", "", "\x00", "é"} {
		f.Add(name, uint8(0))
		f.Add(name, uint8(7))
	}
	f.Fuzz(func(t *testing.T, name string, bits uint8) {
		o := &expo.Options{Format: expo.Format(bits & 1)}
		if bits&2 != 0 {
			o.Compat = summary.Kubelet132
		}
		if bits&4 != 0 {
			o.Metrics = cgroupfs.Memory | cgroupfs.Misc
		}
		requireReadable(t, name, o)
	})
}

func TestANameOf4KB(t *testing.T) {
	for _, format := range []expo.Format{expo.Text, expo.OpenMetrics} {
		requireReadable(t, strings.Repeat("x\"\n\xff", 1024), &expo.Options{Format: format, Metrics: cgroupfs.Memory | cgroupfs.IO})
	}
}

func requireReadable(t *testing.T, name string, o *expo.Options) {
	t.Helper()
	node := hostileNode(name)
	resource, cadvisor := printed(t, node, o)
	var p expo.Printer
	requireYields(t, resource, o, func(yield func(*expo.Sample) bool) { p.EachResource(node.summary(), o, yield) })
	requireYields(t, cadvisor, o, func(yield func(*expo.Sample) bool) { p.EachCadvisor(node.node(), o, yield) })
	ids := map[string]bool{}
	for _, s := range cadvisor.all("container_memory_usage_bytes") {
		ids[s.labels["id"]] = true
	}
	want := map[string]bool{}
	for i := range node.snap.Cgroups {
		want[node.snap.Cgroups[i].Path] = true
	}
	require.Len(t, ids, len(want))
}
