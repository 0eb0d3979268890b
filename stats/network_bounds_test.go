package stats_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

// TestANetworkThatCannotBeReadIsTriedOnce has a namespace with so many
// interfaces that their list is too large, whoever of it is asked.
func TestANetworkThatCannotBeReadIsTriedOnce(t *testing.T) {
	tree := networkNode(t)
	for i, name := range []string{ctr2, ctr1} {
		var pids []int
		for pid := 20 + 10*i; pid < 24+10*i; pid++ {
			pids = append(pids, pid)
			tree.PutNetwork(pid, cgroupfstest.Network{Namespace: podNS, Interfaces: eth0(1), Default: "eth0"})
			tree.Write(fmt.Sprintf("proc/%d/net/dev", pid), strings.Repeat("eth0: 1 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n", 30_000))
		}
		tree.Put(name, cgroupfstest.Usage{PIDs: pids})
	}
	c := collector(t, tree, stats.Options{Network: true})
	for range 2 {
		s := collect(t, c)
		require.Equal(t, 1, s.Errors.Other)
		require.ErrorContains(t, s.Find("/"+pod).Err, "20/net/dev: file is larger than 1 MiB")
		require.Zero(t, s.Find("/"+pod).Network)
	}
}

func TestFewOfManyProcessesAreTried(t *testing.T) {
	tree := networkNode(t)
	tree.Put(ctr1, cgroupfstest.Usage{})
	var pids []int
	for pid := 20; pid < 40; pid++ {
		pids = append(pids, pid)
		tree.PutNetwork(pid, cgroupfstest.Network{Namespace: uint64(pid)})
		tree.Unreadable(fmt.Sprintf("proc/%d/net/dev", pid))
	}
	tree.Put(ctr2, cgroupfstest.Usage{PIDs: pids})
	require.Equal(t, 4, collect(t, collector(t, tree, stats.Options{Network: true})).Errors.Total())
}

// TestFewOfManyCgroupsBelowAreTried has a container that makes cgroups of whose
// processes no number can be read.
func TestFewOfManyCgroupsBelowAreTried(t *testing.T) {
	tree := networkNode(t)
	tree.Put(ctr1, cgroupfstest.Usage{})
	tree.Put(ctr2, cgroupfstest.Usage{})
	for i := range 40 {
		tree.Write(fmt.Sprintf("%s/c%02d/cgroup.procs", ctr2, i), "x\n")
	}
	require.Equal(t, 16, collect(t, collector(t, tree, stats.Options{Network: true})).Errors.Parse)
}

// TestAProcessThatEndsBeforeItsRouteIsRead ends it at each look at the clock,
// one of which is between its interfaces and its route. Another process is in
// the same namespace.
func TestAProcessThatEndsBeforeItsRouteIsRead(t *testing.T) {
	for at, calls := 1, 2; at <= calls; at++ {
		tree := networkNode(t)
		tree.PutNetwork(12, cgroupfstest.Network{Namespace: podNS, Interfaces: eth0(1), Default: "eth0"})
		left := -1
		c := collector(t, tree, stats.Options{Network: true, Now: func() time.Time {
			if left--; left == 0 {
				tree.Remove("proc/11")
			}
			return tree.Now()
		}})
		left = at
		collect(t, c)
		calls = at - left
		s := collect(t, c)
		require.Equal(t, "eth0", s.Find("/"+pod).Network.Default, "call %d of %d", at, calls)
		require.Empty(t, s.Errors.Examples)
	}
}
