package stats_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An incarnation is one life of a path. Each is marked by limits that no other
// has; until they are set there are none.
type incarnation struct {
	path  string
	inode uint64
}

// A truth is what the one who makes the cgroups knows of an incarnation.
type truth struct {
	mark   uint64
	worked bool // a process was in it
}

// marks are the limits that tell mark. In a hybrid host each is in a
// hierarchy of its own. In v1 the quota of a child may not be above its
// parent's, which is older.
var marks = [...]struct {
	controller string
	files      [2]string // of v1 and of v2
	text       func(mark uint64) string
	value      func(*cgroupfs.Sample) cgroupfs.Value
	want       func(mark uint64) cgroupfs.Value
}{
	{
		"memory", [2]string{"memory.limit_in_bytes", "memory.max"},
		func(mark uint64) string { return fmt.Sprint(memoryMark(mark)) },
		func(s *cgroupfs.Sample) cgroupfs.Value { return s.Memory.Max },
		func(mark uint64) cgroupfs.Value { return cgroupfs.Number(memoryMark(mark)) },
	},
	{
		"pids", [2]string{"pids.max", "pids.max"},
		func(mark uint64) string { return fmt.Sprint(1000 + mark) },
		func(s *cgroupfs.Sample) cgroupfs.Value { return s.PIDs.Max },
		func(mark uint64) cgroupfs.Value { return cgroupfs.Number(1000 + mark) },
	},
	{
		"cpu", [2]string{"cpu.cfs_quota_us", "cpu.max"},
		func(mark uint64) string { return fmt.Sprint(1_000_000 - mark) },
		func(s *cgroupfs.Sample) cgroupfs.Value { return s.CPU.QuotaNanos },
		func(mark uint64) cgroupfs.Value { return cgroupfs.Number(1000 * (1_000_000 - mark)) },
	},
}

// memoryMark is in whole pages, and far more than anybody uses.
func memoryMark(mark uint64) uint64 { return 1<<32 + mark*uint64(os.Getpagesize()) }

// A churner makes and removes cgroups under few names.
type churner struct {
	*liveNode
	mounts [2][]*livetest.Mount // the master first, and last
	worker *livetest.Process
	made   uint64
	truth  map[incarnation]truth
	alive  map[string]bool
}

func newChurner(n *liveNode) *churner {
	c := &churner{liveNode: n, truth: make(map[incarnation]truth), alive: make(map[string]bool)}
	master := n.At(n.h.Root())
	others := n.Others(master)
	c.mounts = [2][]*livetest.Mount{append([]*livetest.Mount{master}, others...), append(others, master)}
	n.make("home")
	c.worker = n.Start(n.Path("home"))
	return c
}

// churn makes one incarnation, in place of an earlier one. Now and then a
// process works in it, or it has a child. What is made in which order is
// different every time; removed is the master first, as a cgroup whose master
// lives is alive.
func (c *churner) churn() {
	i := c.made
	name := fmt.Sprintf("churn%d", i%7)
	c.gone(name + "/child")
	c.gone(name)
	c.born(name, c.mounts[i%2], i%16 == 6)
	if i%4 == 0 {
		if v2 := c.V2(); v2 != nil {
			v2.Enable(c.Path(name))
		}
		c.born(name+"/child", c.mounts[i/4%2], false)
	}
}

func (c *churner) gone(name string) {
	if !c.alive[name] {
		return
	}
	for _, m := range c.mounts[0] {
		m.Remove(c.Path(name))
	}
	delete(c.alive, name)
}

func (c *churner) born(name string, mounts []*livetest.Mount, work bool) {
	path := c.Path(name)
	c.made++
	for _, m := range mounts {
		m.Make(path)
		for _, mark := range marks {
			if c.For(mark.controller) == m {
				file := mark.files[0]
				if m.IsV2() {
					file = mark.files[1]
				}
				m.Write(path, file, mark.text(c.made))
			}
		}
	}
	if work {
		usage := c.For("cpuacct")
		if usage == nil {
			usage = c.V2()
		}
		usage.Put(path, c.worker.PID())
		c.worker.Do("cpu 1")
		usage.Put(c.Path("home"), c.worker.PID())
	}
	c.alive[name] = true
	c.truth[incarnation{path, c.At(c.h.Root()).Inode(path)}] = truth{c.made, work}
}

// A witness is what a Collector said of an incarnation in all its rounds.
type witness struct {
	last   uint64 // the round that had it last
	limits [len(marks)]cgroupfs.Value
	usage  cgroupfs.Value // the largest
}

// watch collects until told to stop, and checks what can be checked without
// knowing the truth.
func watch(t *testing.T, n *liveNode, stop <-chan struct{}) map[incarnation]*witness {
	seen := make(map[incarnation]*witness)
	var s stats.Snapshot
	for {
		select {
		case <-stop:
			return seen
		default:
		}
		n.clock.micros.Add(10_000_000)
		if !assert.NoError(t, n.Collect(context.Background(), &s)) {
			return seen
		}
		assert.Zero(t, s.Errors.Total(), s.Errors.Examples)
		for i := range s.Cgroups {
			if cg := &s.Cgroups[i]; strings.HasPrefix(cg.Path, n.Path("churn")) {
				key := incarnation{cg.Path, cg.Inode}
				w := seen[key]
				if w == nil {
					w = &witness{}
					seen[key] = w
					assert.True(t, cg.CPU.UsageNanoCores.IsAbsent(), "%v is new and has the rate %v", key, cg.CPU.UsageNanoCores)
				} else {
					assert.Equal(t, s.Generation-1, w.last, "%v was gone and is back", key)
				}
				w.last = s.Generation
				w.add(t, key, cg)
			}
		}
	}
}

// add keeps the largest of each Value, and sees that limits do not change once
// they are set, and that CPU time does not go back.
func (w *witness) add(t *testing.T, key incarnation, cg *stats.Cgroup) {
	for i, m := range marks {
		v := m.value(&cg.Sample)
		if _, set := v.Get(); !set {
			continue // not yet, or the hierarchy that has it has no such cgroup now
		}
		if _, was := w.limits[i].Get(); was {
			assert.Equal(t, w.limits[i], v, "%v: the limit of %s", key, m.controller)
		}
		w.limits[i] = v
	}
	if now, ok := cg.CPU.UsageCoreNanoSeconds.Get(); ok {
		assert.GreaterOrEqual(t, now, w.usage.Or(0), "%v: CPU time", key)
		w.usage = cg.CPU.UsageCoreNanoSeconds
	}
}

// TestLiveChurn makes thousands of cgroups under the same few names beside a
// Collector, which must never take one for another.
func TestLiveChurn(t *testing.T) {
	count := uint64(2500) // with all descriptors, and with none
	if os.Getenv("NODEGAUGE_VM") != "" && os.Getenv("NODEGAUGE_LONG") == "" {
		count = 250 // an emulated kernel is slow
	}
	for _, files := range []int{0, -1} {
		t.Run(fmt.Sprintf("%d files", files), func(t *testing.T) {
			n := live(t, stats.Options{
				MaxOpenFiles: files, SlowInterval: -1,
				Metrics: cgroupfs.CPU | cgroupfs.CPULimits | cgroupfs.Memory | cgroupfs.MemoryLimits | cgroupfs.PIDs | cgroupfs.PIDLimits,
			})
			c := newChurner(n)
			stop, done := make(chan struct{}), make(chan map[incarnation]*witness)
			go func() { done <- watch(t, n, stop) }()
			t.Cleanup(func() {
				if stop != nil { // the test failed: the Collector is not to outlive it
					close(stop)
					<-done
				}
			})
			for c.made < count {
				c.churn()
			}
			close(stop)
			stop = nil
			seen := <-done
			c.check(seen)

			// What is there in the end is seen, with the limits that it has: in
			// all hierarchies once no file that came late is backed off from.
			s := n.round()
			for range 16 {
				s = n.round()
			}
			require.Equal(t, len(c.alive)+1, len(n.names(s)))
			for name := range c.alive {
				cg := s.Find(n.Path(name))
				require.NotNil(t, cg, name)
				want, ok := c.truth[incarnation{cg.Path, cg.Inode}]
				require.True(t, ok, name)
				for _, m := range marks {
					if c.For(m.controller) != nil {
						require.Equal(t, m.want(want.mark), m.value(&cg.Sample), "%s: the limit of %s", name, m.controller)
					}
				}
			}
			t.Logf("%d cgroups made, %d of them seen in %d rounds", c.made, len(seen), s.Generation)
			require.NotEmpty(t, seen)
		})
	}
}

// check compares what was seen with the truth.
func (c *churner) check(seen map[incarnation]*witness) {
	c.t.Helper()
	for key, w := range seen {
		want, ok := c.truth[key]
		if !assert.True(c.t, ok, "%v never was", key) {
			continue
		}
		for i, m := range marks {
			if !w.limits[i].IsAbsent() {
				assert.Equal(c.t, m.want(want.mark), w.limits[i], "%v: the limit of %s", key, m.controller)
			}
		}
		if !want.worked {
			assert.Zero(c.t, w.usage.Or(0), "%v: CPU time without a process", key)
		}
	}
}
