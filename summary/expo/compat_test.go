package expo_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/stretchr/testify/require"
)

// quirkyNode is a node on which every quirk shows.
func quirkyNode() *fakeNode {
	f := newFakeNode(1)
	server := &f.snap.Cgroups[4]
	server.Sample.Memory.Max = cgroupfs.Max()
	server.Sample.Pressure = cgroupfs.PressureSample{}
	server.Sample.Memory.Stat.OwnPgFault, server.Sample.Memory.Stat.OwnPgMajFault = n(11), n(12)
	server.Processes = &stats.ProcessStats{FileDescriptors: n(3)}
	server.Sample.IO.Devices = []cgroupfs.IODevice{{Major: 259, ReadBytes: n(1)}, {Major: 7, ReadBytes: n(2)}}
	f.snap.Cgroups[2].Network = f.snap.Node.Network
	f.snap.Node.Network.Interfaces[0].Name = "longhorn0"
	return f
}

// value returns the value of the only such series of the container server, or
// of the root, and "none" if there is none.
func value(t *testing.T, f *fakeNode, c summary.Compat, root bool, name string, labels ...string) string {
	t.Helper()
	if root {
		labels = append(labels, "id", "/")
	} else {
		labels = append(labels, "container", "server")
	}
	_, text := printed(t, f, &expo.Options{Compat: c})
	list := text.all(name, labels...)
	if len(list) == 0 {
		return "none"
	}
	require.Len(t, list, 1, "%s %v", name, labels)
	return strconv.FormatFloat(list[0].value, 'f', -1, 64)
}

func TestCompat(t *testing.T) {
	at := testTime().Add(3 * time.Second).Unix()
	for _, test := range []struct {
		bit           summary.Compat
		root          bool
		name          string
		labels        []string
		without, with string
	}{
		{summary.CompatZeroSeries, false, "container_memory_failcnt", nil, "none", "0"},
		{summary.CompatZeroSeries, true, "container_threads", nil, "none", "0"},
		{summary.CompatZeroSeries, true, "container_file_descriptors", nil, "none", "0"},
		{summary.CompatZeroSeries, true, "container_memory_kernel_usage", nil, "2000000", "0"},
		{summary.CompatZeroLoad, false, "container_cpu_load_average_10s", nil, "none", "0"},
		{summary.CompatZeroLoad, false, "container_tasks_state", []string{"state", "iowaiting"}, "none", "0"},
		{summary.CompatZeroUnlimited, false, "container_spec_memory_limit_bytes", nil, "none", "0"},
		{summary.CompatZeroUnlimited, false, "container_threads_max", nil, "none", "0"},
		{summary.CompatZeroOOM, false, "container_oom_events_total", nil, "1", "0"},
		{summary.CompatFailureScopes, true, "container_memory_failures_total", []string{"failure_type", "pgfault", "scope", "container"}, "none", "3000000"},
		{summary.CompatOwnPageFaults, false, "container_memory_failures_total", []string{"failure_type", "pgfault", "scope", "hierarchy"}, "3004000", "11"},
		{summary.CompatDiskMillis, true, "container_fs_read_seconds_total", []string{"device", "/dev/vda"}, "1.539", "0.000001539"},
		{summary.CompatDiskNames, false, "container_fs_reads_bytes_total", []string{"device", ""}, "none", "1"},
		{summary.CompatDiskNames, false, "container_fs_reads_bytes_total", []string{"device", "/dev/loop0"}, "2", "none"},
		{summary.CompatCgroupStart, false, "container_start_time_seconds", nil, "1767366185.678", "1767366186"},
		{summary.CompatLastSeen, false, "container_last_seen", nil, "1767366245.679", strconv.FormatInt(at, 10)},
		{summary.CompatNoPSI, true, "container_pressure_cpu_waiting_seconds_total", nil, "1", "none"},
		{summary.CompatZeroPSI, false, "container_pressure_cpu_waiting_seconds_total", nil, "none", "0"},
		{summary.CompatInterfacePrefixes, true, "container_network_receive_bytes_total", []string{"interface", "longhorn0"}, "8589934592", "none"},
	} {
		f := quirkyNode()
		require.Equal(t, test.without, value(t, f, 0, test.root, test.name, test.labels...), "%s without", test.name)
		require.Equal(t, test.with, value(t, f, test.bit, test.root, test.name, test.labels...), "%s with", test.name)
	}
}

// The rows of docs/compat.md of bits that concern this package say which
// presets have them; package summary holds the others.
func TestCompatTableSaysWhichKubeletsHaveIt(t *testing.T) {
	page, err := os.ReadFile("../../docs/compat.md")
	require.NoError(t, err)
	for name, bit := range map[string]summary.Compat{
		"ScrapeError": summary.CompatScrapeError, "ZeroSeries": summary.CompatZeroSeries, "ZeroLoad": summary.CompatZeroLoad,
		"ZeroUnlimited": summary.CompatZeroUnlimited, "ZeroOOM": summary.CompatZeroOOM, "FailureScopes": summary.CompatFailureScopes,
		"DiskMillis": summary.CompatDiskMillis, "DiskNames": summary.CompatDiskNames, "CgroupStart": summary.CompatCgroupStart,
		"LastSeen": summary.CompatLastSeen,
	} {
		mark := func(preset summary.Compat) string {
			if preset&bit != 0 {
				return " yes |"
			}
			return " |"
		}
		row := regexp.MustCompile("(?m)^\\| `Compat" + name + "` .*$").FindString(string(page))
		require.True(t, strings.HasSuffix(row, " |"+mark(summary.Kubelet132)+mark(summary.Kubelet137)), row)
	}
}

func TestNoLimitIsNoQuota(t *testing.T) {
	f := newFakeNode(1)
	require.Equal(t, "none", value(t, f, summary.Kubelet132, false, "container_cpu_cfs_periods_total"))
	require.Equal(t, "none", value(t, f, summary.Kubelet132, false, "container_spec_cpu_quota"))
	server := &f.snap.Cgroups[4].Sample.CPU
	server.QuotaNanos, server.Periods = n(25_000_000), n(47)
	require.Equal(t, "47", value(t, f, 0, false, "container_cpu_cfs_periods_total"))
	require.Equal(t, "25000", value(t, f, 0, false, "container_spec_cpu_quota"))
	server.QuotaNanos = cgroupfs.Value{} // limits were not read
	require.Equal(t, "47", value(t, f, 0, false, "container_cpu_cfs_periods_total"))
}

func TestSharesOfAWeight(t *testing.T) {
	f := newFakeNode(1)
	f.snap.Cgroups[4].Sample.CPU.Weight = n(75)
	require.Equal(t, "1942", value(t, f, 0, false, "container_spec_cpu_shares"))
}

func TestAV1NodeHasWhatV1Has(t *testing.T) {
	f := newFakeNode(1)
	s := &f.snap.Cgroups[4].Sample
	s.Memory.Swap.Max, s.Memory.Min, s.CPU.Weight = cgroupfs.Value{}, cgroupfs.Value{}, cgroupfs.Value{}
	s.Memory.MemSW.Max, s.Memory.SoftLimit, s.Memory.Kmem, s.Memory.FailCount, s.CPU.Shares = n(7), cgroupfs.Max(), n(8), n(9), n(204)
	for name, want := range map[string]string{
		"container_spec_memory_swap_limit_bytes": "7", "container_spec_memory_reservation_limit_bytes": "none",
		"container_memory_kernel_usage": "8", "container_memory_failcnt": "9", "container_spec_cpu_shares": "204",
	} {
		require.Equal(t, want, value(t, f, 0, false, name), name)
	}
	require.Equal(t, "0", value(t, f, summary.Kubelet132, false, "container_spec_memory_reservation_limit_bytes"))
}

func TestUlimitsSayMinusOneForNone(t *testing.T) {
	f := quirkyNode()
	f.snap.Cgroups[4].Processes.MaxOpenFiles = cgroupfs.Max()
	require.Equal(t, "-1", value(t, f, 0, false, "container_ulimits_soft", "ulimit", "max_open_files"))
}
