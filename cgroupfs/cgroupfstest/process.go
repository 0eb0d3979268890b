package cgroupfstest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// Process is what a fake process has, for tests that do not care about single
// files.
type Process struct {
	// Started is when it did, after the node's start; in steps of 10 ms.
	Started time.Duration
	// Files is how many descriptors it has that are no sockets, Sockets how many
	// are.
	Files, Sockets int
	// MaxOpenFiles is how many it may have; 0 is no limit.
	MaxOpenFiles uint64
	// Threads are what its threads had of a CPU. The first one has the number of
	// the process, the next one the next, and so on. Without any it has one that
	// had nothing.
	Threads []Sched
}

// Sched is time on a CPU, time ready for one, and how often it was given.
type Sched struct {
	Run, Wait  time.Duration
	Timeslices uint64
}

// PutProcess gives a process what proc says it has, and makes the process if
// there is none; Remove("proc/7") ends process 7. Which cgroup it is in is in
// Usage.PIDs, and what it sees of the network is PutNetwork's.
func (t *Tree) PutProcess(pid int, p Process) {
	t.tb.Helper()
	proc := fmt.Sprintf("proc/%d/", pid)
	t.Write(proc+"stat", fmt.Sprintf("%d (fake) S 0 1 1 0 -1 4194560 3 0 0 0 1 2 0 0 20 0 %d 0 %d 0 0\n", pid, max(len(p.Threads), 1), p.Started.Milliseconds()/10))
	limit := "unlimited"
	if p.MaxOpenFiles > 0 {
		limit = strconv.FormatUint(p.MaxOpenFiles, 10)
	}
	t.Write(proc+"limits", fmt.Sprintf("%-25s %-20s %-20s %-10s\n%-25s %-20s %-20s %-10s\n",
		"Limit", "Soft Limit", "Hard Limit", "Units", "Max open files", limit, "unlimited", "files"))
	t.clear(proc + "fd")
	for fd := range p.Files + p.Sockets {
		to := "/dev/null"
		if fd >= p.Files {
			to = fmt.Sprintf("socket:[%d]", 10_000*pid+fd)
		}
		t.Link(fmt.Sprintf("%sfd/%d", proc, fd), to)
	}
	t.clear(proc + "task")
	threads := p.Threads
	if len(threads) == 0 {
		threads = []Sched{{}}
	}
	for i, s := range threads {
		t.Write(fmt.Sprintf("%stask/%d/schedstat", proc, pid+i), fmt.Sprintf("%d %d %d\n", s.Run.Nanoseconds(), s.Wait.Nanoseconds(), s.Timeslices))
	}
}

// clear makes an empty folder.
func (t *Tree) clear(name string) {
	t.tb.Helper()
	if _, err := os.Lstat(t.Path(name)); !errors.Is(err, fs.ErrNotExist) {
		t.Remove(name)
	}
	t.Mkdir(name)
}

// UDPSocket is a UDP socket: bytes that wait in it, and datagrams that it had
// no room for.
type UDPSocket struct{ RxQueued, TxQueued, Dropped uint64 }

// putSockets gives a process what proc says of the sockets in its network.
func (t *Tree) putSockets(proc string, n *Network) {
	t.tb.Helper()
	for name, states := range map[string][]int{"net/tcp": n.TCP, "net/tcp6": n.TCP6} {
		b := new(strings.Builder)
		b.WriteString("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n")
		for i, state := range states {
			fmt.Fprintf(b, "%4d: 0100007F:1F90 00000000:0000 %02X 00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0\n", i, state)
		}
		t.Write(proc+name, b.String())
	}
	for name, sockets := range map[string][]UDPSocket{"net/udp": n.UDP, "net/udp6": n.UDP6} {
		b := new(strings.Builder)
		b.WriteString("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n")
		for i, s := range sockets {
			fmt.Fprintf(b, "%5d: 00000000:0044 00000000:0000 07 %08X:%08X 00:00000000 00000000     0        0 1 2 0000000000000000 %d\n", i, s.TxQueued, s.RxQueued, s.Dropped)
		}
		t.Write(proc+name, b.String())
	}
}
