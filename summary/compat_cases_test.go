package summary_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
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
	only          bool   // CPU and memory
}{
	{
		name: "CompatZeroRate", bit: summary.CompatZeroRate, tree: compatTree,
		without: `"cpu":{` + compatTime + `,"usageCoreNanoSeconds":3000}`,
		with:    `"cpu":{` + compatTime + `,"usageNanoCores":0,"usageCoreNanoSeconds":3000}`,
	},
	{
		name: "CompatOwnPageFaults", bit: summary.CompatOwnPageFaults, tree: compatTreeV1,
		without: `"pageFaults":111,"majorPageFaults":112`,
		with:    `"pageFaults":11,"majorPageFaults":12`,
	},
	{
		name: "CompatZeroPSI", bit: summary.CompatZeroPSI, tree: compatTree,
		without: `"usageCoreNanoSeconds":3000}`,
		with:    `"usageCoreNanoSeconds":3000,` + strings.NewReplacer("7", "0", "1.5", "0").Replace(psi7),
	},
	{
		name: "CompatNoPSI", bit: summary.CompatNoPSI, tree: compatTreeWithPressure,
		without: `"usageCoreNanoSeconds":2000,` + psi7,
		with:    `"usageCoreNanoSeconds":2000}`,
	},
	{
		name: "CompatNoPSI of I/O", bit: summary.CompatNoPSI, tree: compatTreeWithPressure,
		without: `,"io":{` + compatTime + `,` + psi7 + `},"swap"`,
		with:    `"pageFaults":2,"majorPageFaults":0},"swap"`,
	},
	{
		name: "CompatWrapAvailable", bit: summary.CompatWrapAvailable, tree: compatTree,
		without: `"availableBytes":0,"usageBytes":4`,
		with:    `"availableBytes":18446744073709551613,"usageBytes":4`,
	},
	{
		name: "CompatDuplicates", bit: summary.CompatDuplicates, tree: compatTree,
		without: `[{"name":"x","startTime":"2026-01-02T15:04:05Z"`,
		with:    `{"name":"x","startTime":"2026-01-02T15:04:04Z"`,
	},
	{
		name: "CompatZeroContainerSwap", bit: summary.CompatZeroContainerSwap, tree: compatTree,
		without: `"swap":{` + compatTime + `,"swapAvailableBytes":8,"swapUsageBytes":0}`,
		with:    `"swap":{` + compatTime + `,"swapAvailableBytes":0,"swapUsageBytes":0}`,
	},
	{
		name: "CompatEth0", bit: summary.CompatEth0, tree: compatTree,
		without: `"network":{"time":"1970-01-01T00:01:40Z","name":"ens3","rxBytes":2`,
		with:    `"network":{"time":"1970-01-01T00:01:40Z","name":"","interfaces":[`,
	},
	{
		name: "CompatInterfacePrefixes", bit: summary.CompatInterfacePrefixes, tree: compatTree,
		without: `"interfaces":[{"name":"longhorn0"`,
		with:    `"interfaces":[{"name":"ens3"`,
	},
	{
		name: "CompatHostNetwork", bit: summary.CompatHostNetwork, tree: compatTree,
		without: `"majorPageFaults":0},"volume":[`,
		with:    `"majorPageFaults":0},"network":{"time":"1970-01-01T00:01:40Z","name":"ens3"`,
	},
	{
		name: "CompatZeroVolumes", bit: summary.CompatZeroVolumes, tree: compatTree,
		without: `"volume":[{"time":"1970-01-01T00:00:01Z","availableBytes":60,"capacityBytes":100,"inodesFree":7,"inodes":10,"name":"data"}]`,
		with:    `"volume":[{"time":"1970-01-01T00:00:01Z","availableBytes":60,"capacityBytes":100,"usedBytes":0,"inodesFree":7,"inodes":10,"inodesUsed":0,"name":"data"}]`,
	},
	{
		name: "CompatPartialEphemeralStorage", bit: summary.CompatPartialEphemeralStorage, tree: compatTree,
		without: `"ephemeral-storage":{"time":"1970-01-01T00:00:10Z","availableBytes":60,"capacityBytes":100,"inodesFree":7,"inodes":10}`,
		with:    `"ephemeral-storage":{"time":"1970-01-01T00:00:10Z","availableBytes":60,"capacityBytes":100,"usedBytes":40,"inodesFree":7,"inodes":10,"inodesUsed":4}`,
	},
	{
		name: "CompatSameContainerFS", bit: summary.CompatSameContainerFS, tree: compatTree,
		without: `"containerFs":{"time":"1970-01-01T00:00:11Z"`,
		with:    `"containerFs":{"time":"1970-01-01T00:00:10Z"`,
	},
	{
		name: "CompatRootStart", bit: summary.CompatRootStart, tree: compatTree, only: true,
		without: `"startTime":"2001-02-03T04:05:06Z"`,
		with:    `"startTime":"2001-02-03T04:05:59Z"`,
	},
	{
		name: "CompatNoSwapInCPUAndMemory", bit: summary.CompatNoSwapInCPUAndMemory, tree: compatTree, only: true,
		without: `"majorPageFaults":0},"swap":{` + compatTime,
		with:    `"majorPageFaults":0}}`,
	},
}

// compatRound is a round over a tree, and beside it what no cgroup says: a
// node of which all pods use the network, and a pod of whose volume little is
// known.
func compatRound(t *testing.T, tree *cgroupfstest.Tree) (*stats.Snapshot, *storage.Snapshot) {
	snap := collected(t, tree)
	snap.Node.BootTime = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	root := *snap.Cgroups[0].Info
	root.CreatedAt = snap.Node.BootTime.Add(53 * time.Second)
	snap.Cgroups[0].Info = &root
	snap.Node.Network = network(1, "longhorn0", "ens3*")
	for i := range snap.Cgroups {
		if snap.Cgroups[i].Kind == stats.KindPod {
			snap.Cgroups[i].Network = snap.Node.Network
		}
	}
	data := volume("empty-dir", "data", 1, 0, 0)
	data.Used = storage.Used{}
	return snap, &storage.Snapshot{
		Node:      disk(1),
		Image:     storage.Filled{FS: disk(2), Used: used(500, 10)},
		Container: storage.Filled{FS: disk(3), Used: used(600, 11)},
		Pods:      []storage.Pod{{UID: "1", Volumes: []storage.Volume{data}, EtcHosts: used(40, 10)}},
	}
}
