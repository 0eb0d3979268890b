package summary_test

import (
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

// compatTree is a node on which every quirk shows, with one pod: two
// containers of one name, one of them above its limit.
func compatTree(t *testing.T) *cgroupfstest.Tree {
	tree := cgroupfstest.New(t)
	above := using(2)
	above.MemoryLimit = 3
	tree.Put(podDir("1"), using(10))
	tree.Put(containerDir("1", 'a'), above)
	tree.Write(containerDir("1", 'a')+"/memory.swap.max", "8\n")
	tree.Put(containerDir("1", 'b'), using(3))
	return tree
}

func compatTreeWithPressure(t *testing.T) *cgroupfstest.Tree {
	tree := compatTree(t)
	for _, file := range []string{"cpu.pressure", "memory.pressure", "io.pressure"} {
		tree.Write(containerDir("1", 'a')+"/"+file, "some avg10=1.50 avg60=0.00 avg300=0.00 total=7\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n")
	}
	return tree
}

func compatTreeV1(t *testing.T) *cgroupfstest.Tree {
	tree := cgroupfstest.NewV1(t)
	tree.Put("kubepods/pod1", using(10))
	tree.Put("kubepods/pod1/"+containerID('a'), using(2))
	tree.Write("memory/kubepods/pod1/"+containerID('a')+"/memory.stat",
		"rss 2\ninactive_file 0\npgfault 11\npgmajfault 12\ntotal_rss 2\ntotal_cache 2\ntotal_inactive_file 0\ntotal_pgfault 111\ntotal_pgmajfault 112\ntotal_swap 0\n")
	return tree
}

const psi7 = `"psi":{"full":{"total":0,"avg10":0,"avg60":0,"avg300":0},"some":{"total":7,"avg10":1.5,"avg60":0,"avg300":0}}`

const compatTime = `"time":"2026-01-02T15:04:05Z"`

// compatCases are what every bit alone changes in the text.
var compatCases = [...]struct {
	name          string
	bit           summary.Compat
	tree          func(*testing.T) *cgroupfstest.Tree
	without, with string // what the text has
}{
	{
		"CompatZeroRate", summary.CompatZeroRate, compatTree,
		`"cpu":{` + compatTime + `,"usageCoreNanoSeconds":3000}`,
		`"cpu":{` + compatTime + `,"usageNanoCores":0,"usageCoreNanoSeconds":3000}`,
	},
	{
		"CompatOwnPageFaults", summary.CompatOwnPageFaults, compatTreeV1,
		`"pageFaults":111,"majorPageFaults":112`,
		`"pageFaults":11,"majorPageFaults":12`,
	},
	{
		"CompatZeroPSI", summary.CompatZeroPSI, compatTree,
		`"usageCoreNanoSeconds":3000}`,
		`"usageCoreNanoSeconds":3000,` + strings.NewReplacer("7", "0", "1.5", "0").Replace(psi7),
	},
	{
		"CompatNoPSI", summary.CompatNoPSI, compatTreeWithPressure,
		`"usageCoreNanoSeconds":2000,` + psi7,
		`"usageCoreNanoSeconds":2000}`,
	},
	{
		"CompatNoPSI of I/O", summary.CompatNoPSI, compatTreeWithPressure,
		`,"io":{` + compatTime + `,` + psi7 + `},"swap"`,
		`"pageFaults":2,"majorPageFaults":0},"swap"`,
	},
	{
		"CompatWrapAvailable", summary.CompatWrapAvailable, compatTree,
		`"availableBytes":0,"usageBytes":4`,
		`"availableBytes":18446744073709551613,"usageBytes":4`,
	},
	{
		"CompatDuplicates", summary.CompatDuplicates, compatTree,
		`[{"name":"x","startTime":"2026-01-02T15:04:05Z"`,
		`{"name":"x","startTime":"2026-01-02T15:04:04Z"`,
	},
	{
		"CompatZeroContainerSwap", summary.CompatZeroContainerSwap, compatTree,
		`"swap":{` + compatTime + `,"swapAvailableBytes":8,"swapUsageBytes":0}`,
		`"swap":{` + compatTime + `,"swapAvailableBytes":0,"swapUsageBytes":0}`,
	},
}

func TestCompat(t *testing.T) {
	all := summary.Compat(0)
	for _, test := range compatCases {
		t.Run(test.name, func(t *testing.T) {
			tree := test.tree(t)
			snap := collected(t, tree)
			text := func(c summary.Compat) string {
				pods := []summary.Pod{
					{UID: "1", Name: "a", Containers: []summary.Container{container('a', "x", tree.Now())}},
					{UID: "1", Name: "b", Containers: []summary.Container{container('b', "x", tree.Now().Add(-1e9)), container('a', "x", tree.Now())}},
					{UID: "1", Name: "c", Containers: []summary.Container{container('b', "x", tree.Now())}},
				}
				s := build(snap, &summary.Options{Compat: c}, pods...)
				requireEncodingJSON(t, s)
				return string(s.AppendJSON(nil))
			}
			require.Contains(t, text(0), test.without)
			require.NotContains(t, text(0), test.with)
			require.Contains(t, text(test.bit), test.with)
		})
		all |= test.bit
	}
	require.Equal(t, 2*summary.CompatZeroContainerSwap-1, all, "a bit has no test")
	require.Zero(t, summary.Kubelet132&summary.CompatZeroPSI, "kubelet 1.32 has no pressure")
}
