package cgroupfs

import (
	"math"
	"testing"
)

func TestParseCPU(t *testing.T) {
	testParse(t, []parseTest{
		{"microseconds become nanoseconds", "v2/cpu.stat", "usage_usec 388306\nuser_usec 203183\nsystem_usec 185122\n",
			Sample{CPU: CPUSample{UsageNanos: Number(388306000), UserNanos: Number(203183000), SystemNanos: Number(185122000)}}, 0},
		{"keys of kernels to come are skipped", "v2/cpu.stat", "usage_usec 1\nsteal_usec x\nnr_things\n",
			Sample{CPU: CPUSample{UsageNanos: Number(1000)}}, 0},
		{"more nanoseconds than there are numbers", "v2/cpu.stat", "usage_usec 9223372036854775807\n",
			Sample{CPU: CPUSample{UsageNanos: Number(math.MaxUint64)}}, 0},
		{"a negative number that the kernel printed as unsigned", "v2/cpu.stat", "usage_usec 18446744073709551615\n",
			Sample{CPU: CPUSample{UsageNanos: Number(0)}}, 0},
		{"a bad line does not stop the others", "v2/cpu.stat", "usage_usec 1\nuser_usec ?\nsystem_usec 3\n",
			Sample{CPU: CPUSample{UsageNanos: Number(1000), SystemNanos: Number(3000)}}, 2},
		{"a key without a number", "v2/cpu.stat", "usage_usec\n", Sample{}, 1},
		{"nothing is not an error", "v2/cpu.stat", "", Sample{}, 0},
		{"no quota", "v2/cpu.max", "max 100000\n", Sample{CPU: CPUSample{QuotaNanos: Max(), PeriodNanos: Number(1e8)}}, 0},
		{"half a CPU", "v2/cpu.max", "50000 100000\n", Sample{CPU: CPUSample{QuotaNanos: Number(5e7), PeriodNanos: Number(1e8)}}, 0},
		{"a quota without a period", "v2/cpu.max", "50000\n", Sample{CPU: CPUSample{QuotaNanos: Number(5e7)}}, 1},
		{"a bad quota leaves the period", "v2/cpu.max", "? 100000\n", Sample{CPU: CPUSample{PeriodNanos: Number(1e8)}}, 1},
		{"throttled time", "v2/cpu.stat.local", "throttled_usec 65012\n", Sample{CPU: CPUSample{LocalThrottledNanos: Number(65012000)}}, 0},
	})
}

func TestParseV1CPU(t *testing.T) {
	testParse(t, []parseTest{
		{"ticks become nanoseconds", "v1/cpuacct.stat", "user 10517\nsystem 15828\n",
			Sample{CPU: CPUSample{UserNanos: Number(105170000000), SystemNanos: Number(158280000000)}}, 0},
		{"more lines than two", "v1/cpuacct.stat", "user 1\nsystem 2\nsched_delay 3\n",
			Sample{CPU: CPUSample{UserNanos: Number(1e7), SystemNanos: Number(2e7)}}, 0},
		{"throttled time is nanoseconds already", "v1/cpu.stat", "nr_periods 40\nnr_throttled 3\nthrottled_time 65012000\n",
			Sample{CPU: CPUSample{Periods: Number(40), ThrottledPeriods: Number(3), ThrottledNanos: Number(65012000)}}, 0},
		{"no quota", "v1/cpu.cfs_quota_us", "-1\n", Sample{CPU: CPUSample{QuotaNanos: Max()}}, 0},
		{"half a CPU", "v1/cpu.cfs_quota_us", "50000\n", Sample{CPU: CPUSample{QuotaNanos: Number(5e7)}}, 0},
		{"a space at the end", "v1/cpuacct.usage_percpu", "137332332051 126128173317 \n",
			Sample{CPU: CPUSample{PerCPU: []CPUUsage{{UsageNanos: Number(137332332051)}, {UsageNanos: Number(126128173317)}}}}, 0},
		{"a bad number keeps its place", "v1/cpuacct.usage_percpu", "1 ? 3\n",
			Sample{CPU: CPUSample{PerCPU: []CPUUsage{{UsageNanos: Number(1)}, {}, {UsageNanos: Number(3)}}}}, 1},
		{"a header and two CPUs", "v1/cpuacct.usage_all", "cpu user system\n0 48 62\n1 35 64\n",
			Sample{CPU: CPUSample{PerCPU: []CPUUsage{{UserNanos: Number(48), SystemNanos: Number(62)}, {UserNanos: Number(35), SystemNanos: Number(64)}}}}, 0},
		{"numbers of CPUs with a gap", "v1/cpuacct.usage_all", "cpu user system\n2 35 64\n",
			Sample{CPU: CPUSample{PerCPU: []CPUUsage{{}, {}, {UserNanos: Number(35), SystemNanos: Number(64)}}}}, 0},
		{"a CPU that no kernel has", "v1/cpuacct.usage_all", "cpu user system\n4000000000 1 2\n0 3 4\n",
			Sample{CPU: CPUSample{PerCPU: []CPUUsage{{UserNanos: Number(3), SystemNanos: Number(4)}}}}, 2},
	})
}
