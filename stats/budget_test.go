package stats

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/stretchr/testify/require"
)

// A slowNode is a fake node where each byte that is read of a cgroup takes a
// microsecond.
type slowNode struct {
	*cgroupfstest.Tree
	t *testing.T
	c *Collector
	s Snapshot
}

func newSlowNode(t *testing.T, o Options) *slowNode {
	t.Helper()
	n := &slowNode{Tree: cgroupfstest.New(t), t: t}
	n.Put("", cgroupfstest.Usage{CPU: time.Second, Memory: 5, Anon: 5})
	n.Put("a", cgroupfstest.Usage{CPU: time.Second, Memory: 5, MemoryLimit: 100})
	n.Write("a/memory.events", "oom_kill 1\n")
	n.Write("a/memory.numa_stat", "anon N0=1\n")
	h, err := cgroupfs.Open(n.Root())
	require.NoError(t, err)
	o.Now = func() time.Time {
		if n.c == nil {
			return n.Now()
		}
		return n.Now().Add(time.Duration(n.c.buf.Bytes) * time.Microsecond)
	}
	c, err := New(h, &o)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	n.c = c
	return n
}

// round takes a round some time after the last one began, and returns cgroup a.
func (n *slowNode) round(after time.Duration) *Cgroup {
	n.t.Helper()
	n.Advance(after)
	require.NoError(n.t, n.c.Collect(context.Background(), &n.s))
	require.Zero(n.t, n.s.Errors.Total(), n.s.Errors.Examples)
	require.Equal(n.t, n.c.metrics, n.s.Metrics|n.s.Shed)
	require.Zero(n.t, n.s.Metrics&n.s.Shed)
	return n.s.Find("/a")
}

// long makes a file take some ms.
func long(head, more string, ms int) string {
	return head + strings.Repeat(more, (1000*ms-len(head))/len(more))
}

func TestWhatIsOverItsBudgetIsShedAndComesBack(t *testing.T) {
	n := newSlowNode(t, Options{
		Metrics: cgroupfs.DefaultMetrics | cgroupfs.MemoryNUMA,
		Budgets: []Budget{{Share: 0.001}}, // 10 ms a round
	})
	for range 10 {
		cg := n.round(10 * time.Second)
		require.Zero(t, n.s.Shed)
		require.Len(t, cg.Sample.Memory.NUMA, 1)
	}
	n.Write("a/memory.numa_stat", long("anon N0=1\n", "key N0=1\n", 12))
	reads := 0
	for range 4 {
		cg := n.round(10 * time.Second)
		if n.s.Shed == 0 {
			require.Len(t, cg.Sample.Memory.NUMA, 1)
			reads++
			continue
		}
		require.Equal(t, cgroupfs.MemoryNUMA, n.s.Shed)
		require.Empty(t, cg.Sample.Memory.NUMA)
		require.Equal(t, cgroupfs.Number(5), cg.Memory.UsageBytes, "what is wanted more is read")
		require.Equal(t, cgroupfs.Number(100), cg.Sample.Memory.Max)
		require.Equal(t, cgroupfs.Number(0), cg.CPU.UsageNanoCores)
	}
	require.Equal(t, 3, reads, "two dear ones, and a trial")
	require.EqualValues(t, 1, n.s.Self.Shed)
	require.False(t, n.s.OverBudget)

	n.Write("a/memory.numa_stat", "anon N0=7\n")
	for range 10 {
		cg := n.round(10 * time.Second)
		require.Equal(t, n.s.Shed == 0, len(cg.Sample.Memory.NUMA) == 1, "a trial is told too")
	}
	require.Zero(t, n.s.Shed)
	require.EqualValues(t, 1, n.s.Self.Shed)
}

// TestAShedMetricIsAbsentAndNeverOld has one that is slow: what was kept of it
// is not told.
func TestAShedMetricIsAbsentAndNeverOld(t *testing.T) {
	n := newSlowNode(t, Options{Budgets: []Budget{{cgroupfs.MemoryEvents, 0.001}}}) // 30 ms a read
	n.Write("a/memory.events", long("oom_kill 1\n", "key 1\n", 40))
	shed, trials := 0, 0
	for range 100 {
		cg := n.round(10 * time.Second)
		require.Equal(t, cgroupfs.Number(100), cg.Sample.Memory.Max, "what is slow besides is kept")
		if n.s.Shed == 0 {
			require.Equal(t, cgroupfs.Number(1), cg.Sample.Memory.Events.OOMKill)
			if shed > 0 {
				trials++
			}
			continue
		}
		shed++
		require.Equal(t, cgroupfs.MemoryEvents, n.s.Shed)
		require.True(t, cg.Sample.Memory.Events.OOMKill.IsAbsent())
	}
	require.Positive(t, shed)
	require.Positive(t, trials)
}

func TestSlowMetricsBesideAShedOneAreReadWhenTheyAreDue(t *testing.T) {
	n := newSlowNode(t, Options{Budgets: []Budget{{cgroupfs.MemoryEvents, 0.001}}})
	n.Write("a/memory.events", long("oom_kill 1\n", "key 1\n", 40))
	var reads []int
	for i := range 200 {
		n.Put("a", cgroupfstest.Usage{MemoryLimit: uint64(1000 + i)})
		limit, _ := n.round(10 * time.Second).Sample.Memory.Max.Get()
		if limit == uint64(1000+i) {
			reads = append(reads, i)
		}
	}
	require.Positive(t, n.s.Self.Shed)
	for i := range reads {
		require.Equal(t, 3*i, reads[i], "every 30 s, whatever is shed or tried")
	}
	require.Len(t, reads, 67)
}

func TestCPUAndMemoryAreReadThoughTheyAreOver(t *testing.T) {
	n := newSlowNode(t, Options{Budgets: []Budget{{Share: 1e-9}}})
	var cg *Cgroup
	for range 20 {
		cg = n.round(10 * time.Second)
	}
	require.True(t, n.s.OverBudget)
	require.Equal(t, cgroupfs.Number(5), cg.Memory.UsageBytes)
	require.Equal(t, cgroupfs.Number(0), cg.CPU.UsageNanoCores)
	require.True(t, n.s.Metrics.Has(cgroupfs.CPU|cgroupfs.Memory))
	require.True(t, n.s.Shed.Has(cgroupfs.MemoryEvents))
	n.c.SetMetrics(cgroupfs.CPU | cgroupfs.IOLimits)
	for range 20 {
		n.round(10 * time.Second)
	}
	require.Equal(t, cgroupfs.CPU|cgroupfs.IOLimits, n.s.Metrics, "what has no file costs nothing")
}

func TestSetMetricsWithABudget(t *testing.T) {
	n := newSlowNode(t, Options{Budgets: []Budget{{cgroupfs.MemoryEvents, 0.001}}})
	n.Write("a/memory.events", long("oom_kill 1\n", "key 1\n", 20)) // within 30 ms a read
	for i := range 100 {
		n.c.SetMetrics(cgroupfs.DefaultMetrics | []cgroupfs.MetricSet{cgroupfs.Core, 0}[i%2])
		n.round(time.Second)
		n.round(30 * time.Second)
	}
	require.Zero(t, n.s.Self.Shed, "that all is read again is no reason to shed it")
}

func TestCost(t *testing.T) {
	n := newSlowNode(t, Options{Metrics: cgroupfs.CPU | cgroupfs.Memory | cgroupfs.MemoryLimits, SlowInterval: time.Minute})
	n.round(time.Second)
	n.round(time.Second)
	n.Write("a/memory.max", "1\n")
	n.Write("a/memory.stat", long("anon 1\n", "key 1\n", 3))
	size := func(name string) time.Duration {
		text, err := os.ReadFile(n.Path(name))
		require.NoError(t, err)
		return time.Duration(len(text)) * time.Microsecond
	}
	n.Advance(time.Second)
	r, err := n.c.Cost(context.Background())
	require.NoError(t, err)

	cpu := size("cpu.stat") + size("a/cpu.stat")
	memory := size("memory.stat") + size("a/memory.stat") + size("a/memory.current") + size("a/memory.swap.current")
	limits := size("a/memory.max")
	cost := func(files int, took time.Duration) cgroupfs.Cost {
		return cgroupfs.Cost{Files: uint64(files), Opened: uint64(files), Bytes: uint64(took.Microseconds()), Time: took, ReadTime: took}
	}
	class := map[cgroupfs.MetricSet]ClassCost{}
	for i, c := range r.Classes {
		class[c.Metric] = c
		if i > 0 {
			require.GreaterOrEqual(t, r.Classes[i-1].Time, c.Time, "the dearest first")
		}
	}
	require.Len(t, class, 3)
	require.Equal(t, cost(2, cpu), class[cgroupfs.CPU].Cost)
	require.Equal(t, memory, class[cgroupfs.Memory].Time)
	require.Equal(t, limits, class[cgroupfs.MemoryLimits].Time, "slow ones are read though they are not due")
	require.Equal(t, time.Minute, class[cgroupfs.MemoryLimits].SlowInterval)
	require.Zero(t, class[cgroupfs.CPU].SlowInterval)
	require.Equal(t, cpu+memory+limits, r.Reading.Time)
	require.Equal(t, r.Reading.Time, r.Reading.KernelTime())
	require.Equal(t, r.Reading.Time, r.Duration)
	require.Equal(t, Phases{Reading: r.Duration}, r.Phases)
	require.Equal(t, "/a", r.Groups[0].Path, "the dearest first")
	require.Equal(t, r.Reading, r.Groups[0].Plus(r.Groups[1].Cost))
	require.Zero(t, r.Rest)
	require.Zero(t, r.ClockTime)
	require.Positive(t, r.Clocks)
	require.Zero(t, r.Descriptors)

	memoryLimits := class[cgroupfs.MemoryLimits]
	require.InDelta(t, limits.Seconds()/60, memoryLimits.Share(10*time.Second), 1e-15)
	require.InDelta(t, limits.Seconds()/100, memoryLimits.Share(100*time.Second), 1e-15)
	require.InDelta(t, (cpu+memory).Seconds()/10+limits.Seconds()/60, r.Share(10*time.Second), 1e-15)
	require.Zero(t, r.Share(0))
	require.Zero(t, r.Share(-1))

	s, err := n.c.Fresh(context.Background(), time.Hour)
	require.NoError(t, err)
	require.Equal(t, r.Time, s.Time, "the round is one as any other")
	require.Equal(t, cgroupfs.Number(1), s.Find("/a").Sample.Memory.Max)
	require.Nil(t, n.c.buf.Meter, "later rounds are not timed")
	require.Equal(t, cgroupfs.Number(1), n.round(time.Second).Sample.Memory.Max)
}

func TestCostFails(t *testing.T) {
	n := newSlowNode(t, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := n.c.Cost(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, n.c.costing)
	require.NoError(t, n.c.Close())
	_, err = n.c.Cost(context.Background())
	require.ErrorIs(t, err, ErrClosed)
}

// TestCostOfWhatIsShed reads it once, for the report.
func TestCostOfWhatIsShed(t *testing.T) {
	n := newSlowNode(t, Options{Budgets: []Budget{{cgroupfs.MemoryEvents, 0.001}}})
	n.Write("a/memory.events", long("oom_kill 1\n", "key 1\n", 40))
	for range 40 {
		n.round(10 * time.Second)
	}
	require.Equal(t, cgroupfs.MemoryEvents, n.s.Shed)
	r, err := n.c.Cost(context.Background())
	require.NoError(t, err)
	require.Equal(t, cgroupfs.MemoryEvents, r.Classes[0].Metric)
	require.InDelta(t, 40*time.Millisecond, r.Classes[0].Time, 1e6)
	s, err := n.c.Fresh(context.Background(), time.Hour)
	require.NoError(t, err)
	require.Zero(t, s.Shed)
	require.Equal(t, cgroupfs.Number(1), s.Find("/a").Sample.Memory.Events.OOMKill)
	cg := n.round(10 * time.Second)
	require.Equal(t, cgroupfs.MemoryEvents, n.s.Shed)
	require.True(t, cg.Sample.Memory.Events.OOMKill.IsAbsent(), "it is not told again")
}
