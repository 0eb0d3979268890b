package stats_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

func TestMachine(t *testing.T) {
	tree := node(t)
	c := collector(t, tree, stats.Options{})
	m, err := c.Machine()
	require.NoError(t, err, "what is missing is no error")
	require.Equal(t, stats.Machine{Time: tree.Now(), MemoryBytes: cgroupfs.Number(1000 << 10), SwapBytes: cgroupfs.Number(100 << 10)}, m)

	tree.PutMachine(cgroupfstest.Machine{
		Sockets: 2, CoresPerSocket: 3, ThreadsPerCore: 2, Memory: 4117508096, ID: "54de00b6", SystemUUID: "UUID", BootID: "42309d1f",
		KernelVersion: "6.1.0", OSVersion: `Debian "12" \ $1`,
	})
	want := stats.Machine{
		Time: tree.Now(), Cores: cgroupfs.Number(12), PhysicalCores: cgroupfs.Number(6), Sockets: cgroupfs.Number(2),
		MemoryBytes: cgroupfs.Number(4117508096), SwapBytes: cgroupfs.Number(0),
		ID: "54de00b6", SystemUUID: "UUID", BootID: "42309d1f", KernelVersion: "6.1.0", OSVersion: `Debian "12" \ $1`,
	}
	m, err = c.Machine()
	require.NoError(t, err)
	require.Equal(t, want, m)

	tree.Remove("sys/class/dmi/id/product_uuid")
	m, err = stats.ReadMachine(tree.Host())
	require.NoError(t, err)
	require.Equal(t, want.ID, m.SystemUUID, "as in cAdvisor")
	tree.Write("proc/device-tree/vm,uuid", "power\x00")
	m, err = c.Machine()
	require.NoError(t, err)
	require.Equal(t, "power", m.SystemUUID)

	tree.Write("etc/machine-id", "\n")
	tree.Write("var/lib/dbus/machine-id", "other\n")
	tree.Write("proc/meminfo", "MemTotal: x kB\nSwapTotal: 1 kB\n")
	tree.Write("sys/devices/system/cpu/online", "0-x\n")
	m, err = c.Machine()
	require.EqualError(t, err, "stats: "+tree.Path("sys/devices/system/cpu/online")+`:1: "0-x": not a list of CPUs`, "the first")
	require.Equal(t, stats.Machine{
		Time: tree.Now(), SwapBytes: cgroupfs.Number(1 << 10), ID: "other", SystemUUID: "power", BootID: "42309d1f",
		KernelVersion: "6.1.0", OSVersion: want.OSVersion,
	}, m, "what is known beside it")
}

func TestMachineOfARootThatIsNone(t *testing.T) {
	_, err := stats.ReadMachine(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)

	tree := node(t)
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	c, err := stats.New(h, nil)
	require.NoError(t, err)
	defer c.Close()
	m, err := c.Machine()
	require.NoError(t, err)
	require.Zero(t, m, "a folder of cgroups has no machine")
}

// TestMachineOfAnotherRootStaysBelowIt has links that lead to this machine's
// files.
func TestMachineOfAnotherRootStaysBelowIt(t *testing.T) {
	tree := cgroupfstest.New(t)
	outside := filepath.Join(t.TempDir(), "id")
	require.NoError(t, os.WriteFile(outside, []byte("another's\n"), 0o600))
	tree.Link("etc/machine-id", outside)
	tree.Link("etc/os-release", "../sys/os-release")
	tree.Write("sys/os-release", "PRETTY_NAME=own\n")
	m, err := stats.ReadMachine(tree.Host())
	require.ErrorContains(t, err, tree.Path("etc/machine-id"))
	require.Empty(t, m.ID)
	require.Equal(t, "own", m.OSVersion)
}

// TestMachineOfTheCapture has what two nodes with a kubelet have in their proc,
// whose metrics say machine_cpu_cores 2, machine_cpu_physical_cores 2,
// machine_cpu_sockets 1, machine_memory_bytes 4117508096, machine_swap_bytes 0.
func TestMachineOfTheCapture(t *testing.T) {
	tree := cgroupfstest.New(t)
	for cpu := range 2 {
		cpuinfo, _ := os.ReadFile(tree.Path("proc/cpuinfo"))
		tree.Write("proc/cpuinfo", fmt.Sprintf("%sprocessor\t: %[2]d\nvendor_id\t: AuthenticAMD\nphysical id\t: 0\nsiblings\t: 2\ncore id\t\t: %[2]d\ncpu cores\t: 2\n\n", cpuinfo, cpu))
	}
	tree.Write("proc/meminfo", "MemTotal:        4021004 kB\nMemFree:         3260260 kB\nSwapTotal:             0 kB\nSwapFree:              0 kB\n")
	m, err := stats.ReadMachine(tree.Host())
	require.NoError(t, err)
	require.Equal(t, stats.Machine{
		Time: m.Time, Cores: cgroupfs.Number(2), PhysicalCores: cgroupfs.Number(2), Sockets: cgroupfs.Number(1),
		MemoryBytes: cgroupfs.Number(4117508096), SwapBytes: cgroupfs.Number(0),
	}, m)
}
