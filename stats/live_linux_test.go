package stats_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { livetest.Main(m) }

// A liveClock goes on by a microsecond each time it is asked.
type liveClock struct{ micros atomic.Int64 }

func (c *liveClock) Now() time.Time {
	return time.Unix(1_800_000_000, 0).Add(time.Duration(c.micros.Add(1)) * time.Microsecond)
}

// A liveNode is this machine and a Collector of it, which takes a round each
// ten seconds of its clock: rates are those between one round and the next.
type liveNode struct {
	*livetest.Host
	*stats.Collector
	t     *testing.T
	h     *cgroupfs.Hierarchy
	clock liveClock
}

func live(t *testing.T, o stats.Options) *liveNode {
	t.Helper()
	n := &liveNode{Host: livetest.New(t), t: t}
	n.start(o)
	return n
}

func (n *liveNode) start(o stats.Options) {
	n.t.Helper()
	var err error
	n.h, err = cgroupfs.Detect()
	require.NoError(n.t, err)
	require.True(n.t, n.h.Live())
	o.Now, o.MinWindow = n.clock.Now, 1
	n.Collector, err = stats.New(n.h, &o)
	require.NoError(n.t, err)
	n.t.Cleanup(func() { n.Close() })
}

func (n *liveNode) round() *stats.Snapshot {
	n.t.Helper()
	n.clock.micros.Add(10_000_000)
	return collect(n.t, n.Collector)
}

// names returns the cgroups below the test's own, each by its path from there.
func (n *liveNode) names(s *stats.Snapshot) []string {
	list := []string{}
	for i := range s.Cgroups {
		if below, ok := strings.CutPrefix(s.Cgroups[i].Path, n.Path()+"/"); ok {
			list = append(list, below)
		}
	}
	return list
}

// make makes cgroups, each by its path from the test's own.
func (n *liveNode) make(names ...string) {
	n.t.Helper()
	for _, name := range names {
		n.Make(n.Path(name))
	}
}

func (n *liveNode) remove(names ...string) {
	n.t.Helper()
	for _, name := range names {
		n.Remove(n.Path(name))
	}
}

// usage is a cgroup's CPU time as a rate takes it.
func usage(cg *stats.Cgroup) stats.Counter {
	s := &cg.Sample.CPU
	return stats.Counter{Value: s.UsageNanos, At: s.Read.At, Epoch: s.Read.Epoch}
}

func TestLiveRate(t *testing.T) {
	n := live(t, stats.Options{})
	n.make("a")
	p := n.Start(n.Path("a"))
	p.Do("cpu 20")
	last := n.round().Find(n.Path("a"))
	require.False(t, last.CPU.UsageCoreNanoSeconds.IsAbsent())
	require.True(t, last.CPU.UsageNanoCores.IsAbsent(), "nothing is known at first")
	for range 3 {
		p.Do("cpu 20")
		cg := n.round().Find(n.Path("a"))
		require.Equal(t, stats.Rate(usage(last), usage(cg)), cg.CPU.UsageNanoCores)
		rate, ok := cg.CPU.UsageNanoCores.Get()
		require.True(t, ok)
		require.GreaterOrEqual(t, rate, uint64(1_900_000), "20 ms in somewhat more than 10 s, in cores per billion")
		require.Equal(t, last.Inode, cg.Inode)
		last = cg
	}
}

// TestLiveRemade: under an old name a cgroup is another one, and a rate knows
// nothing of what was there before.
func TestLiveRemade(t *testing.T) {
	n := live(t, stats.Options{})
	n.make("a", "b")
	n.round()
	before := n.round()
	for _, name := range []string{"a", "b"} {
		require.False(t, before.Find(n.Path(name)).CPU.UsageNanoCores.IsAbsent(), name)
	}
	n.remove("a")
	n.make("a")
	p := n.Start(n.Path("a"))
	p.Do("cpu 20") // more than before: the counter does not seem to go back
	s := n.round()
	a, b := s.Find(n.Path("a")), s.Find(n.Path("b"))
	require.NotNil(t, a)
	require.NotEqual(t, before.Find(n.Path("a")).Inode, a.Inode)
	require.True(t, a.CPU.UsageNanoCores.IsAbsent())
	require.Equal(t, cgroupfs.Number(0), b.CPU.UsageNanoCores)
	require.Zero(t, s.Errors.Total(), s.Errors.Examples)
	require.False(t, n.round().Find(n.Path("a")).CPU.UsageNanoCores.IsAbsent())
}

// TestLiveCounterRemade makes the CPU counter anew under a cgroup that stays.
func TestLiveCounterRemade(t *testing.T) {
	n := live(t, stats.Options{})
	m := n.For("cpuacct")
	if m == nil || m == n.At(n.h.Root()) {
		t.Skip("CPU time is not in a hierarchy of its own")
	}
	a := n.Path("a")
	n.make("a")
	n.round()
	before := n.round().Find(a)
	require.Equal(t, cgroupfs.Number(0), before.CPU.UsageNanoCores)

	m.Remove(a)
	m.Make(a)
	n.Start(a).Do("cpu 20")
	cg := n.round().Find(a)
	require.Equal(t, before.Inode, cg.Inode)
	now, ok := cg.CPU.UsageCoreNanoSeconds.Get()
	require.True(t, ok)
	require.Greater(t, now, before.CPU.UsageCoreNanoSeconds.Or(0))
	require.True(t, cg.CPU.UsageNanoCores.IsAbsent(), "a rate across two counters is %v", cg.CPU.UsageNanoCores)
	require.False(t, n.round().Find(a).CPU.UsageNanoCores.IsAbsent())
}

func TestLiveDiscovery(t *testing.T) {
	n := live(t, stats.Options{})
	is := func(want ...string) {
		t.Helper()
		slices.Sort(want)
		s := n.round()
		require.Equal(t, want, n.names(s))
		require.Zero(t, s.Errors.Total(), s.Errors.Examples)
		for i := range s.Cgroups[1:] {
			cg := &s.Cgroups[i+1]
			require.Less(t, cg.Parent, i+1)
			require.True(t, strings.HasPrefix(cg.Path, s.Cgroups[cg.Parent].Path), cg.Path)
		}
	}
	is([]string{}...)
	n.make("a", "b")
	is("a", "b")
	n.remove("a")
	is("b")

	// As many children as before.
	n.remove("b")
	n.make("c")
	is("c")
	n.make("a", "b")
	is("a", "b", "c")
	n.remove("a", "c")
	n.make("d", "a")
	is("a", "b", "d")

	// Three levels at once; then one comes and one goes at each of them.
	n.make("b/1", "b/1/x", "b/1/y", "b/2")
	is("a", "b", "b/1", "b/1/x", "b/1/y", "b/2", "d")
	n.remove("b/1/x", "b/2", "d")
	n.make("b/1/z", "b/3", "b/3/x", "e")
	is("a", "b", "b/1", "b/1/y", "b/1/z", "b/3", "b/3/x", "e")

	// The whole branch goes and comes again; below it is something else.
	n.remove("b/1/y", "b/1/z", "b/1", "b/3/x", "b/3", "b")
	n.make("b", "b/1", "b/1/y", "b/2")
	is("a", "b", "b/1", "b/1/y", "b/2", "e")
	n.remove("b/1/y", "b/1", "b/2", "b", "a", "e")
	is([]string{}...)
}

// TestLiveDescent: what a container makes below its own cgroup is its affair.
func TestLiveDescent(t *testing.T) {
	n := live(t, stats.Options{})
	container := "cri-containerd-" + strings.Repeat("c0de", 16) + ".scope"
	n.make("pod", "pod/"+container, "pod/"+container+"/init.scope")
	want := []string{"pod", "pod/" + container}
	s := n.round()
	require.Equal(t, want, n.names(s))
	require.Equal(t, stats.KindContainer, s.Find(n.Path("pod", container)).Kind)
	n.make("pod/"+container+"/inner", "pod/"+container+"/inner/"+container)
	require.Equal(t, want, n.names(n.round()))
	n.remove("pod/"+container+"/inner/"+container, "pod/"+container+"/inner", "pod/"+container+"/init.scope", "pod/"+container)
	require.Equal(t, want[:1], n.names(n.round()))
}
