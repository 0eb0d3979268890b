package stats_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

const allOfProcesses = stats.ProcessFiles | stats.ProcessSched | stats.ProcessSockets

// processNode is a node with one pod, of whose containers one has processes 9
// and 12, of which the second is older, and the other none.
func processNode(t testing.TB) *cgroupfstest.Tree {
	tree := cgroupfstest.New(t)
	proc(tree)
	tree.Put("", cgroupfstest.Usage{PIDs: []int{2}})
	tree.Put(pod, cgroupfstest.Usage{})
	tree.Put(ctr1, cgroupfstest.Usage{PIDs: []int{9, 12}})
	tree.Put(ctr2, cgroupfstest.Usage{})
	tree.PutProcess(1, cgroupfstest.Process{Files: 100, MaxOpenFiles: 1 << 20})
	tree.PutProcess(2, cgroupfstest.Process{})
	tree.PutProcess(9, cgroupfstest.Process{
		Started: 2 * time.Second, Files: 3, Sockets: 2, MaxOpenFiles: 11,
		Threads: []cgroupfstest.Sched{{Run: 1, Wait: 2, Timeslices: 3}, {Run: 10, Wait: 20, Timeslices: 30}},
	})
	tree.PutProcess(12, cgroupfstest.Process{Started: time.Second, Files: 1, Sockets: 1, MaxOpenFiles: 12, Threads: []cgroupfstest.Sched{{Run: 100, Wait: 200, Timeslices: 300}}})
	tree.PutNetwork(1, cgroupfstest.Network{Namespace: hostNS, TCP: []int{10, 10, 1}})
	tree.PutNetwork(9, cgroupfstest.Network{Namespace: 5, TCP: []int{9}})
	tree.PutNetwork(12, cgroupfstest.Network{
		Namespace: podNS, TCP: []int{10, 1}, TCP6: []int{11},
		UDP: []cgroupfstest.UDPSocket{{RxQueued: 1, TxQueued: 2, Dropped: 3}, {RxQueued: 10, TxQueued: 20, Dropped: 30}}, UDP6: []cgroupfstest.UDPSocket{{}},
	})
	return tree
}

func TestProcesses(t *testing.T) {
	tree := processNode(t)
	s := collect(t, collector(t, tree, stats.Options{Processes: allOfProcesses}))
	require.Empty(t, s.Errors.Examples)
	n := cgroupfs.Number
	require.Equal(t, &stats.ProcessStats{
		Time: tree.Now(), FileDescriptors: n(7), Sockets: n(3), MaxOpenFiles: n(12), RunNanos: n(111), WaitNanos: n(222), Timeslices: n(333),
		Network: &stats.SocketStats{
			TCP: [12]uint64{10: 1, 1: 1}, TCP6: [12]uint64{11: 1},
			UDP: stats.UDPStats{Listen: 2, Dropped: 33, RxQueued: 11, TxQueued: 22}, UDP6: stats.UDPStats{Listen: 1},
		},
	}, s.Find("/"+ctr1).Processes)
	none := &stats.ProcessStats{Time: tree.Now(), FileDescriptors: n(0), Sockets: n(0), RunNanos: n(0), WaitNanos: n(0), Timeslices: n(0)}
	for _, path := range []string{"/kubepods.slice", "/" + pod, "/" + ctr2} {
		require.Equal(t, none, s.Find(path).Processes, "those of a cgroup below are not its own")
	}
	of1 := *none
	of1.MaxOpenFiles, of1.Network = n(1<<20), &stats.SocketStats{TCP: [12]uint64{1: 1, 10: 2}}
	require.Equal(t, &of1, s.Find("/").Processes, "its own processes, and the limit and the network of process 1")
}

func TestProcessesThatNobodyAskedFor(t *testing.T) {
	tree := processNode(t)
	s := collect(t, collector(t, tree, stats.Options{}))
	for _, cg := range s.Cgroups {
		require.Nil(t, cg.Processes)
	}
	n := cgroupfs.Number
	for kind, want := range map[stats.ProcessSet]stats.ProcessStats{
		stats.ProcessFiles:   {FileDescriptors: n(7), Sockets: n(3), MaxOpenFiles: n(12)},
		stats.ProcessSched:   {RunNanos: n(111), WaitNanos: n(222), Timeslices: n(333)},
		stats.ProcessSockets: {},
	} {
		got := *collect(t, collector(t, tree, stats.Options{Processes: kind})).Find("/" + ctr1).Processes
		require.Equal(t, kind == stats.ProcessSockets, got.Network != nil)
		want.Time, want.Network = tree.Now(), got.Network
		require.Equal(t, want, got)
	}
}

// The kernel lists a process twice that moved away and back meanwhile.
func TestAProcessThatIsListedTwiceIsOne(t *testing.T) {
	tree := processNode(t)
	c := collector(t, tree, stats.Options{Processes: allOfProcesses})
	want := collect(t, c).Find("/" + ctr1).Processes
	tree.Put(ctr1, cgroupfstest.Usage{PIDs: []int{9, 12, 9, 12}})
	require.Equal(t, want, collect(t, c).Find("/"+ctr1).Processes)
	tree.Put(ctr1, cgroupfstest.Usage{PIDs: []int{9, 12}})
	require.Equal(t, want, collect(t, c).Find("/"+ctr1).Processes, "and its time does not go back")
}

// A thread that is seen may end, and its number be another's that is seen too.
func TestANumberOfTwoThreadsInOneRound(t *testing.T) {
	tree := processNode(t)
	c := collector(t, tree, stats.Options{Processes: stats.ProcessSched})
	tree.PutProcess(9, cgroupfstest.Process{Threads: []cgroupfstest.Sched{{Run: 1}, {Run: 5}, {Run: 5}, {Run: 5}}}) // 9 to 12
	before, _ := collect(t, c).Find("/" + ctr1).Processes.RunNanos.Get()
	tree.PutProcess(9, cgroupfstest.Process{Threads: []cgroupfstest.Sched{{Run: 1}, {Run: 5}, {Run: 5}}})
	after, _ := collect(t, c).Find("/" + ctr1).Processes.RunNanos.Get()
	require.GreaterOrEqual(t, after, before)
}

// TestTimeOfThreadsNeverGoesBack ends threads, and gives their numbers to others.
func TestTimeOfThreadsNeverGoesBack(t *testing.T) {
	tree := processNode(t)
	c := collector(t, tree, stats.Options{Processes: stats.ProcessSched})
	run := func(want uint64) {
		t.Helper()
		require.Equal(t, cgroupfs.Number(want), collect(t, c).Find("/"+ctr1).Processes.RunNanos)
	}
	run(111)
	tree.PutProcess(9, cgroupfstest.Process{Threads: []cgroupfstest.Sched{{Run: 5, Wait: 2, Timeslices: 3}}}) // its second ended
	run(115)
	run(115)
	tree.Remove("proc/12")
	tree.Put(ctr1, cgroupfstest.Usage{PIDs: []int{9}})
	run(115)
	tree.Put(ctr1, cgroupfstest.Usage{PIDs: []int{9, 12}})
	tree.PutProcess(12, cgroupfstest.Process{Threads: []cgroupfstest.Sched{{Run: 7}, {Run: 1000}}})
	run(1122)
	tree.PutProcess(12, cgroupfstest.Process{Threads: []cgroupfstest.Sched{{Run: 3}, {Run: 2000}}}) // another one's number
	run(2125)
	tree.Put(ctr1, cgroupfstest.Usage{})
	run(2125)
	tree.Recreate(ctr1)
	tree.Put(ctr1, cgroupfstest.Usage{PIDs: []int{9}})
	run(5)
}

// More sockets than can be read cost the sockets, and nothing else.
func TestTooManySockets(t *testing.T) {
	tree := processNode(t)
	line := "   1: 0100007F:1F90 00000000:0000 06 00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0\n"
	text := strings.Repeat(line, 33<<20/len(line))
	tree.Write("proc/1/net/tcp", text)
	tree.Write("proc/12/net/tcp", text)
	s := collect(t, collector(t, tree, stats.Options{Processes: allOfProcesses}))
	for path, files := range map[string]uint64{"/": 0, "/" + ctr1: 7} {
		cg := s.Find(path)
		require.ErrorContains(t, cg.Err, "more sockets", path)
		require.Nil(t, cg.Processes.Network, path)
		require.Equal(t, cgroupfs.Number(files), cg.Processes.FileDescriptors, path)
		require.False(t, cg.Processes.RunNanos.IsAbsent(), path)
		require.False(t, cg.Processes.MaxOpenFiles.IsAbsent(), path)
	}
	require.Equal(t, 2, s.Errors.Total())
}

func TestANetworkOfManyCgroupsIsReadOnce(t *testing.T) {
	tree := processNode(t)
	tree.Put("a.service", cgroupfstest.Usage{PIDs: []int{20}})
	tree.PutProcess(20, cgroupfstest.Process{})
	tree.PutNetwork(20, cgroupfstest.Network{Namespace: hostNS, TCP: []int{9}}) // were it read it would be another
	s := collect(t, collector(t, tree, stats.Options{Processes: stats.ProcessSockets}))
	a := s.Find("/a.service").Processes.Network
	require.Zero(t, a.TCP[9])
	require.Same(t, s.Find("/").Processes.Network, a)
}

func TestAProcessThatIsNotInProc(t *testing.T) {
	tree := processNode(t)
	c := collector(t, tree, stats.Options{Processes: allOfProcesses})
	tree.Remove("proc/12") // and is in cgroup.procs
	s := collect(t, c)
	got := s.Find("/" + ctr1).Processes
	require.Equal(t, stats.ProcessStats{Time: tree.Now(), MaxOpenFiles: cgroupfs.Number(11), Network: got.Network}, *got, "the sums are not known")
	require.Equal(t, 1, s.Errors.Denied)
	require.ErrorContains(t, s.Errors.Examples[0], "proc does not show all processes")
	require.NoError(t, s.Find("/"+ctr1).Err)

	tree.Write(ctr1+"/cgroup.procs", "11\n0\n") // one of another pid namespace
	s = collect(t, c)
	require.Nil(t, s.Find("/"+ctr1).Processes)
	require.Equal(t, 1, s.Errors.Total())
	require.NotNil(t, s.Find("/"+ctr2).Processes)
}

func TestABadFileOfAProcessHidesNothingElse(t *testing.T) {
	tree := processNode(t)
	tree.Write("proc/9/task/9/schedstat", "x\n")
	tree.Write("proc/12/limits", "Max open files y\n")
	s := collect(t, collector(t, tree, stats.Options{Processes: allOfProcesses}))
	got := s.Find("/" + ctr1)
	require.Equal(t, cgroupfs.Number(7), got.Processes.FileDescriptors)
	require.True(t, got.Processes.RunNanos.IsAbsent())
	require.True(t, got.Processes.MaxOpenFiles.IsAbsent())
	require.NotNil(t, got.Processes.Network)
	require.ErrorContains(t, got.Err, `proc/9/task/9/schedstat:1: "x": not a number`, "the first")
	require.Equal(t, 1, s.Errors.Parse)
}

func TestUnderACgroupWithoutProcsNothingIsKnown(t *testing.T) {
	tree := processNode(t)
	tree.Unreadable(ctr1 + "/cgroup.procs")
	s := collect(t, collector(t, tree, stats.Options{Processes: stats.ProcessFiles, Metrics: cgroupfs.CPU}))
	require.Nil(t, s.Find("/"+ctr1).Processes)
	require.Error(t, s.Find("/"+ctr1).Err)
}

// TestAnEndedProcessDoesNotCount has one whose folder is empty by now.
func TestAnEndedProcessDoesNotCount(t *testing.T) {
	tree := processNode(t)
	require.NoError(t, os.RemoveAll(tree.Path("proc/12/fd")))
	s := collect(t, collector(t, tree, stats.Options{Processes: allOfProcesses}))
	require.Equal(t, cgroupfs.Number(5), s.Find("/"+ctr1).Processes.FileDescriptors)
	require.Empty(t, s.Errors.Examples)
}

func manyProcesses(t testing.TB, cgroups, each int) *cgroupfstest.Tree {
	tree := processNode(t)
	for i := range cgroups {
		u := cgroupfstest.Usage{}
		for j := range each {
			pid := 1000 + 10*(each*i+j)
			u.PIDs = append(u.PIDs, pid)
			tree.PutProcess(pid, cgroupfstest.Process{Files: 8, Sockets: 2, MaxOpenFiles: 5, Threads: make([]cgroupfstest.Sched, 2)})
			tree.PutNetwork(pid, cgroupfstest.Network{Namespace: podNS + uint64(i)%5, TCP: []int{1, 10}})
		}
		tree.Put(fmt.Sprintf("system.slice/s%d.service", i), u)
	}
	return tree
}

func TestCollectProcessesAllocs(t *testing.T) {
	tree := manyProcesses(t, 10, 20)
	c := collector(t, tree, stats.Options{Processes: allOfProcesses})
	s := requireAllocs(t, tree, c, 5) // one more for processes and one for sockets
	require.Empty(t, s.Errors.Examples)
	require.Equal(t, cgroupfs.Number(200), s.Find("/system.slice/s3.service").Processes.FileDescriptors)
}

func TestProcessesOfASnapshotStayAsTheyAre(t *testing.T) {
	tree := manyProcesses(t, 3, 2)
	c := collector(t, tree, stats.Options{Processes: allOfProcesses})
	ctx := context.Background()
	before, err := c.Fresh(ctx, 0)
	require.NoError(t, err)
	kept := *before.Find("/" + ctr1).Processes
	sockets := *kept.Network
	tree.Advance(time.Second)
	tree.PutProcess(12, cgroupfstest.Process{Files: 9})
	tree.PutNetwork(12, cgroupfstest.Network{Namespace: podNS, TCP: []int{2}})
	tree.Put("a.slice", cgroupfstest.Usage{}) // they lie elsewhere
	after, err := c.Fresh(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, kept, *before.Find("/" + ctr1).Processes)
	require.Equal(t, sockets, *before.Find("/" + ctr1).Processes.Network)
	require.Equal(t, cgroupfs.Number(14), after.Find("/"+ctr1).Processes.FileDescriptors)
	require.EqualValues(t, 1, after.Find("/" + ctr1).Processes.Network.TCP[2])
	require.Equal(t, after.Find("/a.slice").Processes.FileDescriptors, cgroupfs.Number(0))
}

// BenchmarkCollectProcesses is a round over a fake node with 100 processes.
func BenchmarkCollectProcesses(b *testing.B) {
	for _, set := range []stats.ProcessSet{0, stats.ProcessFiles, stats.ProcessSched, stats.ProcessSockets, allOfProcesses} {
		b.Run(fmt.Sprintf("processes=100,set=%d", set), func(b *testing.B) {
			benchmark(b, collector(b, manyProcesses(b, 100, 1), stats.Options{Processes: set, Metrics: cgroupfs.CPU}))
		})
	}
}
