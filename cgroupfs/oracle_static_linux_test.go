package cgroupfs_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/cgroups"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
)

// sysHugePages are the folders that say which sizes there are: those of the
// running host, which the oracles ask.
func sysHugePages(t *testing.T, tree *cgroupfstest.Tree) {
	for _, dir := range hugePageDirs(t) {
		tree.Mkdir("sys/kernel/mm/hugepages/" + filepath.Base(dir))
	}
	if len(cgroups.HugePageSizes()) == 0 {
		tree.Mkdir("sys/kernel/mm/hugepages")
	}
}

func hugePageDirs(t *testing.T) []string {
	dirs, err := filepath.Glob("/sys/kernel/mm/hugepages/hugepages-*")
	require.NoError(t, err)
	return dirs
}

// ordinary lets opencontainers/cgroups read folders that are not on a cgroup
// file system.
func ordinary(t *testing.T) {
	was := cgroups.TestMode
	cgroups.TestMode = true
	t.Cleanup(func() { cgroups.TestMode = was })
}

// TestOraclesV2 holds that two other libraries read the same from the same
// files of cgroup v2, quirks excepted.
func TestOraclesV2(t *testing.T) {
	ordinary(t)
	tl := newTally()
	for _, host := range oracleHostsV2() {
		tree := cgroupfstest.New(t)
		sysHugePages(t, tree)
		tree.Write("cgroup.controllers", host.files["cgroup.controllers"])
		for name, text := range host.files {
			tree.Write("a/"+name, text)
		}
		w := &witness{tb: t, name: host.name, root: tree.Root(), group: "/a"}
		host.compare(t, w, tree.Root(), tl, &runcV2, &containerdV2)
	}
	tl.finish(t, 192, &runcV2, &containerdV2)
}

// TestOraclesV1 does the same for v1.
func TestOraclesV1(t *testing.T) {
	ordinary(t)
	tl := newTally()
	for _, host := range oracleHostsV1() {
		tree := cgroupfstest.New(t)
		tree.Remove("cgroup.controllers") // it is v1, with no more folders than the host has
		sysHugePages(t, tree)
		tree.Write("proc/partitions", "major minor  #blocks  name\n\n   8        0  268435456 sda\n")
		w := &witness{tb: t, name: host.name, group: "/a", noLimit: noV1Limit, v1: make(map[string]string), proc: filepath.Join(tree.Host(), "proc")}
		for name, text := range host.files {
			controller, file, _ := strings.Cut(name, "/")
			w.v1[controller] = tree.Path(controller)
			tree.Write(controller+"/a/"+file, text)
			if file == "memory.memsw.usage_in_bytes" {
				tree.Write(name, text) // cgroup1 looks for swap at the root
			}
		}
		host.compare(t, w, tree.Root(), tl, &runcV1, &containerdV1)
	}
	tl.finish(t, 154, &runcV1, &containerdV1)
}

func (host *oracleHost) compare(t *testing.T, w *witness, root string, tl *tally, oracles ...*oracle) {
	h, err := cgroupfs.Open(root)
	require.NoError(t, err, host.name)
	defer h.Close()
	ours := readSample(t, h, w.group)
	for _, o := range oracles {
		theirs, err := o.read(w)
		if why, refuses := host.refuses[o.name]; refuses {
			assert.Error(t, err, "%s: %s: %s", host.name, o.name, why)
			continue
		}
		require.NoError(t, err, "%s: %s", host.name, o.name)
		o.compare(w, ours, theirs, tl)
	}
}

func readSample(tb testing.TB, h *cgroupfs.Hierarchy, group string) figures {
	g, err := h.Group(group)
	require.NoError(tb, err)
	defer g.Close()
	var s cgroupfs.Sample
	var buf cgroupfs.Buffer
	require.NoError(tb, g.Read(&s, cgroupfs.AllMetrics, &buf), group)
	return sampleFigures(&s)
}
