package cgroupfs_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/stretchr/testify/require"
)

// sets are choices of metrics that see a cgroup through different files: of
// one hierarchy or of all, kept open or not, some perhaps missing.
var sets = [...]cgroupfs.MetricSet{
	cgroupfs.AllMetrics, cgroupfs.DefaultMetrics, cgroupfs.DefaultMetrics.Slow(), cgroupfs.CPU,
	cgroupfs.Memory, cgroupfs.PIDs, cgroupfs.Processes, cgroupfs.Pressure, cgroupfs.Core, cgroupfs.PerCPU, cgroupfs.ZSwap, 0,
}

// eachWay runs a test with all descriptors kept and with none.
func eachWay(t *testing.T, test func(t *testing.T, host *livetest.Host, h *cgroupfs.Hierarchy, want cgroupfs.MetricSet)) {
	for _, files := range []int{0, -1} {
		for _, want := range sets {
			t.Run(fmt.Sprintf("%d files, metrics %v", files, want), func(t *testing.T) {
				host, h := livetest.New(t), live(t)
				h.SetMaxOpenFiles(files)
				test(t, host, h, want)
			})
		}
	}
}

func requireRemoved(t *testing.T, g *cgroupfs.Group, want cgroupfs.MetricSet) {
	t.Helper()
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	for range 2 {
		err := g.Read(&s, want, &buf)
		require.Equal(t, cgroupfs.ErrRemoved, err)
		require.ErrorIs(t, err, fs.ErrNotExist)
		_, err = g.ChildrenChanged()
		require.Equal(t, cgroupfs.ErrRemoved, err)
		require.Equal(t, cgroupfs.ErrRemoved, g.Children(&buf, func([]byte) {}))
		_, err = g.ModTime()
		require.Equal(t, cgroupfs.ErrRemoved, err)
		_, err = g.Processes(nil, &buf)
		require.Equal(t, cgroupfs.ErrRemoved, err)
	}
}

func TestLiveRemoved(t *testing.T) {
	eachWay(t, func(t *testing.T, host *livetest.Host, h *cgroupfs.Hierarchy, want cgroupfs.MetricSet) {
		path := host.Path("a")
		g := liveGroup(t, host, h, path)
		var s cgroupfs.Sample
		var buf cgroupfs.Buffer
		require.NoError(t, g.Read(&s, want, &buf))
		require.NoError(t, g.Children(&buf, func([]byte) {}))
		host.Remove(path)
		requireRemoved(t, g, want)
		_, err := h.Group(path)
		require.ErrorIs(t, err, fs.ErrNotExist)

		again := liveGroup(t, host, h, path)
		requireRemoved(t, g, want)
		require.NotEqual(t, g.Inode(), again.Inode())
		require.NoError(t, again.Read(&s, want, &buf))
	})
}

// TestLiveRemade removes a cgroup and makes it again between two readings, so
// that the old one's name is never missing.
func TestLiveRemade(t *testing.T) {
	eachWay(t, func(t *testing.T, host *livetest.Host, h *cgroupfs.Hierarchy, want cgroupfs.MetricSet) {
		path := host.Path("a")
		g := liveGroup(t, host, h, path)
		var s cgroupfs.Sample
		var buf cgroupfs.Buffer
		require.NoError(t, g.Read(&s, want, &buf))
		host.Remove(path)
		host.Make(path)
		requireRemoved(t, g, want)
	})
}

// TestLiveMasterRemoved removes the cgroup from the master hierarchy alone.
func TestLiveMasterRemoved(t *testing.T) {
	eachWay(t, func(t *testing.T, host *livetest.Host, h *cgroupfs.Hierarchy, want cgroupfs.MetricSet) {
		g := liveGroup(t, host, h, host.Path("a"))
		var s cgroupfs.Sample
		require.NoError(t, g.Read(&s, want, &cgroupfs.Buffer{}))
		host.At(h.Root()).Remove(g.Path())
		requireRemoved(t, g, want)
	})
}

// A sight is what a Sample shows of something that comes and goes: one Value
// of it, and its epoch if it has one.
type sight struct {
	name  string
	value func(*cgroupfs.Sample) cgroupfs.Value
	epoch func(*cgroupfs.Sample) uint32
}

var (
	ofCPU = sight{"CPU",
		func(s *cgroupfs.Sample) cgroupfs.Value { return s.CPU.UsageNanos },
		func(s *cgroupfs.Sample) uint32 { return s.CPU.Read.Epoch }}
	ofQuota  = sight{"quota", func(s *cgroupfs.Sample) cgroupfs.Value { return s.CPU.QuotaNanos }, nil}
	ofMemory = sight{"memory",
		func(s *cgroupfs.Sample) cgroupfs.Value { return s.Memory.Current },
		func(s *cgroupfs.Sample) uint32 { return s.Memory.Read.Epoch }}
	ofMemoryMax = sight{"memory limit", func(s *cgroupfs.Sample) cgroupfs.Value { return s.Memory.Max }, nil}
	ofPIDsMax   = sight{"pids limit", func(s *cgroupfs.Sample) cgroupfs.Value { return s.PIDs.Max }, nil}
	ofPressure  = sight{"pressure",
		func(s *cgroupfs.Sample) cgroupfs.Value { return s.Pressure.CPU.Some.TotalNanos },
		func(s *cgroupfs.Sample) uint32 { return s.Pressure.Read.Epoch }}
)

// requireReturn switches something off and on under an open Group, again and
// again, with more or fewer readings meanwhile. With no descriptor kept one
// reading at least has to see that it is off.
func requireReturn(t *testing.T, h *cgroupfs.Hierarchy, g *cgroupfs.Group, off, on func(), seen ...sight) {
	t.Helper()
	h.SetMaxOpenFiles(-1)
	requireReturns(t, g, []int{1, 5, 1}, off, on, seen...)
	h.SetMaxOpenFiles(0)
	requireReturns(t, g, []int{0, 1, 2, 5, 100, 1}, off, on, seen...)
}

// requireReturns does it with each number of readings meanwhile, and then reads
// until all is seen again: within what a back-off may skip, which is less than
// it has been off.
func requireReturns(t *testing.T, g *cgroupfs.Group, readings []int, off, on func(), seen ...sight) {
	t.Helper()
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	inode := g.Inode()
	for _, missing := range readings {
		require.NoError(t, g.Read(&s, cgroupfs.AllMetrics, &buf))
		var epochs []uint32
		for _, v := range seen {
			require.False(t, v.value(&s).IsAbsent(), "%s is absent", v.name)
			if v.epoch != nil {
				epochs = append(epochs, v.epoch(&s))
			}
		}
		off()
		for i := range missing {
			require.NoError(t, g.Read(&s, cgroupfs.AllMetrics, &buf))
			for _, v := range seen {
				require.True(t, v.value(&s).IsAbsent(), "%s is %v at reading %d while it is off", v.name, v.value(&s), i)
			}
		}
		on()
		back := func() bool {
			for _, v := range seen {
				if v.value(&s).IsAbsent() {
					return false
				}
			}
			return true
		}
		for reads := 0; ; reads++ {
			require.LessOrEqual(t, reads, min(missing, 64)+1, "not back after %d readings", missing)
			require.NoError(t, g.Read(&s, cgroupfs.AllMetrics, &buf))
			if back() {
				break
			}
		}
		for _, v := range seen {
			if v.epoch != nil {
				require.NotEqual(t, epochs[0], v.epoch(&s), "%s has the same epoch after %d readings without it", v.name, missing)
				epochs = epochs[1:]
			}
		}
		require.Equal(t, inode, g.Inode())
	}
}

// TestLiveSwitchedOff switches controllers of v2 off and on above a cgroup.
func TestLiveSwitchedOff(t *testing.T) {
	host := livetest.New(t)
	v2 := host.V2()
	if v2 == nil {
		t.Skip("no cgroup v2")
	}
	h := live(t)
	host.Make(host.Path("p"))
	g := liveGroup(t, host, h, host.Path("p", "c"))
	tested := 0
	for _, tc := range []struct {
		controller string
		seen       []sight
	}{
		{"memory", []sight{ofMemory, ofMemoryMax}},
		{"pids", []sight{ofPIDsMax}},
		{"cpu", []sight{ofQuota}},
	} {
		if host.For(tc.controller) != v2 {
			continue
		}
		tested++
		requireReturn(t, h, g,
			func() { v2.Write(host.Path("p"), "cgroup.subtree_control", "-"+tc.controller) },
			func() { v2.Write(host.Path("p"), "cgroup.subtree_control", "+"+tc.controller) },
			tc.seen...)
	}
	if tested == 0 {
		t.Skip("no controller in cgroup v2")
	}
}

// TestLiveSwitchedOffPart: what does not need the controller stays, and goes
// on in its epoch.
func TestLiveSwitchedOffPart(t *testing.T) {
	host, h := livetest.New(t), live(t)
	if h.Version() != cgroupfs.V2 || host.For("cpu") == nil || host.For("pids") == nil {
		t.Skip("no cpu and pids controllers in cgroup v2 alone")
	}
	v2, p := host.V2(), host.Path("p")
	host.Make(p)
	g := liveGroup(t, host, h, host.Path("p", "c"))
	var buf cgroupfs.Buffer
	before := read(t, g, &buf)
	v2.Write(p, "cgroup.subtree_control", "-cpu -pids")
	s := read(t, g, &buf)
	require.Equal(t, cgroupfs.Number(0), s.CPU.UsageNanos)
	require.True(t, s.CPU.Periods.IsAbsent())
	require.Equal(t, before.CPU.Read.Epoch, s.CPU.Read.Epoch)
	require.Equal(t, cgroupfs.Number(0), s.PIDs.Current, "counted from cgroup.procs")
	require.True(t, s.PIDs.Max.IsAbsent())
	v2.Write(p, "cgroup.subtree_control", "+cpu +pids")
	require.Equal(t, cgroupfs.Number(0), read(t, g, &buf).CPU.Periods)
}

func TestLivePressureSwitchedOff(t *testing.T) {
	host := livetest.New(t)
	v2 := host.V2()
	if v2 == nil {
		t.Skip("no cgroup v2")
	}
	h := live(t)
	g := liveGroup(t, host, h, host.Path("a"))
	if !v2.Has(g.Path(), "cgroup.pressure") || !v2.Has(g.Path(), "cpu.pressure") {
		t.Skip("no cgroup.pressure before Linux 6.1")
	}
	requireReturn(t, h, g,
		func() { v2.Write(g.Path(), "cgroup.pressure", "0") },
		func() { v2.Write(g.Path(), "cgroup.pressure", "1") },
		ofPressure)
}

// TestLiveSecondaryRemade removes a cgroup from one hierarchy and makes it
// there again, while the master has it all the time.
func TestLiveSecondaryRemade(t *testing.T) {
	host, h := livetest.New(t), live(t)
	if h.Version() == cgroupfs.V2 {
		t.Skip("v2 is one hierarchy")
	}
	g := liveGroup(t, host, h, host.Path("a"))
	master := host.At(h.Root())
	v2 := host.V2()
	for _, tc := range []struct {
		name  string
		mount *livetest.Mount
		seen  sight
	}{
		{"cpuacct", host.For("cpuacct"), ofCPU},
		{"cpu", host.For("cpu"), ofQuota},
		{"pids", host.For("pids"), ofPIDsMax},
		{"memory", host.For("memory"), ofMemory},
		{"unified", v2, ofPressure},
	} {
		if tc.mount == nil || tc.mount == master || tc.mount == v2 && !v2.Has(g.Path(), "cpu.pressure") {
			continue
		}
		t.Run(tc.name, func(t *testing.T) {
			remove, remake := func() { tc.mount.Remove(g.Path()) }, func() { tc.mount.Make(g.Path()) }
			requireReturn(t, h, g, remove, remake, tc.seen)
			h.SetMaxOpenFiles(-1)
			requireReturns(t, g, []int{0}, remove, remake, tc.seen)
		})
	}
	master.Remove(g.Path())
	requireRemoved(t, g, cgroupfs.AllMetrics)
	for _, m := range host.Others(master) {
		require.DirExists(t, m.Dir(g.Path()))
	}
	_, err := h.Group(g.Path())
	require.True(t, errors.Is(err, fs.ErrNotExist), "a cgroup outside the master hierarchy is not seen: %v", err)
}
