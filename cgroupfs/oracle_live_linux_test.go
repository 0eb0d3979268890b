package cgroupfs_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/internal/mountinfo"
)

// A view is one way to look at the cgroups of this host: all of them, or the
// unified hierarchy of a hybrid host by itself.
type view struct {
	h       *cgroupfs.Hierarchy
	w       *witness
	oracles []*oracle
}

// views opens what is mounted here.
func views(t *testing.T, group string) []view {
	h := live(t)
	v1, v2 := mounted(t)
	w := &witness{tb: t, name: h.Version().String(), root: v2, group: group, noLimit: 1<<63 - uint64(os.Getpagesize()), proc: "/proc"}
	if h.Version() == cgroupfs.V2 {
		return []view{{h, w, []*oracle{&runcV2, &containerdV2}}}
	}
	w.v1 = v1
	all := []view{{h, w, []*oracle{&runcV1, &containerdV1}}}
	if h.Version() == cgroupfs.Hybrid {
		h, err := cgroupfs.Open(v2)
		require.NoError(t, err)
		t.Cleanup(func() { h.Close() })
		w := &witness{tb: t, name: "the unified hierarchy alone", root: v2, group: group}
		all = append(all, view{h, w, []*oracle{&runcV2, &containerdV2}})
	}
	return all
}

// mounted returns where the hierarchies are: of v1 by controller, and of v2.
func mounted(t *testing.T) (v1 map[string]string, v2 string) {
	infos, err := mountinfo.Read("/proc/self/mountinfo")
	require.NoError(t, err)
	v1 = make(map[string]string)
	for _, info := range infos {
		if info.FSType == "cgroup2" && v2 == "" {
			v2 = info.MountPoint
		}
		for _, controller := range info.Controllers() {
			if info.FSType == "cgroup" && v1[controller] == "" {
				v1[controller] = info.MountPoint
			}
		}
	}
	return v1, v2
}

// enableRest gives the cgroups below the test's the controllers of v2 that
// other tests do not need, and takes them away again.
func enableRest(t *testing.T, host *livetest.Host) {
	m := host.V2()
	if m == nil {
		return
	}
	for _, cgroup := range []string{"/", host.Path()} {
		on := strings.Fields(m.Read(cgroup, "cgroup.subtree_control"))
		for c := range strings.FieldsSeq(m.Read(cgroup, "cgroup.controllers")) {
			if slices.Contains([]string{"cpuset", "hugetlb", "rdma", "misc"}, c) && !slices.Contains(on, c) {
				m.Write(cgroup, "cgroup.subtree_control", "+"+c)
				t.Cleanup(func() { m.Write(cgroup, "cgroup.subtree_control", "-"+c) })
			}
		}
	}
}

// limits are what a test sets, so that it is not what every cgroup has.
var limits = []struct{ controller, file, text string }{
	{"cpu", "cpu.max", "150000 100000"}, {"cpu", "cpu.cfs_quota_us", "150000"},
	{"memory", "memory.max", "268435456"}, {"memory", "memory.limit_in_bytes", "268435456"},
	{"memory", "memory.swap.max", "67108864"}, {"memory", "memory.memsw.limit_in_bytes", "335544320"},
	{"pids", "pids.max", "64"}, {"hugetlb", "hugetlb.2MB.max", "8388608"},
}

// TestLiveOracles lets the oracles read a cgroup of this kernel between two
// readings of ours. While a process works in it, each counter lies between
// the two; once the process is stopped, whatever both readings agree on is
// what the oracle says.
func TestLiveOracles(t *testing.T) {
	host := livetest.New(t)
	group := host.Path("a")
	all := views(t, group)
	enableRest(t, host)
	host.Make(group)
	for _, l := range limits {
		m := host.For(l.controller)
		if m == nil {
			m = host.V2() // one of the rest
		}
		if m != nil && m.Has(group, l.file) {
			m.Write(group, l.file, l.text)
		}
	}
	p := host.Start(group)
	p.Do("memory %d", 4*mib)
	p.Do("file %s %d", filepath.Join(t.TempDir(), "f"), 2*mib)

	busy, rest := newTally(), newTally()
	moved := make(map[string]bool)
	for range 4 {
		eachOracle(all, func(v *view, o *oracle) {
			v.compareCounters(t, o, busy, moved, func() {
				p.Do("cpu 15")
				p.Do("memory %d", 256<<10)
			})
		})
	}
	assert.Greater(t, len(moved), 2, "hardly a counter moved: %v", moved)

	stop(t, p.PID())
	eachOracle(all, func(v *view, o *oracle) {
		unsettled := v.settle(t, o, rest, 200, func(path string, b bracket) { b.fail(v, o, path) })
		assert.Empty(t, unsettled, "%s: %s: never the same twice", v.w.name, o.name)
	})
	t.Logf("%s: %d counters moved; at rest compared %d fields, %d values", all[0].h.Version(), len(moved), len(rest.fields), rest.values)
	assert.GreaterOrEqual(t, len(rest.fields), 40, "fields compared")
	least := map[cgroupfs.Version]int{cgroupfs.V1: 100, cgroupfs.V2: 165, cgroupfs.Hybrid: 185}
	assert.GreaterOrEqual(t, rest.values, least[all[0].h.Version()], "values compared")
}

// TestLiveOraclesRoot does the same for the root, where nothing rests: a
// figure that both readings agree on has to be the oracle's once. Of memory
// this cannot be asked: to read takes kernel memory, which is the root's too.
func TestLiveOraclesRoot(t *testing.T) {
	livetest.New(t) // for its skips, and so that nobody else makes cgroups meanwhile
	all := views(t, "/")
	busy, rest := newTally(), newTally()
	for range 4 {
		eachOracle(all, func(v *view, o *oracle) { v.compareCounters(t, o, busy, make(map[string]bool), func() {}) })
	}
	eachOracle(all, func(v *view, o *oracle) {
		differ := make(map[string]bracket)
		unsettled := v.settle(t, o, rest, 25, func(path string, b bracket) { differ[path] = b })
		for _, path := range unsettled {
			b, ok := differ[path]
			memory := b.row != nil && b.row.kind == gauge && strings.HasPrefix(b.row.ours, "Memory.")
			if ok && (!memory || slices.Contains(b.row.quirks, rootSums)) {
				b.fail(v, o, path)
			}
		}
		t.Logf("%s: %s: never the same twice: %v", v.w.name, o.name, unsettled)
	})
	t.Logf("%s: compared %d fields, %d values", all[0].h.Version(), len(rest.fields), rest.values)
	assert.GreaterOrEqual(t, len(rest.fields), 30, "fields compared")
}

// stop stops a process, with all its threads, until the end of the test.
func stop(t *testing.T, pid int) {
	require.NoError(t, unix.Kill(pid, unix.SIGSTOP))
	t.Cleanup(func() { assert.NoError(t, unix.Kill(pid, unix.SIGCONT)) })
	var status unix.WaitStatus
	for !status.Stopped() {
		_, err := unix.Wait4(pid, &status, unix.WUNTRACED, nil)
		require.True(t, err == nil || errors.Is(err, unix.EINTR), err)
		require.False(t, status.Exited() || status.Signaled(), "the process ended")
	}
}

func eachOracle(all []view, do func(v *view, o *oracle)) {
	for i := range all {
		for _, o := range all[i].oracles {
			do(&all[i], o)
		}
	}
}

// A bracket is what an oracle says between two readings of ours.
type bracket struct {
	before, theirs, after string
	row                   *oracleRow
}

// brackets takes one of each figure, by the oracle's path, and lets something
// happen before and after the oracle reads.
func (v *view) brackets(t *testing.T, o *oracle, tl *tally, work func()) map[string]bracket {
	before := readSample(t, v.h, v.w.group)
	work()
	theirs, err := o.read(v.w)
	require.NoError(t, err, "%s: %s", v.w.name, o.name)
	work()
	after := readSample(t, v.h, v.w.group)
	all := make(map[string]bracket)
	for _, p := range o.pair(v.w, before, theirs, tl) {
		if !p.skip && v.serves(&p) {
			all[p.path] = bracket{before: p.ours, theirs: p.theirs, row: p.row}
		}
	}
	for _, p := range o.pair(v.w, after, theirs, tl) {
		if b, ok := all[p.path]; ok {
			b.after = p.ours
			all[p.path] = b
		}
	}
	return all
}

// serves reports whether a figure comes from the hierarchies that the oracle
// reads: on a hybrid host v2 may have what v1 has not, memory for example.
func (v *view) serves(p *pairing) bool {
	if v.w.v1 == nil {
		return true
	}
	controller := map[string]string{
		"CPU": "cpuacct", "Memory": "memory", "IO": "blkio", "PIDs": "pids", "CPUSet": "cpuset", "RDMA": "rdma", "HugeTLB": "hugetlb",
	}
	section, _, _ := strings.Cut(p.row.ours, ".")
	return v.w.v1[controller[strings.TrimSuffix(section, "[]")]] != ""
}

// holds reports whether a counter is not below the first reading and not
// above the second, and whether it moved.
func (b *bracket) holds() (ok, moved bool) {
	before, err1 := strconv.ParseUint(b.before, 10, 64)
	theirs, err2 := strconv.ParseUint(b.theirs, 10, 64)
	after, err3 := strconv.ParseUint(b.after, 10, 64)
	if err := errors.Join(err1, err2, err3); err != nil {
		return b.before == b.theirs && b.theirs == b.after, false
	}
	return before <= theirs && theirs <= after, before < after
}

func (b *bracket) fail(v *view, o *oracle, path string) {
	assert.Fail(v.w.tb, "they differ", "%s: %s: %s = %s, want %s from our %s", v.w.name, o.name, path, b.theirs, b.before, b.row.ours)
}

func (v *view) compareCounters(t *testing.T, o *oracle, tl *tally, moved map[string]bool, work func()) {
	for path, b := range v.brackets(t, o, tl, work) {
		if b.row.kind != counter {
			continue
		}
		ok, moves := b.holds()
		assert.True(t, ok, "%s: %s: %s = %s, want %s to %s", v.w.name, o.name, path, b.theirs, b.before, b.after)
		if moves {
			moved[b.row.ours] = true
		}
	}
}

// settle takes brackets until each figure was the same in both readings and in
// the oracle between them. It returns those that never were.
func (v *view) settle(t *testing.T, o *oracle, tl *tally, rounds int, differ func(path string, b bracket)) (unsettled []string) {
	done := make(map[string]bool)
	for range rounds {
		for path, b := range v.brackets(t, o, tl, func() {}) {
			if done[path] {
				continue
			}
			done[path] = b.before == b.after && b.before == b.theirs
			if done[path] {
				tl.count(o, &pairing{row: b.row, theirs: b.theirs})
			} else if b.before == b.after {
				differ(path, b)
			}
		}
		unsettled = unsettled[:0]
		for path, ok := range done {
			if !ok {
				unsettled = append(unsettled, path)
			}
		}
		if len(unsettled) == 0 {
			return nil
		}
	}
	return unsettled
}
