package stats

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A Snapshot is one round: what every cgroup of the node said at about the
// same moment. One that Collect filled belongs to the caller and may be filled
// again; one that Fresh returned is shared and must not be changed. What was
// not read is absent.
type Snapshot struct {
	// Time is when the round began.
	Time time.Time
	// Generation counts the Collector's rounds, from 1.
	Generation uint64
	// Duration is how long the round took.
	Duration time.Duration
	// Metrics are those that the round read. The slow ones among them
	// (cgroupfs.MetricSet.Slow) may be up to Options.SlowInterval older.
	Metrics cgroupfs.MetricSet
	// Shed are those that were asked for and that the round did not read because
	// they are over a budget (Options.Budgets): what belongs to them is absent.
	// OverBudget says that even CPU and Memory, which are always read, are over
	// theirs.
	Shed       cgroupfs.MetricSet
	OverBudget bool
	// Node is the node as a whole.
	Node Node
	// Cgroups are the cgroups, each before its children, and children of one
	// parent by name. The first is the root.
	Cgroups []Cgroup
	// Errors counts what went wrong in the round.
	Errors Errors
	// Self is what the Collector does itself.
	Self Self

	began      time.Duration
	arena      cgroupfs.Arena
	interfaces []Interface // of all networks
	disks      []Disk
	processes  []ProcessStats
	sockets    []SocketStats // of all networks
}

// Find returns the cgroup at path, "/kubepods.slice" for example, or nil.
func (s *Snapshot) Find(path string) *Cgroup {
	for i := range s.Cgroups {
		if s.Cgroups[i].Path == path {
			return &s.Cgroups[i]
		}
	}
	return nil
}

// Node is the node as a whole: the root cgroup, and what no cgroup says.
type Node struct {
	CPU    CPU
	Memory Memory
	Swap   Swap
	// BootTime is when the node started, in whole seconds; zero if not known.
	// It comes from /proc/stat btime.
	BootTime time.Time
	// MemTotal and SwapTotal are what the node has, in bytes, from
	// /proc/meminfo.
	MemTotal  cgroupfs.Value
	SwapTotal cgroupfs.Value
	// CPUs is how many CPUs are online; 0 if not known. It comes from /proc/stat.
	CPUs int
	// Tasks is how many tasks there are, threads included, and MaxTasks how
	// many there may be, both read at TasksTime: /proc/loadavg, and the smaller
	// of /proc/sys/kernel/pid_max and threads-max.
	Tasks, MaxTasks cgroupfs.Value
	TasksTime       time.Time
	// Network is the node's own network namespace: that of process 1.
	Network Network
	// Disks are the node's block devices and their parts, read with
	// cgroupfs.IO. Disk finds the one that a cgroup's numbers are about.
	Disks []Disk
	// OwnCgroup is the cgroup that this process was in when the Collector was
	// made; empty if it is not below the hierarchy's root, where a cgroup
	// namespace hides it for example, and on a fake node.
	OwnCgroup string
}

// Network is what one network namespace says about its interfaces. It is read
// only with Options.Network.
type Network struct {
	// Time is when it was read; zero if it was not.
	Time time.Time
	// Namespace is the inode of the namespace; 0 if it is not known, for lack
	// of privilege for example. That of a pod with hostNetwork is the node's.
	Namespace uint64
	// Interfaces are all but the loopback, as /proc/PID/net/dev lists them. All
	// that are in one namespace have the same slice.
	Interfaces []Interface
	// Default is the name of the interface of the default route of IPv4, else of
	// IPv6; empty if there is none. It may be up to Options.SlowInterval older.
	Default string
}

// Interface is one network interface: bytes and packets since it was made.
type Interface struct {
	Name                                    string
	RxBytes, RxPackets, RxErrors, RxDropped uint64
	TxBytes, TxPackets, TxErrors, TxDropped uint64
}

// Info is what does not change in a cgroup's life. It is shared by all
// Snapshots and must not be changed.
type Info struct {
	// Path is the cgroup's path below the hierarchy's root; "/" is the root.
	Path string
	// Inode tells incarnations of one path apart.
	Inode uint64
	// Identity is who the cgroup is.
	Identity
	// CreatedAt is when the cgroup was made, as far as its folder tells:
	// never before the node's start, possibly too late (see
	// cgroupfs.Group.ModTime); zero if not known.
	CreatedAt time.Time
}

// Cgroup is one cgroup in a Snapshot.
type Cgroup struct {
	*Info
	// Parent is the index of the parent in Snapshot.Cgroups; -1 for the root.
	Parent int
	// Sample is what the kernel said.
	Sample cgroupfs.Sample
	CPU    CPU
	Memory Memory
	Swap   Swap
	// PressureTime is when Sample.Pressure was read; zero if there is none.
	PressureTime time.Time
	// Network is that of a pod, and of a container that is in none.
	Network Network
	// Processes is what /proc says of its own processes; nil without
	// Options.Processes, and where they are not known.
	Processes *ProcessStats
	// Err is the first thing that went wrong with this cgroup in this round;
	// what it concerns is absent, and the rest is good.
	Err error
}

// CPU is CPU time derived from a Sample, in the kubelet's words.
type CPU struct {
	// Time is when the counter was read.
	Time time.Time
	// UsageCoreNanoSeconds is CPU time used since the cgroup was made, or the
	// node started, in nanoseconds: cpu.stat usage_usec, v1 cpuacct.usage.
	UsageCoreNanoSeconds cgroupfs.Value
	// UsageNanoCores is CPU time used per second in nanoseconds, over Window.
	// It is absent until there are two points of one incarnation, and after a
	// counter went back.
	UsageNanoCores cgroupfs.Value
	// Window is the time that UsageNanoCores is the mean of.
	Window time.Duration
}

// Memory is memory derived from a Sample, in the kubelet's words. Sizes are
// bytes.
type Memory struct {
	// Time is when the memory was read.
	Time time.Time
	// UsageBytes is memory in use, page cache included: memory.current, v1
	// memory.usage_in_bytes. The root of v2 has neither: there it is anon plus
	// file of memory.stat, and v1's root counts the same two: a child's usage,
	// which includes kernel memory, may be more than the root's.
	UsageBytes cgroupfs.Value
	// WorkingSetBytes is UsageBytes minus inactive page cache: what the
	// kubelet compares with eviction thresholds. Never below zero.
	WorkingSetBytes cgroupfs.Value
	// AvailableBytes is the limit minus WorkingSetBytes; absent without a
	// limit. Never below zero. For the node the limit is its memory.
	AvailableBytes cgroupfs.Value
	// RSSBytes is anonymous memory, huge pages included: memory.stat anon, v1
	// total_rss.
	RSSBytes cgroupfs.Value
	// PageFaults and MajorPageFaults count since the cgroup was made, its
	// descendants included: memory.stat pgfault and pgmajfault, v1 total_pgfault
	// and total_pgmajfault.
	PageFaults      cgroupfs.Value
	MajorPageFaults cgroupfs.Value
}

// Swap is swap derived from a Sample, in bytes.
type Swap struct {
	// Time is when the swap was read.
	Time time.Time
	// SwapUsageBytes is swap in use: memory.swap.current, v1 memory.stat
	// total_swap; for the node SwapTotal minus SwapFree of /proc/meminfo.
	SwapUsageBytes cgroupfs.Value
	// SwapAvailableBytes is the limit minus SwapUsageBytes; absent without a
	// limit, and on v1, which limits memory and swap together.
	SwapAvailableBytes cgroupfs.Value
}
