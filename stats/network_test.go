package stats_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/internal/procfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

const (
	hostNS = 4026531840
	podNS  = 4026532500
)

func eth0(rx uint64) []cgroupfstest.Interface {
	return []cgroupfstest.Interface{{Name: "eth0", RxBytes: rx, RxPackets: 2, RxErrors: 3, RxDropped: 4, TxBytes: 5, TxPackets: 6, TxErrors: 7, TxDropped: 8}}
}

// networkNode is a node with one pod, whose older container is process 11 and
// the other one 12.
func networkNode(t testing.TB) *cgroupfstest.Tree {
	tree := cgroupfstest.New(t)
	proc(tree)
	tree.Put("", cgroupfstest.Usage{})
	tree.Put(pod, cgroupfstest.Usage{})
	for i, name := range []string{ctr2, ctr1} { // the name does not tell the age
		tree.Put(name, cgroupfstest.Usage{PIDs: []int{11 + i}})
		tree.PutNetwork(11+i, cgroupfstest.Network{Namespace: podNS + uint64(i), Interfaces: eth0(uint64(i) + 1), Default: "eth0"})
		made := tree.Now().Add(time.Duration(i) * time.Second)
		require.NoError(t, os.Chtimes(tree.Path(name), made, made))
	}
	tree.PutNetwork(1, cgroupfstest.Network{Namespace: hostNS, Default: "bond0", Interfaces: []cgroupfstest.Interface{{Name: "bond0", RxBytes: 100}, {Name: "lo0", RxBytes: 1}}})
	return tree
}

func TestNetworkOfThePodAndOfTheNode(t *testing.T) {
	tree := networkNode(t)
	c := collector(t, tree, stats.Options{Network: true})
	s := collect(t, c)
	require.Empty(t, s.Errors.Examples)
	require.Equal(t, stats.Network{
		Time: tree.Now(), Namespace: hostNS, Default: "bond0",
		Interfaces: []stats.Interface{{Name: "bond0", RxBytes: 100}, {Name: "lo0", RxBytes: 1}},
	}, s.Node.Network, "all but lo, exactly")
	require.Equal(t, stats.Network{
		Time: tree.Now(), Namespace: podNS, Default: "eth0",
		Interfaces: []stats.Interface{{"eth0", 1, 2, 3, 4, 5, 6, 7, 8}},
	}, s.Find("/"+pod).Network, "through the older container")
	for _, path := range []string{"/", "/kubepods.slice", "/" + ctr1, "/" + ctr2} {
		require.Zero(t, s.Find(path).Network, path)
	}

	tree.Advance(time.Second)
	tree.PutNetwork(11, cgroupfstest.Network{Namespace: podNS, Interfaces: eth0(500), Default: "eth0"})
	got := collect(t, c).Find("/" + pod).Network
	require.EqualValues(t, 500, got.Interfaces[0].RxBytes)
	require.Equal(t, tree.Now(), got.Time)
}

func TestNetworkOfAContainerInNoPod(t *testing.T) {
	tree := networkNode(t)
	path := "system.slice/docker-" + strings.Repeat("5", 64) + ".scope"
	tree.Put(path, cgroupfstest.Usage{PIDs: []int{20}})
	tree.PutNetwork(20, cgroupfstest.Network{Namespace: 77, Interfaces: eth0(9)})
	tree.Put("system.slice/sshd.service", cgroupfstest.Usage{PIDs: []int{1}})
	s := collect(t, collector(t, tree, stats.Options{Network: true}))
	require.EqualValues(t, 77, s.Find("/"+path).Network.Namespace)
	require.Empty(t, s.Find("/"+path).Network.Default)
	require.Zero(t, s.Find("/system.slice/sshd.service").Network)
}

// TestAHostNetworkIsReadOnce makes what the pod sees of it another thing.
func TestAHostNetworkIsReadOnce(t *testing.T) {
	tree := networkNode(t)
	tree.PutNetwork(11, cgroupfstest.Network{Namespace: hostNS, Interfaces: eth0(1)})
	s := collect(t, collector(t, tree, stats.Options{Network: true}))
	got := s.Find("/" + pod).Network
	require.Equal(t, s.Node.Network, got)
	require.Equal(t, &s.Node.Network.Interfaces[0], &got.Interfaces[0], "the same memory")
}

func TestWithoutThePrivilegeTheNamespaceIsNotKnown(t *testing.T) {
	tree := networkNode(t)
	for pid := range map[int]bool{1: true, 11: true} {
		tree.PutNetwork(pid, cgroupfstest.Network{Interfaces: eth0(uint64(pid)), Default: "eth0"})
	}
	c := collector(t, tree, stats.Options{Network: true})
	for range 2 {
		s := collect(t, c)
		require.Empty(t, s.Errors.Examples)
		require.Zero(t, s.Node.Network.Namespace)
		require.Zero(t, s.Find("/"+pod).Network.Namespace)
		require.EqualValues(t, 1, s.Node.Network.Interfaces[0].RxBytes, "nothing is shared")
		require.EqualValues(t, 11, s.Find("/" + pod).Network.Interfaces[0].RxBytes)
	}
}

func TestAProcessThatHasLeftItsCgroupIsNotRead(t *testing.T) {
	tree := networkNode(t)
	c := collector(t, tree, stats.Options{Network: true})
	require.EqualValues(t, podNS, collect(t, c).Find("/"+pod).Network.Namespace)

	// Process 11 ended; somebody else has its number.
	tree.Put(ctr2, cgroupfstest.Usage{})
	tree.PutNetwork(11, cgroupfstest.Network{Namespace: 66, Interfaces: eth0(66)})
	s := collect(t, c)
	require.EqualValues(t, podNS+1, s.Find("/"+pod).Network.Namespace, "through the next container")
	require.Empty(t, s.Errors.Examples)

	tree.Put(ctr1, cgroupfstest.Usage{})
	s = collect(t, c)
	require.Zero(t, s.Find("/"+pod).Network, "nobody is left")
	require.Empty(t, s.Errors.Examples)

	tree.Put(ctr2, cgroupfstest.Usage{PIDs: []int{14}})
	tree.PutNetwork(14, cgroupfstest.Network{Namespace: podNS, Interfaces: eth0(14)})
	require.EqualValues(t, podNS, collect(t, c).Find("/"+pod).Network.Namespace)
	tree.Put(ctr2, cgroupfstest.Usage{PIDs: []int{15}}) // 14 is in another cgroup
	tree.PutNetwork(14, cgroupfstest.Network{Namespace: 66, Interfaces: eth0(66)})
	tree.PutNetwork(15, cgroupfstest.Network{Namespace: podNS, Interfaces: eth0(15)})
	s = collect(t, c)
	require.EqualValues(t, 15, s.Find("/" + pod).Network.Interfaces[0].RxBytes)
	require.Empty(t, s.Errors.Examples)

	tree.Put(ctr2, cgroupfstest.Usage{})
	tree.Put(ctr1, cgroupfstest.Usage{PIDs: []int{99, 13}}) // 99 has ended since
	tree.PutNetwork(13, cgroupfstest.Network{Namespace: podNS, Interfaces: eth0(13)})
	s = collect(t, c)
	require.EqualValues(t, 13, s.Find("/" + pod).Network.Interfaces[0].RxBytes)
	require.Empty(t, s.Errors.Examples)
}

// TestAContainerThatGoesInTheRound ends its process when the clock is read for
// the pod's network, or removes its cgroup as well.
func TestAContainerThatGoesInTheRound(t *testing.T) {
	for _, what := range []string{"proc/11", ctr2} {
		for _, warm := range []bool{false, true} {
			t.Run(fmt.Sprintf("%.10s %v", what, warm), func(t *testing.T) {
				tree := networkNode(t)
				left := -1
				now := func() time.Time {
					if left--; left == 0 {
						tree.Remove(what)
					}
					return tree.Now()
				}
				c := collector(t, tree, stats.Options{Network: true, Now: now})
				if warm {
					collect(t, c)
				}
				left = 1 << 30
				collect(t, c)
				calls := 1<<30 - left
				for at := 1; at <= calls; at++ {
					left = at
					s := collect(t, c)
					require.Empty(t, s.Errors.Examples)
					if got := s.Find("/" + pod).Network; got.Namespace != podNS {
						require.EqualValues(t, podNS+1, got.Namespace)
					}
					s = collect(t, c)
					require.EqualValues(t, podNS+1, s.Find("/"+pod).Network.Namespace)
					require.Empty(t, s.Errors.Examples)

					tree.Put(ctr2, cgroupfstest.Usage{PIDs: []int{11}})
					require.NoError(t, os.Chtimes(tree.Path(ctr2), tree.Now(), tree.Now()))
					tree.PutNetwork(11, cgroupfstest.Network{Namespace: podNS, Interfaces: eth0(1)})
					tree.Put(ctr1, cgroupfstest.Usage{})
					require.EqualValues(t, podNS, collect(t, c).Find("/"+pod).Network.Namespace)
					tree.Put(ctr1, cgroupfstest.Usage{PIDs: []int{12}})
				}
			})
		}
	}
}

func TestProcessesThatAContainerMovedBelow(t *testing.T) {
	tree := networkNode(t)
	c := collector(t, tree, stats.Options{Network: true})
	collect(t, c) // their ages are known from here on
	tree.Put(ctr2, cgroupfstest.Usage{})
	tree.Put(ctr2+"/container", cgroupfstest.Usage{PIDs: []int{11}})
	for range 2 {
		s := collect(t, c)
		require.EqualValues(t, podNS, s.Find("/"+pod).Network.Namespace)
		require.Nil(t, s.Find("/"+ctr2+"/container"))
	}
	tree.Remove(ctr2 + "/container")
	require.EqualValues(t, podNS+1, collect(t, c).Find("/"+pod).Network.Namespace)

	// What a container makes costs little, however much it is.
	tree.Put(ctr1, cgroupfstest.Usage{})
	for i := range 16 {
		tree.Put(fmt.Sprintf("%s/a%02d", ctr1, i), cgroupfstest.Usage{})
	}
	tree.Put(ctr1+"/b", cgroupfstest.Usage{PIDs: []int{12}})
	s := collect(t, c)
	if got := s.Find("/" + pod).Network; got.Namespace != 0 { // the folder's order decides
		require.EqualValues(t, podNS+1, got.Namespace)
	}
	require.Empty(t, s.Errors.Examples)
}

func TestOddLinesOfInterfaces(t *testing.T) {
	tree := networkNode(t)
	tree.Write("proc/11/net/dev", "Inter-| Receive | Transmit\n face |bytes packets errs drop|bytes packets errs drop\n"+
		"eth0:1:11 2 3 4 5 6 7 8\nbroken: 1 2\neth0:12 2 3 4 5 6 7 8\n   lo: 1 1 1 1 1 1 1 1\n")
	c := collector(t, tree, stats.Options{Network: true})
	for range 2 {
		s := collect(t, c)
		cg := s.Find("/" + pod)
		require.Equal(t, []stats.Interface{{"eth0:1", 11, 2, 3, 4, 5, 6, 7, 8}, {"eth0", 12, 2, 3, 4, 5, 6, 7, 8}}, cg.Network.Interfaces)
		require.Equal(t, 1, s.Errors.Parse)
		require.Equal(t, 1, s.Errors.Total())
		var parse *procfs.ParseError
		require.ErrorAs(t, cg.Err, &parse)
		require.Equal(t, tree.Path("proc/11/net/dev"), parse.Path)
		require.Equal(t, 4, parse.Line)
	}
}

func TestInterfacesThatCannotBeRead(t *testing.T) {
	tree := networkNode(t)
	tree.Unreadable("proc/11/net/dev")
	tree.Unreadable("proc/1/net/dev")
	s := collect(t, collector(t, tree, stats.Options{Network: true}))
	require.Zero(t, s.Node.Network)
	require.EqualValues(t, podNS+1, s.Find("/"+pod).Network.Namespace, "through the next container")
	require.Equal(t, 2, s.Errors.Other)
	require.ErrorContains(t, s.Errors.Examples[0], tree.Path("proc/1/net/dev"))
	require.ErrorContains(t, s.Find("/"+pod).Err, tree.Path("proc/11/net/dev"))

	tree = networkNode(t)
	require.NoError(t, os.RemoveAll(tree.Path("proc")))
	c := collector(t, tree, stats.Options{Network: true})
	s = collect(t, c)
	require.Zero(t, s.Errors.Total(), "a node without proc")
	require.Zero(t, s.Node.Network)
	require.Zero(t, s.Find("/"+pod).Network)
	tree.PutNetwork(1, cgroupfstest.Network{Namespace: hostNS})
	s = collect(t, c)
	require.EqualValues(t, hostNS, s.Node.Network.Namespace, "it was mounted")
	require.Empty(t, s.Node.Network.Interfaces)
}

func TestTheDefaultRouteIsAskedNowAndThen(t *testing.T) {
	tree := networkNode(t)
	c := collector(t, tree, stats.Options{Network: true, SlowInterval: time.Minute})
	put := func(route string, names ...string) {
		n := cgroupfstest.Network{Namespace: podNS, Default: route}
		for _, name := range names {
			n.Interfaces = append(n.Interfaces, cgroupfstest.Interface{Name: name})
		}
		tree.PutNetwork(11, n)
	}
	is := func() string { return collect(t, c).Find("/" + pod).Network.Default }
	put("a", "a", "b")
	require.Equal(t, "a", is())
	put("b", "a", "b")
	tree.Advance(30 * time.Second)
	require.Equal(t, "a", is(), "not yet")
	tree.Advance(30 * time.Second)
	require.Equal(t, "b", is())
	put("a", "a")
	require.Equal(t, "a", is(), "b is gone")
	put("", "a")
	tree.Advance(time.Minute)
	require.Empty(t, is())
}

func TestASharedSnapshotKeepsItsNetworks(t *testing.T) {
	tree := networkNode(t)
	c := collector(t, tree, stats.Options{Network: true})
	ctx := context.Background()
	first, err := c.Fresh(ctx, 0)
	require.NoError(t, err)
	tree.Advance(time.Second)
	tree.PutNetwork(11, cgroupfstest.Network{Namespace: podNS, Interfaces: append(eth0(500), cgroupfstest.Interface{Name: "net1"})})
	second, err := c.Fresh(ctx, 0)
	require.NoError(t, err)
	collect(t, c)
	require.EqualValues(t, 1, first.Find("/" + pod).Network.Interfaces[0].RxBytes)
	require.Len(t, first.Find("/"+pod).Network.Interfaces, 1)
	require.EqualValues(t, 500, second.Find("/" + pod).Network.Interfaces[0].RxBytes)
	require.Equal(t, "net1", second.Find("/" + pod).Network.Interfaces[1].Name)
	require.EqualValues(t, 100, second.Node.Network.Interfaces[0].RxBytes)
}
