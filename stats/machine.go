package stats

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// Machine is what does not change while a node runs, or seldom.
type Machine struct {
	// Time is when it was read.
	Time time.Time
	// Cores are logical CPUs that are online, PhysicalCores and Sockets what they are on.
	Cores, PhysicalCores, Sockets cgroupfs.Value
	// MemoryBytes and SwapBytes are MemTotal and SwapTotal of /proc/meminfo.
	MemoryBytes, SwapBytes cgroupfs.Value
	// ID is of /etc/machine-id, SystemUUID of /sys/class/dmi/id/product_uuid, BootID of
	// /proc/sys/kernel/random/boot_id; empty if not known.
	ID, SystemUUID, BootID string
	// KernelVersion and OSVersion are of /proc/sys/kernel/osrelease and /etc/os-release PRETTY_NAME.
	KernelVersion, OSVersion string
}

// Disk is one block device: /proc/diskstats. Sectors are 512 bytes.
type Disk struct {
	Major, Minor uint32
	Name         string

	Reads, ReadsMerged, SectorsRead, ReadMillis       uint64
	Writes, WritesMerged, SectorsWritten, WriteMillis uint64
	InProgress, IOMillis, WeightedMillis              uint64
}

// ProcessSet is a set of kinds of numbers that only /proc has of a cgroup's processes.
type ProcessSet uint8

const (
	// ProcessFiles is descriptors, sockets, and the limit of open files.
	ProcessFiles ProcessSet = 1 << iota
	// ProcessSched is time on a CPU and waiting for one: /proc/PID/task/TID/schedstat.
	ProcessSched
	// ProcessSockets is TCP and UDP sockets by state, of the network namespace: /proc/PID/net.
	ProcessSockets
)

// ProcessStats is what the processes of a cgroup, without those below it, have in /proc.
type ProcessStats struct {
	// Time is when it was read.
	Time time.Time
	// FileDescriptors counts open descriptors, Sockets those of them that are sockets.
	FileDescriptors, Sockets cgroupfs.Value
	// MaxOpenFiles is the soft limit of the oldest process; Max if it has none.
	MaxOpenFiles cgroupfs.Value
	// RunNanos, WaitNanos and Timeslices are sums over all threads.
	RunNanos, WaitNanos, Timeslices cgroupfs.Value
	// TCP and the rest are nil unless they were asked for.
	Network *SocketStats
}

// SocketStats counts the sockets of a network namespace.
type SocketStats struct {
	// TCP and TCP6 are by state: the kernel's numbers, 1 is established, 11 closing.
	TCP, TCP6 [12]uint64
	UDP, UDP6 UDPStats
}

// UDPStats is /proc/PID/net/udp.
type UDPStats struct{ Listen, Dropped, RxQueued, TxQueued uint64 }

// Self is what the Collector itself does, counted since it was made.
type Self struct {
	// Rounds counts rounds, Nanos is the time they took, CPUNanos the CPU time that the process used in all.
	Rounds, Nanos, CPUNanos uint64
	// Lag is how long after its time this round began; 0 for one that somebody asked for.
	Lag time.Duration
	// Files and Bytes count what was read of cgroups.
	Files, Bytes uint64
	// Descriptors are kept now, GivenBack counts those that were closed for lack of room.
	Descriptors, GivenBack uint64
	// Errors are those of all rounds.
	Errors Errors
}
