package stats_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
)

// fakeCollector is a Collector of a node with one pod; a real program gives
// stats.New what cgroupfs.Detect returns.
func fakeCollector() (c *stats.Collector, tree *cgroupfstest.Tree, remove func()) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	tree = cgroupfstest.New(cgroupfstest.In(dir))
	tree.Put("kubepods.slice/kubepods-poduid1.slice", cgroupfstest.Usage{CPU: 5 * time.Second, Memory: 64 << 20, InactiveFile: 16 << 20})
	h, err := cgroupfs.Open(tree.Root())
	if err != nil {
		panic(err)
	}
	c, err = stats.New(h, &stats.Options{Root: tree.Host(), Now: tree.Now})
	if err != nil {
		panic(err)
	}
	return c, tree, func() { c.Close(); os.RemoveAll(dir) }
}

func ExampleCollector_Collect() {
	c, tree, remove := fakeCollector()
	defer remove()
	var s stats.Snapshot
	for range 2 {
		if err := c.Collect(context.Background(), &s); err != nil {
			panic(err)
		}
		for i := range s.Cgroups {
			if cg := &s.Cgroups[i]; cg.Kind == stats.KindPod {
				fmt.Println(cg.PodUID, "working set", cg.Memory.WorkingSetBytes, "rate", cg.CPU.UsageNanoCores, "over", cg.CPU.Window)
			}
		}
		tree.Advance(10 * time.Second)
		tree.Put("kubepods.slice/kubepods-poduid1.slice", cgroupfstest.Usage{CPU: 6 * time.Second, Memory: 64 << 20, InactiveFile: 16 << 20})
	}
	// Output:
	// uid1 working set 50331648 rate absent over 0s
	// uid1 working set 50331648 rate 100000000 over 10s
}

func ExampleCollector_Fresh() {
	c, tree, remove := fakeCollector()
	defer remove()
	a, _ := c.Fresh(context.Background(), 15*time.Second)
	tree.Advance(10 * time.Second)
	b, _ := c.Fresh(context.Background(), 15*time.Second) // young enough
	tree.Advance(10 * time.Second)
	d, _ := c.Fresh(context.Background(), 15*time.Second)
	fmt.Println(a.Generation, b.Generation, d.Generation)
	// Output: 1 1 2
}

func ExampleCollector_Run() {
	c, _, remove := fakeCollector()
	defer remove()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- c.Run(ctx, 10*time.Second) }() // the embedder's goroutine, not the library's
	s, _ := c.Fresh(ctx, time.Minute)
	fmt.Println(len(s.Cgroups) > 0)
	cancel()
	fmt.Println(<-done)
	// Output:
	// true
	// context canceled
}

func ExampleCollector_SetMetrics() {
	c, _, remove := fakeCollector()
	defer remove()
	c.SetMetrics(cgroupfs.CPU) // memory files are not read any more
	s, _ := c.Fresh(context.Background(), 0)
	fmt.Println(s.Metrics, s.Cgroups[0].Memory.UsageBytes)
	// Output: CPU absent
}

func ExampleCollector_Cost() {
	c, _, remove := fakeCollector()
	defer remove()
	r, err := c.Cost(context.Background())
	if err != nil {
		panic(err)
	}
	for _, class := range r.Classes { // their Time, KernelTime and Share too, but for the clock of this fake
		if class.Files > 0 {
			fmt.Println(class.Metric, "files:", class.Files, "opened:", class.Opened, "bytes:", class.Bytes)
		}
	}
	// Output:
	// CPU files: 1 opened: 1 bytes: 96
	// Memory files: 3 opened: 3 bytes: 78
	// MemoryLimits files: 1 opened: 1 bytes: 4
	// CPULimits files: 1 opened: 1 bytes: 11
	// PIDs files: 1 opened: 1 bytes: 2
	// Processes files: 1 opened: 1 bytes: 0
}

func ExampleIdentify() {
	id := stats.Identify("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod8c0d6e70_11aa_4bcd_8def_00112233aabb.slice", "")
	fmt.Println(id.Kind, id.QoS, id.PodUID)
	// Output: pod Burstable 8c0d6e70-11aa-4bcd-8def-00112233aabb
}

func ExampleRate() {
	prev := stats.Counter{Value: cgroupfs.Number(1_000_000_000), At: 0}
	cur := stats.Counter{Value: cgroupfs.Number(3_000_000_000), At: 10 * time.Second}
	fmt.Println(stats.Rate(prev, cur))
	fmt.Println(stats.Rate(cur, stats.Counter{Value: cgroupfs.Number(5), At: 20 * time.Second})) // it went back
	// Output:
	// 200000000
	// absent
}
