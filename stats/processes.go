package stats

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// ProcessSet is a set of kinds of numbers that only /proc has of a cgroup's
// processes.
type ProcessSet uint8

const (
	// ProcessFiles is descriptors, sockets and the limit of open files:
	// /proc/PID/fd and /proc/PID/limits. Where the privilege to see another
	// user's descriptors is missing they are absent.
	ProcessFiles ProcessSet = 1 << iota
	// ProcessSched is time on a CPU and waiting for one:
	// /proc/PID/task/TID/schedstat.
	ProcessSched
	// ProcessSockets is TCP and UDP sockets by state, of the network namespace:
	// tcp, tcp6, udp and udp6 of /proc/PID/net.
	ProcessSockets
)

// ProcessStats is what the processes of one cgroup, without those below it,
// have in /proc. For a cgroup that has none sums are 0. Sums are of all of
// them or absent: of more processes, descriptors and threads than are looked at
// in a round none is known.
type ProcessStats struct {
	// Time is when it was read.
	Time time.Time
	// FileDescriptors counts open descriptors, Sockets those of them that are
	// sockets. What processes share is counted for each.
	FileDescriptors, Sockets cgroupfs.Value
	// MaxOpenFiles is the soft limit of descriptors of the process that started
	// first, Max if it has none; for the root that of process 1.
	MaxOpenFiles cgroupfs.Value
	// RunNanos is time on a CPU, WaitNanos time ready for one, both in
	// nanoseconds, and Timeslices how often a CPU was given: of all threads,
	// those included that ended since the Collector was made, as far as they
	// were seen.
	RunNanos, WaitNanos, Timeslices cgroupfs.Value
	// Network is the sockets of the network namespace of the process that
	// started first, for the root of process 1. All that are in one namespace
	// have the same. Nil if it is not known.
	Network *SocketStats
}

// SocketStats counts the sockets of a network namespace.
type SocketStats struct {
	// TCP and TCP6 are by state: the kernel's numbers, 1 is established, 10 is
	// listening, 11 closing. There is none of 0.
	TCP, TCP6 [12]uint64
	UDP, UDP6 UDPStats
}

// UDPStats is UDP sockets, whether they are connected or not.
type UDPStats struct {
	// Listen is how many there are; the name is cAdvisor's.
	Listen uint64
	// Dropped counts datagrams that they had no room for.
	Dropped uint64
	// RxQueued and TxQueued are bytes that wait in them.
	RxQueued, TxQueued uint64
}
