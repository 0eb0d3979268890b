package fake

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
)

// A node is a folder, and a pod is a path in it: the names are those that
// kubelet and containerd give their cgroups with the systemd driver. From them
// alone the collector knows the pod's UID and the container's ID.
const (
	uid       = "3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b"
	id        = "638153e231f5791a7d99c7b77638780d44400ee929e84db158320c93469e7ef1"
	pod       = "kubepods.slice/kubepods-pod3f9a1c2e_7b41_4d0e_9a55_0c1d2e3f4a5b.slice"
	container = pod + "/cri-containerd-" + id + ".scope"
)

// watch makes an agent of a node.
func watch(t *testing.T, node *cgroupfstest.Tree) *Agent {
	t.Helper()
	// The real reader reads the fake files. Nothing is mocked but the clock,
	// which stands still until the test moves it: no test sleeps.
	agent, err := NewAgent(node.Root(), node.Now, Limits{Cores: 1.5, MemoryPercent: 90})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { agent.Close() })
	return agent
}

// expect checks the node and compares what is wrong.
func expect(t *testing.T, agent *Agent, reasons ...string) {
	t.Helper()
	alerts, err := agent.Check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var want []Alert
	for _, reason := range reasons {
		want = append(want, Alert{PodUID: uid, ContainerID: id, Reason: reason})
	}
	if !slices.Equal(alerts, want) {
		t.Errorf("alerts: %v, want %v", alerts, want)
	}
}

func TestBusyContainer(t *testing.T) {
	node := cgroupfstest.New(t)
	// Put writes the files that a kernel would have for such a cgroup.
	node.Put(pod, cgroupfstest.Usage{Memory: 64 << 20})
	node.Put(container, cgroupfstest.Usage{CPU: time.Hour, Memory: 64 << 20})
	agent := watch(t, node)

	// An hour of CPU time, but since when? One reading of a counter is no rate.
	expect(t, agent)

	// Twenty seconds of CPU time in ten seconds are two cores.
	node.Advance(10 * time.Second)
	node.Put(container, cgroupfstest.Usage{CPU: time.Hour + 20*time.Second, Memory: 64 << 20})
	expect(t, agent, "busy")

	// Ten more are one core.
	node.Advance(10 * time.Second)
	node.Put(container, cgroupfstest.Usage{CPU: time.Hour + 30*time.Second, Memory: 64 << 20})
	expect(t, agent)
}

func TestFullContainer(t *testing.T) {
	node := cgroupfstest.New(t)
	node.Put(container, cgroupfstest.Usage{Memory: 98 << 20, MemoryLimit: 100 << 20})
	expect(t, watch(t, node), "nearly out of memory")

	// What the kernel takes back without pain does not count.
	node.Put(container, cgroupfstest.Usage{Memory: 98 << 20, InactiveFile: 40 << 20, MemoryLimit: 100 << 20})
	expect(t, watch(t, node))

	// And without a limit there is none to reach.
	node.Put(container, cgroupfstest.Usage{Memory: 98 << 20})
	expect(t, watch(t, node))
}

// A broken file costs what it would have said, and nothing else.
func TestBrokenFile(t *testing.T) {
	node := cgroupfstest.New(t)
	full := cgroupfstest.Usage{CPU: time.Minute, Memory: 98 << 20, MemoryLimit: 100 << 20}
	node.Put(container, full)
	agent := watch(t, node)
	expect(t, agent, "nearly out of memory")

	node.Advance(10 * time.Second)
	full.CPU += 20 * time.Second
	node.Put(container, full)
	node.Write(container+"/cpu.stat", "usage_usec garbage\n") // Truncate and Unreadable break it in other ways
	expect(t, agent, "nearly out of memory")                  // "busy" is not known: neither raised nor taken back to 0

	// What went wrong is in the Snapshot: counted, with examples, and beside
	// the cgroup that it concerns. An agent would log it or count it.
	errs := &agent.snapshot.Errors
	if errs.Parse != 1 || agent.snapshot.Find("/"+container).Err == nil {
		t.Errorf("errors: %+v, want one of parsing", errs)
	}

	// Healed, the rate is there at once: that of all the time since the last
	// good reading, forty seconds of CPU time in twenty.
	node.Advance(10 * time.Second)
	full.CPU += 20 * time.Second
	node.Put(container, full)
	expect(t, agent, "busy", "nearly out of memory")
}

// A container that is made anew under its old name is another one. Its counter
// is higher than the old one was, and still there is no rate between the two.
func TestRecreatedContainer(t *testing.T) {
	node := cgroupfstest.New(t)
	node.Put(container, cgroupfstest.Usage{CPU: time.Second})
	agent := watch(t, node)
	expect(t, agent)

	node.Advance(10 * time.Second)
	node.Recreate(container) // another inode, as from the kernel
	node.Put(container, cgroupfstest.Usage{CPU: time.Hour})
	expect(t, agent)
	if rate := agent.snapshot.Find("/" + container).CPU.UsageNanoCores; !rate.IsAbsent() {
		t.Errorf("a rate of %v across two containers", rate)
	}

	// From its second reading on it has one of its own.
	node.Advance(10 * time.Second)
	node.Put(container, cgroupfstest.Usage{CPU: time.Hour + 16*time.Second})
	expect(t, agent, "busy")
}
