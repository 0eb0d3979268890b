package cgroupfstest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Network is the network that a fake process is in, for tests that do not care
// about single files.
type Network struct {
	// Namespace is the inode of its namespace: processes with the same one
	// share it, and that of process 1 is the node's. 0 makes none that can be
	// read, as where the privilege is missing.
	Namespace uint64
	// Interfaces are all but the loopback, which has no traffic.
	Interfaces []Interface
	// Default is the name of the interface of the default route; empty is none.
	Default string
	// TCP and TCP6 have a state for each socket: 1 is established, 10 listening.
	TCP, TCP6 []int
	UDP, UDP6 []UDPSocket
}

// Interface is one network interface: bytes and packets since it was made.
type Interface struct {
	Name                                    string
	RxBytes, RxPackets, RxErrors, RxDropped uint64
	TxBytes, TxPackets, TxErrors, TxDropped uint64
}

// PutNetwork gives a process what proc says about its network, and makes the
// process if there is none; Remove("proc/7") ends process 7. Which cgroup it is
// in is in Usage.PIDs.
func (t *Tree) PutNetwork(pid int, n Network) {
	t.tb.Helper()
	proc := fmt.Sprintf("proc/%d/", pid)
	var dev, route strings.Builder
	dev.WriteString("Inter-|   Receive                                                |  Transmit\n" +
		" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n")
	for _, i := range append([]Interface{{Name: "lo"}}, n.Interfaces...) {
		fmt.Fprintf(&dev, "%6s: %7d %7d %4d %4d    0     0          0         0 %8d %7d %4d %4d    0     0       0          0\n", i.Name,
			i.RxBytes, i.RxPackets, i.RxErrors, i.RxDropped, i.TxBytes, i.TxPackets, i.TxErrors, i.TxDropped)
	}
	route.WriteString("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n")
	if n.Default != "" {
		fmt.Fprintf(&route, "%s\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n", n.Default)
	}
	t.Write(proc+"net/dev", dev.String())
	t.Write(proc+"net/route", route.String())
	t.putSockets(proc, &n)
	if n.Namespace != 0 {
		t.Link(proc+"ns/net", fmt.Sprintf("net:[%d]", n.Namespace))
	} else if _, err := os.Lstat(t.Path(proc + "ns/net")); err == nil {
		t.Remove(proc + "ns/net")
	}
}

// Link makes a symbolic link, in the place of one that is there. Where it leads
// need not exist.
func (t *Tree) Link(name, to string) {
	t.tb.Helper()
	path := t.Path(name)
	t.mkdir(filepath.Dir(path))
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		t.check(err)
	}
	t.check(os.Symlink(to, path))
}
