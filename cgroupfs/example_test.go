package cgroupfs_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
)

// fakeNode makes a node with one service; a real program calls
// cgroupfs.Detect.
func fakeNode() (tree *cgroupfstest.Tree, remove func()) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	tree = cgroupfstest.New(cgroupfstest.In(dir))
	tree.Put("system.slice/sshd.service", cgroupfstest.Usage{CPU: 1500 * time.Millisecond, Memory: 8 << 20})
	return tree, func() { os.RemoveAll(dir) }
}

func Example() {
	tree, remove := fakeNode()
	defer remove()
	h, err := cgroupfs.Open(tree.Root())
	if err != nil {
		panic(err)
	}
	defer h.Close()
	g, err := h.Group("/system.slice/sshd.service")
	if err != nil {
		panic(err)
	}
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	if err := g.Read(&s, cgroupfs.DefaultMetrics, &buf); err != nil {
		panic(err)
	}
	fmt.Println("CPU ns:", s.CPU.UsageNanos)
	fmt.Println("memory:", s.Memory.Current)
	fmt.Println("limit:", s.Memory.Max)
	fmt.Println("peak:", s.Memory.Peak)
	// Output:
	// CPU ns: 1500000000
	// memory: 8388608
	// limit: max
	// peak: absent
}

func ExampleDetect() {
	h, err := cgroupfs.Detect()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, cgroupfs.ErrNoHierarchy) {
		fmt.Println("nothing to read here")
		return
	}
	if err != nil {
		panic(err)
	}
	defer h.Close()
	fmt.Println(h.Version(), "below", h.Root())
}

func ExampleOpen() {
	// A host's cgroups as a container sees them, or a copy of a host.
	tree, remove := fakeNode()
	defer remove()
	h, err := cgroupfs.Open(tree.Root())
	if err != nil {
		panic(err)
	}
	defer h.Close()
	fmt.Println(h.Version(), "live:", h.Live())
	// Output: v2 live: false
}

func ExampleHierarchy_Group() {
	tree, remove := fakeNode()
	defer remove()
	h, err := cgroupfs.Open(tree.Root())
	if err != nil {
		panic(err)
	}
	defer h.Close()
	_, err = h.Group("/no/such.service")
	fmt.Println(errors.Is(err, os.ErrNotExist))
	_, err = h.Group("/../../system.slice") // as /proc/self/cgroup may say
	fmt.Println(errors.Is(err, cgroupfs.ErrOutside))
	// Output:
	// true
	// true
}

func ExampleGroup_Read_removed() {
	tree, remove := fakeNode()
	defer remove()
	h, err := cgroupfs.Open(tree.Root())
	if err != nil {
		panic(err)
	}
	defer h.Close()
	g, err := h.Group("/system.slice/sshd.service")
	if err != nil {
		panic(err)
	}
	tree.Recreate("system.slice/sshd.service") // restarted: the same name, another cgroup
	var s cgroupfs.Sample
	err = g.Read(&s, cgroupfs.CPU, new(cgroupfs.Buffer))
	fmt.Println(errors.Is(err, cgroupfs.ErrRemoved))
	// Output: true
}

func ExampleGroup_Processes() {
	tree, remove := fakeNode()
	defer remove()
	tree.Put("system.slice/sshd.service", cgroupfstest.Usage{PIDs: []int{977, 1021}})
	h, err := cgroupfs.Open(tree.Root())
	if err != nil {
		panic(err)
	}
	defer h.Close()
	g, err := h.Group("/system.slice/sshd.service")
	if err != nil {
		panic(err)
	}
	fmt.Println(g.Processes(nil, new(cgroupfs.Buffer)))
	// Output: [977 1021] <nil>
}

func ExampleHierarchy_Own() {
	h, err := cgroupfs.Detect()
	if err != nil {
		return
	}
	defer h.Close()
	if own, err := h.Own(); err == nil && own != "" {
		fmt.Println("this process is in", own)
	}
}

func ExampleValue() {
	for _, v := range []cgroupfs.Value{{}, cgroupfs.Number(0), cgroupfs.Number(7), cgroupfs.Max()} {
		n, ok := v.Get()
		fmt.Println(v, n, ok)
	}
	// Output:
	// absent 0 false
	// 0 0 true
	// 7 7 true
	// max 0 false
}

func ExampleMetricSet() {
	want := cgroupfs.DefaultMetrics&^cgroupfs.IO | cgroupfs.PressureIRQ
	fmt.Println(want.Has(cgroupfs.Memory), want.Has(cgroupfs.IO))
	fmt.Println(want.Slow())
	// Output:
	// true false
	// CPULimits|MemoryLimits|MemoryEvents|PIDLimits
}
