package cgroupfstest_test

import (
	"context"
	"fmt"
	"os"
	"strings"
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

func ExampleTree_PutNetwork() {
	inFolder(func(t cgroupfstest.TB) {
		node := cgroupfstest.New(t)
		pod := "kubepods.slice/kubepods-poduid1.slice"
		node.Put(pod, cgroupfstest.Usage{})
		node.Put(pod+"/cri-containerd-"+strings.Repeat("1", 64)+".scope", cgroupfstest.Usage{PIDs: []int{7}})
		node.PutNetwork(1, cgroupfstest.Network{Namespace: 4026531840, Interfaces: []cgroupfstest.Interface{{Name: "ens3"}}})
		node.PutNetwork(7, cgroupfstest.Network{
			Namespace:  4026532500,
			Interfaces: []cgroupfstest.Interface{{Name: "eth0", RxBytes: 1296, RxPackets: 16}},
			Default:    "eth0",
		})
		h, err := cgroupfs.Open(node.Root())
		if err != nil {
			t.Fatal(err)
		}
		c, err := stats.New(h, &stats.Options{Root: node.Host(), Now: node.Now, Network: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var s stats.Snapshot
		if err := c.Collect(context.Background(), &s); err != nil {
			t.Fatal(err)
		}
		network := &s.Find("/" + pod).Network
		fmt.Println(network.Default, network.Interfaces[0].RxBytes, "hostNetwork:", network.Namespace == s.Node.Network.Namespace)
	})
	// Output: eth0 1296 hostNetwork: false
}

func ExampleTree_PutProcess() {
	inFolder(func(t cgroupfstest.TB) {
		node := cgroupfstest.New(t)
		node.Put("app.service", cgroupfstest.Usage{PIDs: []int{7, 9}})
		node.PutProcess(7, cgroupfstest.Process{Files: 3, Sockets: 2, MaxOpenFiles: 1024})
		node.PutProcess(9, cgroupfstest.Process{Files: 1, Threads: []cgroupfstest.Sched{{Run: time.Second}, {Run: time.Second}}})
		node.PutNetwork(7, cgroupfstest.Network{Namespace: 4026532500, TCP: []int{10, 1, 1}})
		h, err := cgroupfs.Open(node.Root())
		if err != nil {
			t.Fatal(err)
		}
		c, err := stats.New(h, &stats.Options{
			Root: node.Host(), Now: node.Now, Processes: stats.ProcessFiles | stats.ProcessSched | stats.ProcessSockets,
		})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var s stats.Snapshot
		if err := c.Collect(context.Background(), &s); err != nil {
			t.Fatal(err)
		}
		p := s.Find("/app.service").Processes
		fmt.Println(p.FileDescriptors, p.Sockets, p.MaxOpenFiles, p.RunNanos, "established:", p.Network.TCP[1])
	})
	// Output: 6 2 1024 2000000000 established: 2
}

func ExampleTree_PutMachine() {
	inFolder(func(t cgroupfstest.TB) {
		node := cgroupfstest.New(t)
		node.PutMachine(cgroupfstest.Machine{Sockets: 1, CoresPerSocket: 4, ThreadsPerCore: 2, Memory: 8 << 30, ID: "54de00b642244ac696fab2c83d961721"})
		m, err := stats.ReadMachine(node.Host())
		fmt.Println(m.Cores, m.PhysicalCores, m.MemoryBytes, m.SystemUUID, err)
	})
	// Output: 8 4 8589934592 54de00b642244ac696fab2c83d961721 <nil>
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
