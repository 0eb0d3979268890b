package stats_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

const (
	pod  = "kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podaaaa_bbbb.slice"
	ctr1 = pod + "/cri-containerd-1111111111111111111111111111111111111111111111111111111111111111.scope"
	ctr2 = pod + "/cri-containerd-2222222222222222222222222222222222222222222222222222222222222222.scope"
)

func collector(t testing.TB, tree *cgroupfstest.Tree, o stats.Options) *stats.Collector {
	t.Helper()
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	o.Root = tree.Host()
	if o.Now == nil {
		o.Now = tree.Now
	}
	c, err := stats.New(h, &o)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func collect(t testing.TB, c *stats.Collector) *stats.Snapshot {
	t.Helper()
	s := new(stats.Snapshot)
	require.NoError(t, c.Collect(context.Background(), s))
	return s
}

func node(t testing.TB) *cgroupfstest.Tree {
	tree := cgroupfstest.New(t)
	proc(tree)
	tree.Put("", cgroupfstest.Usage{CPU: 100 * time.Second, Memory: 400 << 10, Anon: 300 << 10, InactiveFile: 50 << 10})
	tree.Put(pod, cgroupfstest.Usage{CPU: 10 * time.Second, Memory: 3000, MemoryLimit: 10000})
	tree.Put(ctr1, cgroupfstest.Usage{CPU: 5 * time.Second, Memory: 2000, Anon: 900, InactiveFile: 500, MemoryLimit: 4000, PIDs: []int{1}})
	return tree
}

func proc(tree *cgroupfstest.Tree) {
	tree.Write("proc/stat", "cpu  1 2 3 4 0 0 0 0 0 0\ncpu0 1 2 3 4 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\nbtime 1767366000\n")
	tree.Write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nSwapTotal: 100 kB\nSwapFree: 60 kB\n")
	tree.Write("proc/loadavg", "0.20 0.18 0.12 1/80 11206\n")
	tree.Write("proc/sys/kernel/pid_max", "4194304\n")
	tree.Write("proc/sys/kernel/threads-max", "95825\n")
}

func TestCollect(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{})
	s := collect(t, c)
	require.Empty(t, s.Errors.Examples)
	require.EqualValues(t, 1, s.Generation)
	require.Equal(t, tree.Now(), s.Time)

	var paths []string
	for i, cg := range s.Cgroups {
		paths = append(paths, cg.Path)
		if cg.Parent >= 0 {
			require.Less(t, cg.Parent, i, "a parent comes before its children")
		}
	}
	require.Equal(t, []string{"/", "/kubepods.slice", "/kubepods.slice/kubepods-burstable.slice", "/" + pod, "/" + ctr1}, paths)

	got := s.Find("/" + ctr1)
	require.Equal(t, stats.KindContainer, got.Kind)
	require.Equal(t, "aaaa-bbbb", got.PodUID)
	require.Equal(t, cgroupfs.Number(5e9), got.CPU.UsageCoreNanoSeconds)
	require.True(t, got.CPU.UsageNanoCores.IsAbsent(), "one point is no rate")
	require.Equal(t, cgroupfs.Number(1500), got.Memory.WorkingSetBytes)
	require.Equal(t, cgroupfs.Number(2500), got.Memory.AvailableBytes)
	require.Equal(t, cgroupfs.Number(900), got.Memory.RSSBytes)
	require.Nil(t, s.Find("/none"))

	n := s.Node
	require.Equal(t, cgroupfs.Number(1000<<10), n.MemTotal)
	require.Equal(t, cgroupfs.Number(350<<10), n.Memory.WorkingSetBytes, "anon plus file minus inactive_file")
	require.Equal(t, cgroupfs.Number(650<<10), n.Memory.AvailableBytes)
	require.Equal(t, cgroupfs.Number(40<<10), n.Swap.SwapUsageBytes)
	require.Equal(t, cgroupfs.Number(60<<10), n.Swap.SwapAvailableBytes)
	require.EqualValues(t, 1767366000, n.BootTime.Unix())
	require.Equal(t, 2, n.CPUs)
	require.Equal(t, cgroupfs.Number(80), n.Tasks)
	require.Equal(t, cgroupfs.Number(95825), n.MaxTasks, "the smaller one")
	require.Equal(t, tree.Now(), n.TasksTime)
	require.Empty(t, n.OwnCgroup)
	require.Zero(t, n.Network, "nobody asked")
	require.Zero(t, s.Find("/"+pod).Network)

	tree.Advance(10 * time.Second)
	tree.Put(ctr1, cgroupfstest.Usage{CPU: 6 * time.Second, PIDs: []int{1}})
	got = collect(t, c).Find("/" + ctr1)
	require.Equal(t, cgroupfs.Number(1e8), got.CPU.UsageNanoCores)
	require.Equal(t, 10*time.Second, got.CPU.Window)
	require.Equal(t, tree.Now(), got.CPU.Time)
}

func TestARecreatedContainerHasNoRate(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{})
	before := collect(t, c).Find("/" + ctr1)
	tree.Advance(10 * time.Second)
	tree.Recreate(ctr1)
	tree.Put(ctr1, cgroupfstest.Usage{CPU: 7 * time.Second, PIDs: []int{1}})
	after := collect(t, c).Find("/" + ctr1)
	require.NotEqual(t, before.Inode, after.Inode)
	require.Equal(t, cgroupfs.Number(7e9), after.CPU.UsageCoreNanoSeconds)
	require.True(t, after.CPU.UsageNanoCores.IsAbsent())
	tree.Advance(10 * time.Second)
	require.Equal(t, cgroupfs.Number(0), collect(t, c).Find("/"+ctr1).CPU.UsageNanoCores)
}

func TestDiscovery(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{})
	require.Nil(t, collect(t, c).Find("/"+ctr2))
	tree.Put(ctr2, cgroupfstest.Usage{})
	tree.Put(ctr2+"/system.slice/nested.service", cgroupfstest.Usage{})
	tree.Put("system.slice/sshd.service", cgroupfstest.Usage{})
	tree.Mkdir("dev-hugepages.mount")
	s := collect(t, c)
	require.NotNil(t, s.Find("/"+ctr2))
	require.Nil(t, s.Find("/"+ctr2+"/system.slice"), "what a container does below its cgroup costs nothing")
	require.Equal(t, stats.KindService, s.Find("/system.slice/sshd.service").Kind)
	require.Nil(t, s.Find("/dev-hugepages.mount"))

	tree.Remove(ctr1)
	tree.Remove("system.slice")
	s = collect(t, c)
	require.Nil(t, s.Find("/"+ctr1))
	require.Nil(t, s.Find("/system.slice"))
	require.NotNil(t, s.Find("/"+ctr2))
	require.Zero(t, s.Errors.Total(), "to be removed is no error")
}

func TestOneBadCgroupDoesNotFailTheNode(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{})
	tree.Write(ctr1+"/memory.stat", "anon garbage\n")
	tree.Unreadable(pod + "/memory.current")
	s := collect(t, c)
	require.Equal(t, 1, s.Errors.Parse)
	require.Equal(t, 1, s.Errors.Other)
	require.Len(t, s.Errors.Examples, 2)
	var parse *cgroupfs.ParseError
	require.ErrorAs(t, s.Find("/"+ctr1).Err, &parse)
	require.Equal(t, cgroupfs.Number(5e9), s.Find("/"+ctr1).CPU.UsageCoreNanoSeconds)
	require.Equal(t, cgroupfs.Number(350<<10), s.Node.Memory.WorkingSetBytes)

	for i := range 20 {
		tree.Write(fmt.Sprintf("bad%d/memory.current", i), "garbage\n")
	}
	s = collect(t, c)
	require.Equal(t, 21, s.Errors.Parse)
	require.Len(t, s.Errors.Examples, 8, "the examples are bounded, the count is not")
	require.Len(t, collect(t, c).Errors.Examples, 8)
}

func TestCollectFailsOnlyWhereNothingCanBeCollected(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, c.Collect(ctx, &stats.Snapshot{}), context.Canceled)
	collect(t, c)
	require.NoError(t, os.RemoveAll(tree.Host()))
	require.ErrorIs(t, c.Collect(context.Background(), &stats.Snapshot{}), cgroupfs.ErrRemoved)
	require.NoError(t, c.Close())
	require.NoError(t, c.Close())
	require.ErrorIs(t, c.Collect(context.Background(), &stats.Snapshot{}), fs.ErrClosed)
	_, err := c.Fresh(context.Background(), time.Hour)
	require.ErrorIs(t, err, stats.ErrClosed)
	require.ErrorIs(t, c.Run(context.Background(), time.Hour), stats.ErrClosed)
}

func TestSlowMetricsAreReadAtFirstSightAndThenNowAndThen(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{SlowInterval: time.Minute})
	limit := func() cgroupfs.Value { return collect(t, c).Find("/" + ctr1).Sample.Memory.Max }
	require.Equal(t, cgroupfs.Number(4000), limit())
	tree.Write(ctr1+"/memory.max", "5000\n")
	tree.Advance(30 * time.Second)
	require.Equal(t, cgroupfs.Number(4000), limit(), "the old one is still told")
	tree.Advance(30 * time.Second)
	require.Equal(t, cgroupfs.Number(5000), limit())
}

func TestSetMetricsForgetsWhatIsNotReadAnyMore(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{})
	collect(t, c)
	c.SetMetrics(cgroupfs.CPU)
	tree.Advance(time.Second)
	s := collect(t, c)
	require.Equal(t, cgroupfs.CPU, s.Metrics)
	got := s.Find("/" + ctr1)
	require.True(t, got.Memory.UsageBytes.IsAbsent())
	require.True(t, got.Sample.Memory.Max.IsAbsent())
	require.False(t, got.CPU.UsageNanoCores.IsAbsent(), "the rate goes on")
}

func TestASnapshotDoesNotChangeWhenTheNextRoundIsTaken(t *testing.T) {
	tree := node(t)
	tree.Write(ctr1+"/io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n")
	c := collector(t, tree, stats.Options{})
	first, err := c.Fresh(context.Background(), 0)
	require.NoError(t, err)
	tree.Advance(time.Second)
	tree.Write(ctr1+"/io.stat", "8:16 rbytes=9 wbytes=9 rios=9 wios=9 dbytes=0 dios=0\n")
	second, err := c.Fresh(context.Background(), 0)
	require.NoError(t, err)
	require.EqualValues(t, 0, first.Find("/" + ctr1).Sample.IO.Devices[0].Minor)
	require.EqualValues(t, 16, second.Find("/" + ctr1).Sample.IO.Devices[0].Minor)
}

func TestFreshTakesARoundOnlyIfTheNewestIsTooOld(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{})
	ctx := context.Background()
	first, err := c.Fresh(ctx, time.Minute)
	require.NoError(t, err)
	tree.Advance(time.Minute)
	same, err := c.Fresh(ctx, time.Minute)
	require.NoError(t, err)
	require.Same(t, first, same)
	tree.Advance(time.Nanosecond)
	next, err := c.Fresh(ctx, time.Minute)
	require.NoError(t, err)
	require.EqualValues(t, 2, next.Generation)
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = c.Fresh(canceled, time.Minute)
	require.ErrorIs(t, err, context.Canceled)
}

// A clock that blocks the leader in its round lets the test say when.
func TestConcurrentAskersShareOneRoundAndALeaderThatGivesUpHandsItOn(t *testing.T) {
	tree := node(t)
	inRound, goOn := make(chan struct{}), make(chan struct{})
	var calls, blockAt atomic.Int64
	now := func() time.Time {
		if calls.Add(1) == blockAt.Load() {
			close(inRound)
			<-goOn
		}
		return tree.Now()
	}
	c := collector(t, tree, stats.Options{Now: now})
	tree.Advance(time.Second)

	ctx, cancel := context.WithCancel(context.Background())
	leader := make(chan error)
	blockAt.Store(calls.Load() + 2) // the first call is the asker's, the second the round's
	go func() {
		_, err := c.Fresh(ctx, 0)
		leader <- err
	}()
	<-inRound
	const askers = 20
	type answer struct {
		s   *stats.Snapshot
		err error
	}
	answers := make(chan answer)
	for range askers {
		go func() {
			s, err := c.Fresh(context.Background(), 0)
			answers <- answer{s, err}
		}()
	}
	cancel()
	close(goOn)
	if err := <-leader; err != nil {
		require.ErrorIs(t, err, context.Canceled)
	}
	rounds := map[uint64]bool{}
	for range askers {
		a := <-answers
		require.NoError(t, a.err)
		rounds[a.s.Generation] = true
	}
	require.LessOrEqual(t, len(rounds), 2, "one round, or one and the leader's")
}

func TestRunTakesRoundsUntilItsContextEnds(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{Now: time.Now})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- c.Run(ctx, time.Millisecond) }()
	for gen := uint64(0); gen < 5; {
		s, err := c.Fresh(ctx, time.Hour) // whatever Run has taken
		require.NoError(t, err)
		gen = s.Generation
	}
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	require.Error(t, c.Run(context.Background(), 0))
}

func TestTwoCollectorsDoNotMeet(t *testing.T) {
	tree := node(t)
	a, b := collector(t, tree, stats.Options{}), collector(t, tree, stats.Options{Metrics: cgroupfs.CPU})
	collect(t, a)
	require.EqualValues(t, 1, collect(t, b).Generation)
	require.NoError(t, a.Close())
	collect(t, b)
}

func TestANodeWithoutProcStillReports(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put("a", cgroupfstest.Usage{CPU: time.Second, Memory: 5})
	s := collect(t, collector(t, tree, stats.Options{}))
	require.True(t, s.Node.MemTotal.IsAbsent())
	require.True(t, s.Node.Swap.SwapUsageBytes.IsAbsent())
	require.True(t, s.Node.Tasks.IsAbsent())
	require.Zero(t, s.Node.TasksTime)
	require.Zero(t, s.Errors.Total())
	require.Equal(t, cgroupfs.Number(5), s.Find("/a").Memory.UsageBytes)
}

func TestNewWithoutARoot(t *testing.T) {
	tree := cgroupfstest.New(t)
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(tree.Host()))
	_, err = stats.New(h, nil)
	require.Error(t, err)
	require.False(t, errors.Is(err, errors.ErrUnsupported))
}

func TestCollectAllocs(t *testing.T) {
	for _, kind := range []struct {
		name string
		make func(cgroupfstest.TB) *cgroupfstest.Tree
	}{{"v2", cgroupfstest.New}, {"v1", cgroupfstest.NewV1}} {
		for _, n := range []int{1, 100} {
			tree := kind.make(t)
			proc(tree)
			for i := range n {
				tree.Put(fmt.Sprintf("a%d", i), cgroupfstest.Usage{CPU: time.Second, Memory: 5})
			}
			c := collector(t, tree, stats.Options{})
			s := requireAllocs(t, tree, c, 3)
			require.Len(t, s.Cgroups, n+1, kind.name)
			// As much where something is shed, and tried now and then.
			budgets := []stats.Budget{{Metrics: cgroupfs.PIDs | cgroupfs.Processes, Share: 1e-12}, {Share: 1}}
			s = requireAllocs(t, tree, collector(t, tree, stats.Options{Budgets: budgets, Now: steps(tree)}), 3)
			require.NotZero(t, s.Shed, kind.name)
			require.Len(t, s.Cgroups, n+1, kind.name)
			got := testing.AllocsPerRun(20, func() { _, _ = c.Fresh(context.Background(), time.Hour) })
			require.Zero(t, got, "%s: an asker of a Fresh round", kind.name)
		}
	}
}

// steps is the tree's clock, and goes on by a microsecond each time it is asked.
func steps(tree *cgroupfstest.Tree) func() time.Time {
	asked := time.Duration(0)
	return func() time.Time {
		asked += time.Microsecond
		return tree.Now().Add(asked)
	}
}

// requireAllocs holds that a steady Collect allocates nothing, and a round of
// Fresh so often at most. It returns the last Snapshot of Collect.
func requireAllocs(t *testing.T, tree *cgroupfstest.Tree, c *stats.Collector, fresh float64) *stats.Snapshot {
	t.Helper()
	ctx := context.Background()
	s := new(stats.Snapshot)
	collect := func() {
		tree.Advance(10 * time.Second)
		if err := c.Collect(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	collect()
	require.Zero(t, testing.AllocsPerRun(20, collect), "Collect of %d cgroups", len(s.Cgroups))
	share := func() {
		tree.Advance(10 * time.Second)
		if _, err := c.Fresh(ctx, 0); err != nil {
			t.Fatal(err)
		}
	}
	share()
	require.LessOrEqual(t, testing.AllocsPerRun(20, share), fresh, "a Fresh round of %d cgroups", len(s.Cgroups))
	return s
}
