package expo

import (
	"strings"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
)

// networkFamilies are those of interfaces and sockets.
var networkFamilies = [...]family{
	{Family{"container_network_receive_bytes_total", "Bytes received.", Counter}, 0, 2, "interface",
		network(func(i *stats.Interface) uint64 { return i.RxBytes }), nil},
	{Family{"container_network_receive_packets_total", "Packets received.", Counter}, 0, 3, "interface",
		network(func(i *stats.Interface) uint64 { return i.RxPackets }), nil},
	{Family{"container_network_receive_packets_dropped_total", "Packets dropped while receiving.", Counter}, 0, 3, "interface",
		network(func(i *stats.Interface) uint64 { return i.RxDropped }), nil},
	{Family{"container_network_receive_errors_total", "Errors while receiving.", Counter}, 0, 3, "interface",
		network(func(i *stats.Interface) uint64 { return i.RxErrors }), nil},
	{Family{"container_network_transmit_bytes_total", "Bytes transmitted.", Counter}, 0, 2, "interface",
		network(func(i *stats.Interface) uint64 { return i.TxBytes }), nil},
	{Family{"container_network_transmit_packets_total", "Packets transmitted.", Counter}, 0, 3, "interface",
		network(func(i *stats.Interface) uint64 { return i.TxPackets }), nil},
	{Family{"container_network_transmit_packets_dropped_total", "Packets dropped while transmitting.", Counter}, 0, 3, "interface",
		network(func(i *stats.Interface) uint64 { return i.TxDropped }), nil},
	{Family{"container_network_transmit_errors_total", "Errors while transmitting.", Counter}, 0, 3, "interface",
		network(func(i *stats.Interface) uint64 { return i.TxErrors }), nil},
	{Family{"container_network_tcp_usage_total", "TCP sockets of IPv4 by state, now.", Gauge}, 0, 4, "tcp_state",
		tcp(func(n *stats.SocketStats) *[12]uint64 { return &n.TCP }), nil},
	{Family{"container_network_tcp6_usage_total", "TCP sockets of IPv6 by state, now.", Gauge}, 0, 4, "tcp_state",
		tcp(func(n *stats.SocketStats) *[12]uint64 { return &n.TCP6 }), nil},
	{Family{"container_network_udp_usage_total", "UDP sockets of IPv4, what they dropped, and what is queued in bytes.", Gauge}, 0, 4, "udp_state",
		udp(func(n *stats.SocketStats) *stats.UDPStats { return &n.UDP }), nil},
	{Family{"container_network_udp6_usage_total", "UDP sockets of IPv6, what they dropped, and what is queued in bytes.", Gauge}, 0, 4, "udp_state",
		udp(func(n *stats.SocketStats) *stats.UDPStats { return &n.UDP6 }), nil},
}

// network is of the interfaces of a cgroup's network namespace. The node's
// ends of pods' interfaces, veth…, are not listed: the pods have them.
func network(f func(i *stats.Interface) uint64) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		if c.network == nil {
			return
		}
		for i := range c.network.Interfaces {
			if in := &c.network.Interfaces[i]; s.listed(in.Name, c.level) {
				s.out.put(&c.subject, integer(f(in)), c.network.Time, Label{"interface", in.Name})
			}
		}
	}
}

func (s *scrape) listed(name string, level Level) bool {
	if s.has(summary.CompatInterfacePrefixes) {
		for _, prefix := range [...]string{"lo", "veth", "docker", "nerdctl"} {
			if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
				return false
			}
		}
	}
	return level != LevelNode || !strings.HasPrefix(name, "veth")
}

// tcpStates are in the order of the kernel's numbers, from 1.
var tcpStates = [...]string{
	"", "established", "synsent", "synrecv", "finwait1", "finwait2", "timewait", "close", "closewait", "lastack", "listen", "closing",
}

func tcp(f func(n *stats.SocketStats) *[12]uint64) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		if !c.sockets {
			return
		}
		states := f(c.Processes.Network)
		for i := 1; i < len(states); i++ {
			s.out.put(&c.subject, integer(states[i]), orElse(c.Processes.Time, c.at), Label{"tcp_state", tcpStates[i]})
		}
	}
}

func udp(f func(n *stats.SocketStats) *stats.UDPStats) func(*scrape, *cgroup) {
	return func(s *scrape, c *cgroup) {
		if !c.sockets {
			return
		}
		u := f(c.Processes.Network)
		for _, part := range [...]struct {
			name string
			n    uint64
		}{{"listen", u.Listen}, {"dropped", u.Dropped}, {"rxqueued", u.RxQueued}, {"txqueued", u.TxQueued}} {
			s.out.put(&c.subject, integer(part.n), orElse(c.Processes.Time, c.at), Label{"udp_state", part.name})
		}
	}
}

// A mark is what is known of a cgroup of the Snapshot beside its series.
type mark struct {
	subject int  // its index in Printer.subjects; -1 if it has no series
	network bool // a sandbox has the pod's interfaces
	sandbox bool // a sandbox has the pod's sockets
	sockets bool // a container has
}

// placeNetworks gives networks to whom they belong: the node's to the root, a
// pod's to its sandbox, whose series it has with a kubelet, and to the pod
// where no sandbox is known. A pod with hostNetwork has none of its own.
func (s *scrape) placeNetworks() {
	for i := range s.subjects {
		c := &s.subjects[i]
		switch {
		case c.level == LevelNode:
			c.network = &s.n.Snapshot.Node.Network
		case s.ownNetwork(&c.Network):
			c.network = &c.Network
		}
		if c.network != nil && c.network.Time.IsZero() {
			c.network = nil
		}
		if !c.sandbox {
			continue
		}
		pod := s.podOf(c)
		if pod < 0 || s.marks[pod].network {
			continue
		}
		n := &s.n.Snapshot.Cgroups[pod].Network
		if !n.Time.IsZero() && s.ownNetwork(n) {
			c.network, s.marks[pod].network = n, true
			if k := s.marks[pod].subject; k >= 0 {
				s.subjects[k].network = nil
			}
		}
	}
}

func (s *scrape) ownNetwork(n *stats.Network) bool {
	return n.Namespace == 0 || n.Namespace != s.n.Snapshot.Node.Network.Namespace || s.has(summary.CompatHostNetwork)
}

// placeSockets chooses whose series the sockets of a network namespace are:
// all containers of a pod see the same. The node's are the root's, as its
// interfaces are, and not those of every service.
func (s *scrape) placeSockets() {
	for i := range s.subjects {
		if c := &s.subjects[i]; c.sandbox && s.ownSockets(c) {
			if pod := s.podOf(c); pod >= 0 && !s.marks[pod].sandbox {
				s.marks[pod].sandbox, c.sockets = true, true
			}
		}
	}
	for i := range s.subjects {
		c := &s.subjects[i]
		if c.sockets || !s.ownSockets(c) {
			continue
		}
		pod := s.podOf(c)
		if c.sockets = pod < 0; pod >= 0 && !s.marks[pod].sandbox && !s.marks[pod].sockets {
			s.marks[pod].sockets, c.sockets = true, true
		}
	}
}

// ownSockets reports whether it is known what sockets a cgroup has, and they
// are not the node's. Cgroups in one network namespace share them.
func (s *scrape) ownSockets(c *cgroup) bool {
	if c.Processes == nil || c.Processes.Network == nil {
		return false
	}
	node := s.n.Snapshot.Cgroups[0].Processes
	return c.level == LevelNode || node == nil || c.Processes.Network != node.Network || s.podOf(c) >= 0 && s.has(summary.CompatHostNetwork)
}

// podOf returns the index of the pod's cgroup that c is in; -1 if there is none.
func (s *scrape) podOf(c *cgroup) int {
	for i := c.Parent; i >= 0 && i < len(s.n.Snapshot.Cgroups); i = s.n.Snapshot.Cgroups[i].Parent {
		if s.n.Snapshot.Cgroups[i].Kind == stats.KindPod {
			return i
		}
	}
	return -1
}
