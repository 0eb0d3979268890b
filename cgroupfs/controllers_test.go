package cgroupfs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParsePIDs(t *testing.T) {
	testParse(t, []parseTest{
		{"threads", "v2/pids.current", "12\n", Sample{PIDs: PIDsSample{Current: Number(12)}}, 0},
		{"processes are counted where there is no pids.current", "v2/cgroup.procs", "977\n1021\n1022\n", Sample{PIDs: PIDsSample{Current: Number(3)}}, 0},
		{"threads are counted in a threaded cgroup", "v2/cgroup.threads", "977\n978\n", Sample{PIDs: PIDsSample{Current: Number(2)}}, 0},
		{"no process is zero, not absent", "v2/cgroup.procs", "", Sample{PIDs: PIDsSample{Current: Number(0)}}, 0},
		{"a last line without a newline", "v1/cgroup.procs", "977\n1021", Sample{PIDs: PIDsSample{Processes: Number(2)}}, 0},
		{"events", "v2/pids.events", "max 3\n", Sample{PIDs: PIDsSample{EventsMax: Number(3)}}, 0},
		{"events of the cgroup itself", "v2/pids.events.local", "max 2\n", Sample{PIDs: PIDsSample{LocalEventsMax: Number(2)}}, 0},
	})
}

func TestParsePressure(t *testing.T) {
	some := StallPSI{TotalNanos: Number(908249000), Avg10: Hundredths(0), Avg60: Hundredths(4), Avg300: Hundredths(1499)}
	text := "some avg10=0.00 avg60=0.04 avg300=14.99 total=908249\n"
	testParse(t, []parseTest{
		{"both lines", "v2/io.pressure", text + "full avg10=100.00 avg60=0.00 avg300=0.00 total=1\n", Sample{Pressure: PressureSample{IO: Stall{Some: some,
			Full: StallPSI{TotalNanos: Number(1000), Avg10: Hundredths(10000), Avg60: Hundredths(0), Avg300: Hundredths(0)}}}}, 0},
		{"before 5.13 no task is fully without CPU", "v2/cpu.pressure", text, Sample{Pressure: PressureSample{CPU: Stall{Some: some}}}, 0},
		{"interrupts have only full", "v2/irq.pressure", "full avg10=0.00 avg60=0.04 avg300=14.99 total=908249\n", Sample{Pressure: PressureSample{IRQ: some}}, 0},
		{"an average that is none does not stop the others", "v2/memory.pressure", "some avg10=NaN avg60=0.04 avg300=1.5 total=908249\n",
			Sample{Pressure: PressureSample{Memory: Stall{Some: StallPSI{TotalNanos: Number(908249000), Avg60: Hundredths(4)}}}}, 1},
		{"a third line", "v2/memory.pressure", "most avg10=x\n", Sample{}, 0},
	})
}

func TestParseHugeTLB(t *testing.T) {
	pages := func(h HugePages) Sample { h.PageSize = 2 << 20; return Sample{HugeTLB: []HugePages{h}} }
	testParse(t, []parseTest{
		{"usage", "v2/hugetlb.<size>.current", "4194304\n", pages(HugePages{Current: Number(4194304)}), 0},
		{"no limit", "v2/hugetlb.<size>.max", "max\n", pages(HugePages{Max: Max()}), 0},
		{"no limit as v1 writes it, on Linux 6.18", "v2/hugetlb.<size>.max", "9223372036854771712\n", pages(HugePages{Max: Max()}), 0},
		{"events are keyed", "v2/hugetlb.<size>.events", "max 5\n", pages(HugePages{EventsMax: Number(5)}), 0},
		{"failures", "v1/hugetlb.<size>.failcnt", "5\n", pages(HugePages{EventsMax: Number(5)}), 0},
	})
}

func TestHugePagesOfTwoSizes(t *testing.T) {
	f, _ := rowOf(t, "v2/hugetlb.<size>.current")
	s := new(Sample)
	require.NoError(t, f.sized(2<<20)([]byte("1\n"), s))
	require.NoError(t, f.sized(1<<30)([]byte("2\n"), s))
	assert.Equal(t, []HugePages{{PageSize: 2 << 20, Current: Number(1)}, {PageSize: 1 << 30, Current: Number(2)}}, s.HugeTLB)
}

func TestParseCPUSet(t *testing.T) {
	list := func(text string) Sample { return Sample{CPUSet: CPUSetSample{CPUs: List{text: []byte(text)}}} }
	testParse(t, []parseTest{
		{"ranges", "v2/cpuset.cpus", "0-3,8\n", list("0-3,8"), 0},
		{"an empty list is the parent's", "v2/cpuset.cpus", "\n", Sample{}, 0},
		{"no list", "v2/cpuset.cpus", "root invalid\n", Sample{}, 1},
		{"the same file in v1", "v1/cpuset.cpus", "0\n", list("0"), 0},
	})
}

func TestParseRDMAAndMisc(t *testing.T) {
	testParse(t, []parseTest{
		{"two devices", "v2/rdma.current", "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=1 hca_object=23\n",
			Sample{RDMA: []RDMADevice{{Name: "mlx4_0", HCAHandles: Number(2), HCAObjects: Number(2000)}, {Name: "ocrdma1", HCAHandles: Number(1), HCAObjects: Number(23)}}}, 0},
		{"limits", "v2/rdma.max", "ocrdma1 hca_handle=3 hca_object=max\n",
			Sample{RDMA: []RDMADevice{{Name: "ocrdma1", HCAHandlesMax: Number(3), HCAObjectsMax: Max()}}}, 0},
		{"no device", "v2/rdma.current", "", Sample{}, 0},
		{"usage", "v2/misc.current", "sev 3\nsev_es 0\n", Sample{Misc: []MiscResource{{Name: "sev", Current: Number(3)}, {Name: "sev_es", Current: Number(0)}}}, 0},
		{"limits", "v2/misc.max", "sev max\n", Sample{Misc: []MiscResource{{Name: "sev", Max: Max()}}}, 0},
		{"events", "v2/misc.events", "sev.max 2\nsev.other x\n", Sample{Misc: []MiscResource{{Name: "sev", EventsMax: Number(2)}}}, 0},
		{"a resource without a number", "v2/misc.current", "sev\nsev_es 1\n", Sample{Misc: []MiscResource{{Name: "sev"}, {Name: "sev_es", Current: Number(1)}}}, 1},
	})
}

// A device that is gone must not leave its numbers to the one in its place.
func TestNamesAndNumbersOfEarlierRoundsAreNotKept(t *testing.T) {
	s := new(Sample)
	current, parse := rowOf(t, "v2/misc.current")
	_, parseMax := rowOf(t, "v2/misc.max")
	require.NoError(t, parse([]byte("sev 1\nsev_es 2\n"), s))
	require.NoError(t, parseMax([]byte("sev 10\nsev_es 20\n"), s))
	current.reset(s)
	require.NoError(t, parse([]byte("sgx_epc 3\n"), s))
	assert.Equal(t, []MiscResource{{Name: "sgx_epc", Current: Number(3)}}, s.Misc)
}

func TestParseCore(t *testing.T) {
	testParse(t, []parseTest{
		{"since 6.14 there are counts by controller", "v2/cgroup.stat", "nr_descendants 49\nnr_subsys_cpuset 33\nnr_dying_descendants 29\n",
			Sample{Core: CoreSample{Descendants: Number(49), DyingDescendants: Number(29)}}, 0},
		{"frozen time", "v2/cgroup.stat.local", "frozen_usec 5\n", Sample{Core: CoreSample{FrozenNanos: Number(5000)}}, 0},
		{"before 5.2 there is no frozen", "v2/cgroup.events", "populated 1\n", Sample{Core: CoreSample{Populated: Number(1)}}, 0},
	})
}
