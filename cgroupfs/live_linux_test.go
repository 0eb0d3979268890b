package cgroupfs_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { livetest.Main(m) }

// live opens the hierarchies of this machine.
func live(t testing.TB) *cgroupfs.Hierarchy {
	t.Helper()
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	t.Cleanup(func() { h.Close() })
	require.True(t, h.Live())
	return h
}

// liveGroup makes a cgroup everywhere and opens it.
func liveGroup(t testing.TB, host *livetest.Host, h *cgroupfs.Hierarchy, path string) *cgroupfs.Group {
	t.Helper()
	host.Make(path)
	g, err := h.Group(path)
	require.NoError(t, err)
	return g
}

// read reads everything.
func read(t testing.TB, g *cgroupfs.Group, buf *cgroupfs.Buffer) *cgroupfs.Sample {
	t.Helper()
	s := new(cgroupfs.Sample)
	require.NoError(t, g.Read(s, cgroupfs.AllMetrics, buf))
	return s
}

func get(t testing.TB, name string, v cgroupfs.Value) uint64 {
	t.Helper()
	n, ok := v.Get()
	require.True(t, ok, "%s is %v", name, v)
	return n
}

// between fails unless low ≤ got ≤ high.
func between[T uint64 | time.Duration](t testing.TB, name string, low, got, high T) {
	t.Helper()
	require.True(t, low <= got && got <= high, "%s is %v, want %v to %v", name, got, low, high)
}

const mib = 1 << 20

// batch is what the kernel may be wrong by in a cgroup's memory: each CPU
// takes charges in batches of 64 pages, and keeps as many changes of a
// statistic to itself. Twice that, for the statistics that several batches
// make.
func batch() uint64 { return uint64(2 * 64 * syscall.Getpagesize() * runtime.NumCPU()) }

func TestLiveCPU(t *testing.T) {
	host := livetest.New(t)
	g := liveGroup(t, host, live(t), host.Path("a"))
	var buf cgroupfs.Buffer
	require.Zero(t, get(t, "usage", read(t, g, &buf).CPU.UsageNanos), "nothing has run yet")

	cpu := host.For("cpu")
	switch {
	case cpu == nil:
		t.Log("no cpu controller: nothing is throttled")
	case cpu.IsV2():
		cpu.Write(g.Path(), "cpu.max", "20000 100000")
	default:
		cpu.Write(g.Path(), "cpu.cfs_period_us", "100000")
		cpu.Write(g.Path(), "cpu.cfs_quota_us", "20000")
	}
	p := host.Start(g.Path())
	before := p.Do("nothing") // at most this much was used elsewhere
	done := p.Do("cpu 200")
	s := read(t, g, &buf)
	// The kernel keeps one time for both of us; what is shown is cut to
	// microseconds.
	between(t, "usage", done-before-time.Millisecond, time.Duration(get(t, "usage", s.CPU.UsageNanos)), time.Hour)
	if cpu != nil {
		require.Equal(t, cgroupfs.Number(20_000_000), s.CPU.QuotaNanos)
		require.Equal(t, cgroupfs.Number(100_000_000), s.CPU.PeriodNanos)
		require.NotZero(t, get(t, "periods", s.CPU.Periods))
		require.NotZero(t, get(t, "throttled periods", s.CPU.ThrottledPeriods), "200 ms are ten times the quota")
		require.NotZero(t, get(t, "throttled time", s.CPU.ThrottledNanos))
	}

	all := p.End()
	s = read(t, g, &buf)
	usage := time.Duration(get(t, "usage", s.CPU.UsageNanos))
	// After its last account a task still runs until it is scheduled away.
	between(t, "usage at the end", all-before-time.Millisecond, usage, all+100*time.Millisecond)
	if host.For("cpuacct") == nil { // in v1 these are ticks, sampled
		parts := get(t, "user", s.CPU.UserNanos) + get(t, "system", s.CPU.SystemNanos)
		between(t, "user and system", usage-2*time.Microsecond, time.Duration(parts), usage+2*time.Microsecond)
	}
}

func TestLiveMemory(t *testing.T) {
	host := livetest.New(t)
	memory := host.For("memory")
	if memory == nil {
		t.Skip("no memory controller")
	}
	g := liveGroup(t, host, live(t), host.Path("a"))
	limit := "memory.limit_in_bytes"
	if memory.IsV2() {
		limit = "memory.max"
	}
	var buf cgroupfs.Buffer
	require.True(t, read(t, g, &buf).Memory.Max.IsMax())
	memory.Write(g.Path(), limit, strconv.Itoa(512*mib))

	p := host.Start(g.Path())
	p.Do("nothing")
	held := 64*mib + 4*batch()
	before := read(t, g, &buf)
	require.Equal(t, cgroupfs.Number(512*mib), before.Memory.Max)
	p.Do("memory %d", held)
	after := read(t, g, &buf)

	// Beside what was asked for there are page tables, stacks and other memory
	// of the kernel's, and the process's own runtime, which has just begun.
	const more = 8 * mib
	grown := func(name string, value func(*cgroupfs.Sample) cgroupfs.Value, by uint64) {
		t.Helper()
		from, to := get(t, name, value(before)), get(t, name, value(after))
		between(t, name, from+by-batch(), to, from+by+batch()+more)
	}
	current := func(s *cgroupfs.Sample) cgroupfs.Value { return s.Memory.Current }
	file := func(s *cgroupfs.Sample) cgroupfs.Value { return s.Memory.Stat.File }
	grown("current", current, held)
	grown("anon", func(s *cgroupfs.Sample) cgroupfs.Value { return s.Memory.Stat.Anon }, held)
	require.GreaterOrEqual(t, get(t, "faults", after.Memory.Stat.PgFault), get(t, "faults", before.Memory.Stat.PgFault))

	before = after
	name := filepath.Join(t.TempDir(), "file")
	p.Do("file %s %d", name, held/4)
	after = read(t, g, &buf)
	grown("file", file, held/4)
	grown("current", current, held/4)
	p.End()
}

func TestLivePIDs(t *testing.T) {
	host := livetest.New(t)
	g := liveGroup(t, host, live(t), host.Path("a"))
	var buf cgroupfs.Buffer
	s := read(t, g, &buf)
	require.Equal(t, cgroupfs.Number(0), s.PIDs.Current)
	require.Equal(t, cgroupfs.Number(0), s.PIDs.Processes)
	pids := host.For("pids")
	if pids != nil {
		require.True(t, s.PIDs.Max.IsMax())
		pids.Write(g.Path(), "pids.max", "321")
	}
	p := host.Start(g.Path())
	p.Do("nothing")
	few := p.Tasks()
	s = read(t, g, &buf)
	require.Equal(t, cgroupfs.Number(1), s.PIDs.Processes)
	if pids == nil {
		require.Equal(t, cgroupfs.Number(1), s.PIDs.Current, "processes are counted where there is no controller")
		return
	}
	between(t, "tasks", few, get(t, "tasks", s.PIDs.Current), p.Tasks()) // its runtime starts threads and ends none
	require.Equal(t, cgroupfs.Number(321), s.PIDs.Max)
}

// TestLiveThreaded reads a cgroup that will not tell its processes.
func TestLiveThreaded(t *testing.T) {
	host := livetest.New(t)
	v2 := host.V2()
	if v2 == nil {
		t.Skip("no cgroup v2")
	}
	h := live(t)
	if h.Version() != cgroupfs.V2 {
		t.Skip("v1 counts processes")
	}
	host.Make(host.Path("a"))
	for c := range strings.FieldsSeq(v2.Read(host.Path("a"), "cgroup.controllers")) {
		if c == "memory" || c == "io" { // they do not know threads
			v2.Write(host.Path(), "cgroup.subtree_control", "-"+c)
		}
	}
	v2.Make(host.Path("a", "b"))
	g, err := h.Group(host.Path("a", "b"))
	require.NoError(t, err)
	var buf cgroupfs.Buffer
	require.Equal(t, cgroupfs.Number(0), read(t, g, &buf).PIDs.Processes)
	v2.Write(g.Path(), "cgroup.type", "threaded")
	s := read(t, g, &buf)
	require.True(t, s.PIDs.Processes.IsAbsent())
	require.Equal(t, cgroupfs.Number(0), s.PIDs.Current)
	pids, err := g.Processes(nil, &buf)
	require.NoError(t, err)
	require.Empty(t, pids)
}

func TestLivePressure(t *testing.T) {
	host := livetest.New(t)
	g := liveGroup(t, host, live(t), host.Path("a"))
	var buf cgroupfs.Buffer
	s := read(t, g, &buf)
	v2 := host.V2()
	for name, stall := range map[string]cgroupfs.StallPSI{
		"cpu.pressure": s.Pressure.CPU.Some, "memory.pressure": s.Pressure.Memory.Some,
		"io.pressure": s.Pressure.IO.Some, "irq.pressure": s.Pressure.IRQ,
	} {
		if v2 == nil || !v2.Has(g.Path(), name) {
			require.Zero(t, stall, name)
			continue
		}
		require.Zero(t, get(t, name, stall.TotalNanos), "%s: nothing has run yet", name)
		require.Equal(t, cgroupfs.Hundredths(0), stall.Avg10, name)
	}
	if v2 == nil || !v2.Has(g.Path(), "cpu.pressure") {
		return
	}
	// A process has to wait for its quota. What is shown is up to two seconds old.
	if cpu := host.For("cpu"); cpu == v2 && v2.Has(g.Path(), "cpu.max") {
		v2.Write(g.Path(), "cpu.max", "10000 100000")
		host.Start(g.Path()).Do("cpu 100")
		for end := time.Now().Add(time.Minute); get(t, "stall", read(t, g, &buf).Pressure.CPU.Some.TotalNanos) == 0; {
			require.True(t, time.Now().Before(end), "a minute has passed")
		}
	}
}

func TestLiveIO(t *testing.T) {
	host := livetest.New(t)
	io := host.For("blkio")
	if io == nil {
		io = host.For("io")
	}
	if io == nil {
		t.Skip("no controller of I/O")
	}
	g := liveGroup(t, host, live(t), host.Path("a"))
	p := host.Start(g.Path())
	dir := t.TempDir()
	if _, err := p.Try("disk %s %d", filepath.Join(dir, "first"), 64<<10); err != nil {
		t.Skipf("temporary files are on no disk: %v", err)
	}
	var st unix.Stat_t
	require.NoError(t, unix.Stat(dir, &st))
	major, minor := unix.Major(uint64(st.Dev)), unix.Minor(uint64(st.Dev))
	disk := fmt.Sprintf("%d:%d ", major, minor)
	if unix.Access("/sys/dev/block/"+strings.TrimSpace(disk)+"/queue", unix.F_OK) != nil {
		t.Skipf("temporary files are on no whole disk: %s", disk)
	}
	// v1 shows a disk as soon as it could throttle it, but without a scheduler
	// that counts it counts only where there is a limit.
	const bytes = "blkio.throttle.io_service_bytes_recursive"
	switch {
	case io.IsV2():
	case io.Has(g.Path(), bytes) && strings.Contains(io.Read(g.Path(), bytes), disk):
		io.Write(g.Path(), "blkio.throttle.read_bps_device", disk+"1000000000000")
		io.Write(g.Path(), "blkio.throttle.write_bps_device", disk+"1000000000000")
	default:
		t.Skipf("v1 counts nothing of disk %s", disk)
	}
	const size = 4 * mib
	p.Do("disk %s %d", filepath.Join(dir, "second"), size)
	var buf cgroupfs.Buffer
	for _, d := range read(t, g, &buf).IO.Devices {
		if d.Major == major && d.Minor == minor {
			// A file system may keep notes on the same disk.
			between(t, "bytes written", size, get(t, "bytes written", d.WriteBytes), 2*size)
			between(t, "bytes read", size, get(t, "bytes read", d.ReadBytes), 2*size)
			require.NotZero(t, get(t, "writes", d.WriteOps))
			require.NotZero(t, get(t, "reads", d.ReadOps))
			return
		}
	}
	t.Fatalf("nothing is known of disk %s", disk)
}
