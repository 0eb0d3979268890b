package cgroupfstest_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
)

// inFolder stands for a test's *testing.T, which an Example has not.
func inFolder(do func(tb cgroupfstest.TB)) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	do(cgroupfstest.In(dir))
}

func ExampleNew() {
	inFolder(func(t cgroupfstest.TB) {
		node := cgroupfstest.New(t)
		node.Put("system.slice/app.service", cgroupfstest.Usage{CPU: time.Second, Memory: 64 << 20})
		h, err := cgroupfs.Open(node.Root())
		if err != nil {
			t.Fatal(err)
		}
		c, err := stats.New(h, &stats.Options{Root: node.Host(), Now: node.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var s stats.Snapshot
		show := func(what string) {
			if err := c.Collect(context.Background(), &s); err != nil {
				t.Fatal(err)
			}
			app := s.Find("/system.slice/app.service")
			fmt.Println(what, app.CPU.UsageNanoCores, app.Memory.UsageBytes, app.Err != nil)
		}
		show("at first:")
		node.Advance(10 * time.Second)
		node.Put("system.slice/app.service", cgroupfstest.Usage{CPU: 3 * time.Second, Memory: 65 << 20})
		show("10 s later:")
		node.Write("system.slice/app.service/memory.current", "garbage\n")
		show("broken:")
		node.Recreate("system.slice/app.service")
		node.Put("system.slice/app.service", cgroupfstest.Usage{CPU: time.Hour, Memory: 1 << 20})
		show("restarted:")
	})
	// Output:
	// at first: absent 67108864 false
	// 10 s later: 200000000 68157440 false
	// broken: 200000000 absent true
	// restarted: absent 1048576 false
}

func ExampleLoad() {
	inFolder(func(t cgroupfstest.TB) {
		node := cgroupfstest.Load(t, "../../testdata/broken/cpu.stat-garbage.txtar")
		text := func() string {
			b, _ := os.ReadFile(node.Path("a.slice/cpu.stat"))
			return string(b)
		}
		fmt.Print(text())
		node.Advance(10 * time.Second)
		fmt.Print(text())
	})
	// Output:
	// usage_usec 99999999999999999999999
	// usage_usec 5000000
}
