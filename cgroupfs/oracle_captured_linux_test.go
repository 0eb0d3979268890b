package cgroupfs_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
)

// leftOut are files that a capture has not because we do not read them, and
// without which an oracle gives up.
var leftOut = map[string]string{
	"memory.kmem.max_usage_in_bytes":     "0\n",
	"memory.kmem.failcnt":                "0\n",
	"memory.kmem.limit_in_bytes":         "9223372036854771712\n",
	"memory.kmem.tcp.max_usage_in_bytes": "0\n",
	"memory.kmem.tcp.failcnt":            "0\n",
	"memory.kmem.tcp.limit_in_bytes":     "9223372036854771712\n",
	"memory.use_hierarchy":               "1\n",
}

// TestOraclesCaptured holds that the oracles read the same from every cgroup
// of real hosts, as they were and as they became.
func TestOraclesCaptured(t *testing.T) {
	ordinary(t)
	archives, err := filepath.Glob("../testdata/v[12]/*.txtar")
	require.NoError(t, err)
	if len(archives) == 0 {
		t.Skip("there is no ../testdata here")
	}
	tl := newTally()
	for _, archive := range archives {
		tree := cgroupfstest.Load(t, archive)
		sysHugePages(t, tree)
		tree.Write("proc/partitions", "major minor  #blocks  name\n\n   8        0  268435456 sda\n")
		for range 4 {
			groups := capturedGroups(t, tree)
			for _, group := range groups {
				compareCaptured(t, tree, group, tl)
			}
			t.Logf("%s: %d cgroups", filepath.Base(archive), len(groups))
			tree.Advance(10 * time.Second)
		}
	}
	t.Logf("compared %d fields, %d values", len(tl.fields), tl.values)
	assert.GreaterOrEqual(t, len(tl.fields), 180, "fields compared")
}

func compareCaptured(t *testing.T, tree *cgroupfstest.Tree, group string, tl *tally) {
	w := &witness{
		tb: t, name: group, root: tree.Root(), group: group, noLimit: noV1Limit,
		proc: filepath.Join(tree.Host(), "proc"), v1: capturedControllers(t, tree),
	}
	h, err := cgroupfs.Open(tree.Root())
	require.NoError(t, err)
	defer h.Close()
	oracles := []*oracle{&runcV2, &containerdV2}
	if h.Version() == cgroupfs.V1 {
		oracles = []*oracle{&runcV1, &containerdV1}
	} else {
		w.v1 = nil
	}
	ours := readSample(t, h, group)
	for _, o := range oracles {
		theirs, err := o.read(w)
		require.NoError(t, err, "%s: %s", group, o.name)
		o.compare(w, ours, theirs, tl)
	}
}

// capturedControllers returns the root folders of a captured v1 host.
func capturedControllers(t *testing.T, tree *cgroupfstest.Tree) map[string]string {
	dirs := make(map[string]string)
	entries, err := os.ReadDir(tree.Root())
	require.NoError(t, err)
	for _, e := range entries {
		for controller := range strings.SplitSeq(e.Name(), ",") {
			dirs[controller] = tree.Path(e.Name())
		}
	}
	return dirs
}

// capturedGroups returns the cgroups of a captured host, those of the memory
// controller in v1, and completes their files.
func capturedGroups(t *testing.T, tree *cgroupfstest.Tree) (groups []string) {
	root := tree.Root()
	if exists(tree.Path("memory")) {
		root = tree.Path("memory")
	}
	controllers, err := os.ReadFile(tree.Path("cgroup.controllers"))
	require.True(t, err == nil || errors.Is(err, fs.ErrNotExist))
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		group, err := filepath.Rel(root, path)
		groups = append(groups, filepath.Join("/", group))
		if err != nil {
			return err
		}
		if root == tree.Root() {
			tree.Write(filepath.Join(group, "cgroup.controllers"), string(controllers))
			return nil
		}
		for name, text := range leftOut {
			if file := filepath.Join("memory", group, name); !exists(tree.Path(file)) {
				tree.Write(file, text)
			}
		}
		return nil
	}))
	return groups
}
