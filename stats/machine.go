package stats

import (
	"cmp"
	"fmt"
	"path/filepath"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/machine"
)

// Machine is what does not change while a node runs, or seldom. What is not
// known is absent, or empty.
type Machine struct {
	// Time is when it was read.
	Time time.Time
	// Cores are the logical CPUs that are online, PhysicalCores and Sockets
	// what they are on: /sys/devices/system/cpu, else /proc/cpuinfo.
	Cores, PhysicalCores, Sockets cgroupfs.Value
	// MemoryBytes and SwapBytes are MemTotal and SwapTotal of /proc/meminfo.
	MemoryBytes, SwapBytes cgroupfs.Value
	// ID is that of the system's installation: /etc/machine-id, else
	// /var/lib/dbus/machine-id.
	ID string
	// SystemUUID is that of the hardware: /sys/class/dmi/id/product_uuid, else
	// system-id or vm,uuid of /proc/device-tree, else ID, as in cAdvisor.
	SystemUUID string
	// BootID is that of the node's run: /proc/sys/kernel/random/boot_id.
	BootID string
	// KernelVersion is /proc/sys/kernel/osrelease, and OSVersion PRETTY_NAME of
	// /etc/os-release, else of /usr/lib/os-release.
	KernelVersion, OSVersion string
}

// ReadMachine reads what is known of the machine whose root is the folder root;
// empty is "/". It returns what could be read, and the first error beside it. A
// missing file is none. A kubelet reads it every 5 minutes.
func ReadMachine(root string) (Machine, error) { return readMachine(root, time.Now()) }

func readMachine(root string, now time.Time) (Machine, error) {
	m := Machine{Time: now}
	f, err := machine.Open(filepath.Clean(cmp.Or(root, "/")))
	if err != nil {
		return m, fmt.Errorf("stats: %w", err)
	}
	defer f.Close()
	cpus, mem := f.CPUs(), f.MemInfo()
	m.Cores, m.PhysicalCores, m.Sockets = positive(cpus.Logical), positive(cpus.Cores), positive(cpus.Sockets)
	m.MemoryBytes, m.SwapBytes = number(mem.MemTotal), number(mem.SwapTotal)
	m.ID = f.First("etc/machine-id", "var/lib/dbus/machine-id")
	m.SystemUUID = cmp.Or(f.First("sys/class/dmi/id/product_uuid", "proc/device-tree/system-id", "proc/device-tree/vm,uuid"), m.ID)
	m.BootID = f.First("proc/sys/kernel/random/boot_id")
	m.KernelVersion, m.OSVersion = f.First("proc/sys/kernel/osrelease"), f.OSVersion()
	if f.Err != nil {
		return m, fmt.Errorf("stats: %w", f.Err)
	}
	return m, nil
}

// positive is what is known unless it is 0.
func positive(n int) cgroupfs.Value {
	if n == 0 {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(uint64(n))
}

// Machine reads what is known of the Collector's machine, as ReadMachine does:
// below Options.Root, and nothing where no proc is read. It waits for no round.
func (c *Collector) Machine() (Machine, error) {
	if c.host == nil {
		return Machine{}, nil
	}
	return readMachine(c.hostRoot, c.now())
}
