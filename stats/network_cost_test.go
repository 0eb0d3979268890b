package stats_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

// manyPods is a node with pods that each have a network, and every tenth the
// node's, where 250 interfaces are.
func manyPods(t testing.TB, pods int) *cgroupfstest.Tree {
	tree := cgroupfstest.New(t)
	proc(tree)
	n := cgroupfstest.Network{Namespace: hostNS, Default: "eth0", Interfaces: eth0(1)}
	for i := range 250 {
		n.Interfaces = append(n.Interfaces, cgroupfstest.Interface{Name: fmt.Sprintf("veth%08x", i)})
	}
	tree.PutNetwork(1, n)
	for i := range pods {
		path := fmt.Sprintf("kubepods.slice/kubepods-podaaaa_%d.slice", i)
		tree.Put(path, cgroupfstest.Usage{})
		tree.Put(fmt.Sprintf("%s/cri-containerd-%064x.scope", path, i), cgroupfstest.Usage{PIDs: []int{1000 + i}})
		one := cgroupfstest.Network{Namespace: podNS + uint64(i), Default: "eth0", Interfaces: eth0(uint64(i))}
		if i%10 == 9 {
			one = n
		}
		tree.PutNetwork(1000+i, one)
	}
	return tree
}

func TestCollectNetworkAllocs(t *testing.T) {
	for _, slow := range []time.Duration{0, -1} {
		tree := manyPods(t, 20)
		c := collector(t, tree, stats.Options{Network: true, SlowInterval: slow})
		s := requireAllocs(t, tree, c, 4) // one more for the interfaces
		require.Empty(t, s.Errors.Examples)
	}
}

// BenchmarkCollectNetwork is a round over a fake node with and without the
// networks of its pods.
func BenchmarkCollectNetwork(b *testing.B) {
	const pods = 100
	for _, network := range []bool{false, true} {
		b.Run(fmt.Sprintf("pods=%d,network=%v", pods, network), func(b *testing.B) {
			c := collector(b, manyPods(b, pods), stats.Options{Network: network, Metrics: cgroupfs.CPU})
			benchmark(b, c)
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/pods, "µs/pod")
		})
	}
}
