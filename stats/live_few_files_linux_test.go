package stats_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// few is how many descriptors a process has left in TestLiveFewDescriptors.
const few = 64

// A plain is what a cgroup's files say, read one by one by their names.
type plain struct{ usage, current, inactiveFile uint64 }

func (n *liveNode) plain(name string) plain {
	n.t.Helper()
	cgroup, p := n.Path(name), plain{}
	if m := n.For("cpuacct"); m != nil {
		p.usage = n.number(m.Read(cgroup, "cpuacct.usage"))
	} else {
		p.usage = 1000 * n.keyed(n.V2().Read(cgroup, "cpu.stat"), "usage_usec")
	}
	if m := n.For("memory"); m.IsV2() {
		p.current = n.number(m.Read(cgroup, "memory.current"))
		p.inactiveFile = n.keyed(m.Read(cgroup, "memory.stat"), "inactive_file")
	} else {
		p.current = n.number(m.Read(cgroup, "memory.usage_in_bytes"))
		p.inactiveFile = n.keyed(m.Read(cgroup, "memory.stat"), "total_inactive_file")
	}
	return p
}

func (n *liveNode) plains(names []string) []plain {
	n.t.Helper()
	all := make([]plain, len(names))
	for i, name := range names {
		all[i] = n.plain(name)
	}
	return all
}

func (n *liveNode) number(text string) uint64 {
	n.t.Helper()
	v, err := strconv.ParseUint(strings.TrimSpace(text), 10, 64)
	require.NoError(n.t, err)
	return v
}

func (n *liveNode) keyed(text, key string) uint64 {
	n.t.Helper()
	_, rest, ok := strings.Cut("\n"+text, "\n"+key+" ")
	require.True(n.t, ok, key)
	value, _, _ := strings.Cut(rest, "\n")
	return n.number(value)
}

// leave has a process use CPU time and page cache in some cgroups, in each of
// them another amount, and move on.
func (n *liveNode) leave(p *livetest.Process, names []string) {
	n.t.Helper()
	file := n.t.TempDir()
	for i, name := range names {
		n.Put(n.Path(name), p.PID())
		p.Do("file %s %d", fmt.Sprint(file, "/", i), (i+1)*os.Getpagesize())
	}
}

// crowd makes a thousand cgroups, more parents among them than may be kept
// open, and returns their names. In one of them is a process at work.
func (n *liveNode) crowd() []string {
	n.t.Helper()
	parents, children := 40, 24
	if os.Getenv("NODEGAUGE_VM") != "" {
		parents, children = 8, 3 // an emulated machine takes its time
	}
	var names, leaves []string
	for i := range parents {
		names = append(names, fmt.Sprintf("%02d", i))
		for k := range children {
			leaf := fmt.Sprintf("%02d/%02d", i, k)
			names, leaves = append(names, leaf), append(leaves, leaf)
		}
	}
	names = append(names, "home")
	n.make(names...)
	mover := n.Start(n.Path("home"))
	n.leave(mover, leaves[:len(leaves)/12])
	n.Put(n.Path("home"), mover.PID())
	n.work(n.Start(n.Path(leaves[len(leaves)-1])))
	return names
}

// work has a process use CPU time until the test ends.
func (n *liveNode) work(p *livetest.Process) {
	var stop atomic.Bool
	idle := make(chan struct{})
	n.t.Cleanup(func() { stop.Store(true); <-idle })
	go func() {
		defer close(idle)
		for !stop.Load() {
			if _, err := p.Try("cpu 20"); err != nil {
				n.t.Error(err)
				return
			}
		}
	}()
}

// right takes a round and compares it with what the files say before and
// after: it is between. Where nobody was for a while that is one number; where
// somebody was, the kernel may still be counting.
func (n *liveNode) right(names []string) *stats.Snapshot {
	n.t.Helper()
	before := n.plains(names)
	s := n.round()
	after := n.plains(names)
	require.Equal(n.t, names, n.names(s))
	require.Zero(n.t, s.Errors.Total(), s.Errors.Examples)
	same := 0
	for i, name := range names {
		cg := s.Find(n.Path(name))
		n.between(before[i].usage, cg.CPU.UsageCoreNanoSeconds, after[i].usage, name)
		require.LessOrEqual(n.t, before[i].usage, after[i].usage, name)
		n.between(before[i].current, cg.Sample.Memory.Current, after[i].current, name)
		n.between(before[i].inactiveFile, cg.Sample.Memory.Stat.InactiveFile, after[i].inactiveFile, name)
		if before[i] == after[i] {
			same++
			working := before[i].current - min(before[i].current, before[i].inactiveFile)
			require.Equal(n.t, cgroupfs.Number(working), cg.Memory.WorkingSetBytes, name)
		}
	}
	require.Greater(n.t, same, len(names)/2, "most are not in use")
	return s
}

func (n *liveNode) between(before uint64, got cgroupfs.Value, after uint64, name string) {
	n.t.Helper()
	v, ok := got.Get()
	require.True(n.t, ok, name)
	require.GreaterOrEqual(n.t, v, min(before, after), name)
	require.LessOrEqual(n.t, v, max(before, after), name)
}

// TestLiveFewDescriptors: numbers are right however few descriptors there are
// for however many cgroups. The kernel holds the limit: it gives no number above.
func TestLiveFewDescriptors(t *testing.T) {
	n := live(t, stats.Options{})
	require.NoError(t, n.Close())
	names := n.crowd()
	var lim unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &lim))
	restore := func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &lim)) }
	t.Cleanup(restore)
	before := openFiles(t)
	for _, files := range []int{0, -1, 1 << 20} {
		require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: few, Max: lim.Max}))
		n.start(stats.Options{MaxOpenFiles: files})
		for range 2 {
			requireBelow(t, few, before)
			n.right(names)
			requireBelow(t, few, before)
		}
		restore()
		n.right(names)
		require.Less(t, n.h.OpenFiles(), few, "what was given back is not taken again")
		require.NoError(t, n.Close())
		n.start(stats.Options{MaxOpenFiles: files})
		n.right(names)
		require.Equal(t, files >= 0, n.h.OpenFiles() > few)
		require.NoError(t, n.Close())
	}
}

// requireBelow checks that no descriptor is above a limit, but for those from
// before there was one.
func requireBelow(t *testing.T, limit int, before []string) {
	t.Helper()
	for _, open := range openFiles(t) {
		number, _, _ := strings.Cut(open, " ")
		fd, err := strconv.Atoi(number)
		require.NoError(t, err)
		require.True(t, fd < limit || slices.Contains(before, open), open)
	}
}
