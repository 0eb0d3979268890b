package summary_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

// A pod is in podDir(uid), its container x in containerDir(uid, 'x').
func podDir(uid string) string { return "kubepods.slice/kubepods-pod" + uid + ".slice" }

func containerDir(uid string, digit byte) string {
	return podDir(uid) + "/cri-containerd-" + containerID(digit) + ".scope"
}

func containerID(digit byte) string { return strings.Repeat(string(digit), 64) }

func container(digit byte, name string, created time.Time) summary.Container {
	return summary.Container{ID: containerID(digit), Name: name, Kind: summary.KindContainer, CreatedAt: created}
}

// using is a cgroup in which one process uses n of everything.
func using(n uint64) cgroupfstest.Usage {
	return cgroupfstest.Usage{CPU: time.Duration(n) * time.Microsecond, Memory: 2 * n, Anon: n, PageFaults: n, PIDs: []int{int(n)}}
}

// collected is a node's Snapshot after one round.
func collected(t *testing.T, tree *cgroupfstest.Tree) *stats.Snapshot {
	t.Helper()
	var snap stats.Snapshot
	require.NoError(t, collectorOf(t, tree).Collect(context.Background(), &snap))
	return &snap
}

func build(snap *stats.Snapshot, o *summary.Options, pods ...summary.Pod) *summary.Summary {
	var s summary.Summary
	summary.Build(&s, snap, pods, o)
	return &s
}

// listing is the pods and containers of a Summary, each container with its
// page faults.
func listing(s *summary.Summary) string {
	var b strings.Builder
	for _, p := range s.Pods {
		fmt.Fprintf(&b, "%s/%s/%s:", p.PodRef.Namespace, p.PodRef.Name, p.PodRef.UID)
		for _, c := range p.Containers {
			fmt.Fprintf(&b, " %s=%v", c.Name, c.Memory.PageFaults)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestBuildChoosesContainers(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put(podDir("1"), using(100))
	for i, digit := range []byte("abcd") {
		tree.Put(containerDir("1", digit), using(uint64(i+1)))
	}
	tree.Put(containerDir("1", 'e'), cgroupfstest.Usage{Memory: 5, PageFaults: 5}) // nothing runs in it
	tree.Put("system.slice/docker-"+containerID('f')+".scope", using(6))           // in no pod
	snap := collected(t, tree)
	old, young := tree.Now().Add(-time.Hour), tree.Now()
	unknown, sandbox := container('b', "b", old), container('c', "", old)
	unknown.Kind, sandbox.Kind = summary.KindUnknown, summary.KindSandbox

	for _, test := range []struct {
		name       string
		containers []summary.Container
		want       string
	}{
		{"one container", []summary.Container{container('a', "x", old)}, "ns/p/1: x=1\n"},
		{"by name", []summary.Container{container('b', "y", old), container('d', "z", old), container('a', "x", old)}, "ns/p/1: x=1 y=2 z=4\n"},
		{"two of one name, the newest first", []summary.Container{container('a', "x", young), container('b', "x", old)}, "ns/p/1: x=1\n"},
		{"two of one name, the newest last", []summary.Container{container('a', "x", old), container('b', "x", young)}, "ns/p/1: x=2\n"},
		{"the newest of one name has ended", []summary.Container{container('a', "x", old), container('e', "x", young)}, "ns/p/1: x=1\n"},
		{"an ended container", []summary.Container{container('e', "x", old), container('a', "y", old)}, "ns/p/1: y=1\n"},
		{"only an ended container", []summary.Container{container('e', "x", old)}, ""},
		{"a container without a cgroup", []summary.Container{container('9', "x", old), container('a', "y", old)}, "ns/p/1: y=1\n"},
		{"a container of unknown kind", []summary.Container{unknown, container('a', "y", old)}, "ns/p/1: y=1\n"},
		{"a sandbox", []summary.Container{sandbox, container('a', "y", old)}, "ns/p/1: y=1\n"},
		{"only a sandbox", []summary.Container{sandbox}, ""},
		{"a container whose cgroup is outside of the pod's", []summary.Container{container('f', "x", old)}, "ns/p/1: x=6\n"},
		{"no container", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := build(snap, nil, summary.Pod{UID: "1", Namespace: "ns", Name: "p", Containers: test.containers})
			require.Equal(t, test.want, listing(s))
			for _, p := range s.Pods {
				require.Equal(t, cgroupfs.Number(100), p.Memory.PageFaults, "the pod is its cgroup")
				require.Equal(t, cgroupfs.Number(uint64(len(p.Containers))), p.ProcessStats.ProcessCount)
			}
		})
	}
}

func TestBuildLeavesOutAContainerOfAnotherPod(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put(containerDir("1", 'a'), using(1))
	s := build(collected(t, tree), nil, summary.Pod{UID: "2", Containers: []summary.Container{container('a', "x", tree.Now())}})
	require.Empty(t, s.Pods)
}

func TestBuildSortsPods(t *testing.T) {
	tree := cgroupfstest.New(t)
	var pods []summary.Pod
	for i, name := range []string{"b/a/1", "a/b/2", "a/a/4", "a/a/3"} {
		part := strings.Split(name, "/")
		tree.Put(containerDir(part[2], "abcd"[i]), using(uint64(i)))
		pods = append(pods, summary.Pod{Namespace: part[0], Name: part[1], UID: part[2], Containers: []summary.Container{container("abcd"[i], "x", time.Time{})}})
	}
	require.Equal(t, "a/a/3: x=3\na/a/4: x=2\na/b/2: x=1\nb/a/1: x=0\n", listing(build(collected(t, tree), nil, pods...)))
}

// Where tasks are not counted, a container has ended if it neither runs nor
// has memory of its own.
func TestBuildWithoutThePIDsController(t *testing.T) {
	tree := cgroupfstest.New(t)
	busy, idle, ended := using(1), cgroupfstest.Usage{Memory: 5, Anon: 5}, cgroupfstest.Usage{Memory: 5}
	put := func() {
		for digit, u := range map[byte]cgroupfstest.Usage{'a': busy, 'b': idle, 'c': ended} {
			tree.Put(containerDir("1", digit), u)
			tree.Remove(containerDir("1", digit) + "/pids.current")
			tree.Remove(containerDir("1", digit) + "/cgroup.procs")
		}
	}
	put()
	collector := collectorOf(t, tree)
	pod := summary.Pod{UID: "1", Containers: []summary.Container{
		container('a', "a", tree.Now()), container('b', "b", tree.Now()), container('c', "c", tree.Now()),
	}}
	var snap stats.Snapshot
	require.NoError(t, collector.Collect(context.Background(), &snap))
	require.Equal(t, "//1: a=1 b=0 c=0\n", listing(build(&snap, nil, pod)), "no rate is known yet")
	tree.Advance(time.Second)
	busy.CPU += time.Millisecond
	put()
	require.NoError(t, collector.Collect(context.Background(), &snap))
	s := build(&snap, nil, pod)
	require.Equal(t, "//1: a=1 b=0\n", listing(s))
	require.True(t, s.Pods[0].ProcessStats.ProcessCount.IsAbsent())
}

func TestBuildSumsContainersOfAPodWithoutCgroup(t *testing.T) {
	tree := cgroupfstest.New(t)
	limited := using(3)
	limited.MemoryLimit = 1000
	tree.Put("docker/"+containerID('a'), limited)
	tree.Put("docker/"+containerID('b'), using(40))
	tree.Write("docker/"+containerID('a')+"/cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=9\n")
	snap := collected(t, tree)
	pod := summary.Pod{UID: "1", CreatedAt: tree.Now(), Containers: []summary.Container{
		container('a', "a", tree.Now()), container('b', "b", tree.Now()), container('c', "c", tree.Now()),
	}}
	p := build(snap, nil, pod).Pods[0]
	require.Equal(t, tree.Now(), p.StartTime)
	require.Equal(t, summary.CPUStats{Time: tree.Now(), UsageCoreNanoSeconds: cgroupfs.Number(43_000)}, p.CPU)
	require.Equal(t, summary.MemoryStats{
		Time:            tree.Now(), // available is not known: b has no limit
		UsageBytes:      cgroupfs.Number(86),
		WorkingSetBytes: cgroupfs.Number(86),
		RSSBytes:        cgroupfs.Number(43),
		PageFaults:      cgroupfs.Number(43),
		MajorPageFaults: cgroupfs.Number(0),
	}, p.Memory)
	require.Equal(t, summary.SwapStats{Time: tree.Now(), SwapUsageBytes: cgroupfs.Number(0)}, p.Swap)
	require.Equal(t, cgroupfs.Number(2), p.ProcessStats.ProcessCount)
	require.NotZero(t, p.Containers[0].CPU.PSI, "pressure does not add up, but the container's is known")

	pod.Containers = pod.Containers[:1]
	p = build(snap, nil, pod).Pods[0]
	require.Equal(t, cgroupfs.Number(1000-6), p.Memory.AvailableBytes)
}

// A kubelet in a container, with its cgroups below /kubelet, may have a pod
// with the UID of one of the node's.
func TestBuildTakesTheCgroupNearerToTheRoot(t *testing.T) {
	tree := cgroupfstest.New(t)
	nested := "kubelet.slice/kubelet-kubepods.slice"
	tree.Put(nested, using(1))
	tree.Put(nested+"/kubelet-kubepods-pod1.slice", using(2))
	tree.Put(nested+"/kubelet-kubepods-pod1.slice/cri-containerd-"+containerID('a')+".scope", using(3))
	tree.Put("kubepods.slice", using(10))
	tree.Put(podDir("1"), using(20))
	tree.Put(containerDir("1", 'a'), using(30))
	tree.Put("a/"+containerID('a'), using(40)) // nearer, but in no pod
	s := build(collected(t, tree), nil, summary.Pod{UID: "1", Containers: []summary.Container{container('a', "x", tree.Now())}})
	require.Equal(t, cgroupfs.Number(10), s.Node.SystemContainers[0].Memory.PageFaults)
	require.Equal(t, cgroupfs.Number(20), s.Pods[0].Memory.PageFaults)
	require.Equal(t, "//1: x=30\n", listing(s))
}

// Without a memory controller there is no memory, rather than zero memory.
func TestBuildPrintsNothingThatIsNotKnown(t *testing.T) {
	tree := cgroupfstest.New(t)
	at := tree.Now()
	for _, dir := range []string{podDir("1"), containerDir("1", 'a')} {
		tree.Write(dir+"/cpu.stat", "usage_usec 7\n")
		tree.Write(dir+"/cgroup.procs", "1\n")
	}
	s := build(collected(t, tree), nil, summary.Pod{UID: "1", CreatedAt: at, Containers: []summary.Container{container('a', "x", at)}})
	require.Equal(t, `{"podRef":{"name":"","namespace":"","uid":"1"},"startTime":"2026-01-02T15:04:05Z","containers":[`+
		`{"name":"x","startTime":"2026-01-02T15:04:05Z","cpu":{"time":"2026-01-02T15:04:05Z","usageCoreNanoSeconds":7000}}],`+
		`"cpu":{"time":"2026-01-02T15:04:05Z","usageCoreNanoSeconds":7000},"process_stats":{"process_count":1}}]}`,
		strings.SplitN(string(s.AppendJSON(nil)), `"pods":[`, 2)[1])
	require.Zero(t, s.Node.Memory)
	require.Zero(t, s.Node.CPU)
}

// Where no source knows when something began, its cgroup's time is taken.
func TestBuildDatesByTheCgroup(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put(containerDir("1", 'a'), using(1))
	snap := collected(t, tree)
	p := build(snap, nil, summary.Pod{UID: "1", Containers: []summary.Container{container('a', "x", time.Time{})}}).Pods[0]
	require.Equal(t, snap.Find("/"+podDir("1")).CreatedAt, p.StartTime)
	require.Equal(t, snap.Find("/"+containerDir("1", 'a')).CreatedAt, p.Containers[0].StartTime)
	require.NotZero(t, p.StartTime)
}

func TestBuildBeforeTheFirstRound(t *testing.T) {
	var s summary.Summary
	summary.Build(&s, &stats.Snapshot{}, nil, &summary.Options{NodeName: "n"})
	require.Equal(t, `{"node":{"nodeName":"n","startTime":null},"pods":[]}`, string(s.AppendJSON(nil)))
}
