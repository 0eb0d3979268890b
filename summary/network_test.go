package summary_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

// network is a namespace with interfaces of these names; the first, without
// the mark, that has a * is of the default route. The n-th has received n bytes.
func network(inode uint64, names ...string) stats.Network {
	n := stats.Network{Time: time.Unix(100, 0), Namespace: inode}
	for i, name := range names {
		if bare, ok := strings.CutSuffix(name, "*"); ok {
			n.Default, name = bare, bare
		}
		rx := uint64(i + 1)
		n.Interfaces = append(n.Interfaces, stats.Interface{
			Name: name, RxBytes: rx, RxErrors: rx + 10, TxBytes: rx + 20, TxErrors: rx + 30, RxPackets: 999, TxDropped: 999,
		})
	}
	return n
}

// interfaces is a network in a word: "eth0=1: cni0=2 eth0=1", the default first.
func interfaces(n *summary.NetworkStats) string {
	if n.Time.IsZero() {
		return "none"
	}
	text := fmt.Sprintf("%s=%v:", n.Name, n.RxBytes)
	for _, s := range n.Interfaces {
		text += fmt.Sprintf(" %s=%v", s.Name, s.RxBytes)
	}
	return text
}

func TestBuildListsInterfaces(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put(podDir("1"), using(1))
	tree.Put(containerDir("1", 'a'), using(1))
	snap := collected(t, tree)
	pod := summary.Pod{UID: "1", Containers: []summary.Container{container('a', "x", tree.Now())}}
	node := network(1, "ens3", "bond0*", "cni0", "veth1234", "docker0", "Docker1", "longhorn0", "nerdctl0")
	own := network(2, "eth0*", "veth0", "lo1")
	host := network(1, "ens3", "bond0*")
	for _, test := range []struct {
		name            string
		node, pod       stats.Network
		options         summary.Options
		wantNode, wantP string
	}{
		{"nothing known", stats.Network{}, stats.Network{}, summary.Options{}, "none", "none"},
		{
			"real names, and the default route's", node, own, summary.Options{},
			"bond0=2: ens3=1 bond0=2 cni0=3 docker0=5 Docker1=6 longhorn0=7 nerdctl0=8", "eth0=1: eth0=1 veth0=2 lo1=3",
		},
		{
			"a chosen default", node, own, summary.Options{DefaultInterface: "ens3", Compat: summary.CompatEth0},
			"ens3=1: ens3=1 bond0=2 cni0=3 docker0=5 Docker1=6 longhorn0=7 nerdctl0=8", "=absent: eth0=1 veth0=2 lo1=3",
		},
		{
			"chosen interfaces", node, own,
			summary.Options{Interface: func(name string) bool { return name == "veth1234" || name == "eth0" }},
			"=absent: veth1234=4", "eth0=1: eth0=1",
		},
		{"eth0 or none", node, own, summary.Options{Compat: summary.CompatEth0}, "=absent: ens3=1 bond0=2 cni0=3 docker0=5 Docker1=6 longhorn0=7 nerdctl0=8", "eth0=1: eth0=1 veth0=2 lo1=3"},
		{"prefixes", node, own, summary.Options{Compat: summary.CompatInterfacePrefixes}, "bond0=2: ens3=1 bond0=2 cni0=3", "eth0=1: eth0=1"},
		{"no default route", network(1, "a"), network(2, "b"), summary.Options{}, "=absent: a=1", "=absent: b=1"},
		{"no interface", network(1), network(2), summary.Options{}, "=absent:", "=absent:"},
		{"hostNetwork", host, host, summary.Options{}, "bond0=2: ens3=1 bond0=2", "none"},
		{"hostNetwork, twice", host, host, summary.Options{Compat: summary.CompatHostNetwork}, "bond0=2: ens3=1 bond0=2", "bond0=2: ens3=1 bond0=2"},
		{"namespaces not known", network(0, "a*"), network(0, "b*"), summary.Options{}, "a=1: a=1", "b=1: b=1"},
		{"CPU and memory only", node, own, summary.Options{CPUAndMemoryOnly: true}, "none", "none"},
	} {
		t.Run(test.name, func(t *testing.T) {
			snap.Node.Network, snap.Find("/"+podDir("1")).Network = test.node, test.pod
			s := build(snap, &test.options, pod)
			require.Equal(t, test.wantNode, interfaces(&s.Node.Network))
			require.Equal(t, test.wantP, interfaces(&s.Pods[0].Network))
			requireEncodingJSON(t, s)
		})
	}
}

func TestBuildCopiesAnInterface(t *testing.T) {
	snap := collected(t, cgroupfstest.New(t))
	snap.Node.Network = network(1, "eth0*")
	n := build(snap, nil).Node.Network
	want := summary.InterfaceStats{
		Name: "eth0", RxBytes: cgroupfs.Number(1), RxErrors: cgroupfs.Number(11), TxBytes: cgroupfs.Number(21), TxErrors: cgroupfs.Number(31),
	}
	require.Equal(t, summary.NetworkStats{Time: time.Unix(100, 0), InterfaceStats: want, Interfaces: []summary.InterfaceStats{want}}, n)
}

// A pod without a cgroup has the network of its containers, which share it.
func TestBuildTakesTheNetworkOfAContainer(t *testing.T) {
	tree := cgroupfstest.New(t)
	tree.Put("a/"+containerID('a'), using(1))
	tree.Put("a/"+containerID('b'), using(1))
	snap := collected(t, tree)
	snap.Find("/a/" + containerID('b')).Network = network(2, "eth0*")
	s := build(snap, nil, summary.Pod{UID: "1", Containers: []summary.Container{
		container('c', "gone", tree.Now()), container('a', "x", tree.Now()), container('b', "y", tree.Now()),
	}})
	require.Equal(t, "eth0=1: eth0=1", interfaces(&s.Pods[0].Network))
}

func TestBuildCountsTheNodesTasks(t *testing.T) {
	snap := collected(t, cgroupfstest.New(t))
	snap.Node.Tasks, snap.Node.MaxTasks, snap.Node.TasksTime = cgroupfs.Number(7), cgroupfs.Number(9), time.Unix(100, 0)
	want := summary.RlimitStats{Time: time.Unix(100, 0), MaxPID: cgroupfs.Number(9), NumOfRunningProcesses: cgroupfs.Number(7)}
	require.Equal(t, want, build(snap, nil).Node.Rlimit)
	require.Zero(t, build(snap, &summary.Options{CPUAndMemoryOnly: true}).Node.Rlimit)
}
