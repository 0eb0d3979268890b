package cgroupfs_test

import (
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/stretchr/testify/require"
)

func TestProcessesAreTheCgroupsOwn(t *testing.T) {
	for name, newTree := range map[string]func(cgroupfstest.TB) *cgroupfstest.Tree{"v2": cgroupfstest.New, "v1": cgroupfstest.NewV1} {
		t.Run(name, func(t *testing.T) {
			tree := newTree(t)
			tree.Put("a", cgroupfstest.Usage{PIDs: []int{7, 5}})
			tree.Put("a/b", cgroupfstest.Usage{PIDs: []int{9}})
			g := open(t, tree, "a")
			var buf cgroupfs.Buffer
			pids, err := g.Processes([]int{1}, &buf)
			require.NoError(t, err)
			require.Equal(t, []int{1, 7, 5}, pids, "appended, in the file's order, without the children's")
			require.Zero(t, testing.AllocsPerRun(10, func() { pids, _ = g.Processes(pids[:0], &buf) }))

			controller := ""
			if name == "v1" {
				controller = "memory/"
			}
			tree.Write(controller+"a/cgroup.procs", "0\n12\n0\n")
			pids, err = g.Processes(nil, &buf)
			require.NoError(t, err)
			require.Equal(t, []int{12}, pids, "0 is a process of another pid namespace")
			pids, err = g.AllProcesses([]int{1}, &buf)
			require.NoError(t, err)
			require.Equal(t, []int{1, 0, 12, 0}, pids)
			tree.Write(controller+"a/cgroup.procs", "12\nx\n-3\n99999999999\n4294967295\n13")
			pids, err = g.Processes(nil, &buf)
			var parse *cgroupfs.ParseError
			require.ErrorAs(t, err, &parse)
			require.Equal(t, cgroupfs.ParseError{Path: tree.Path(controller + "a/cgroup.procs"), Line: 2, Text: "x", Err: parse.Err}, *parse)
			require.Equal(t, []int{12, 13}, pids)

			tree.Remove(controller + "a/cgroup.procs") // as of a threaded cgroup
			pids, err = g.Processes(nil, &buf)
			require.NoError(t, err)
			require.Empty(t, pids)
			tree.Unreadable(controller + "a/cgroup.procs")
			_, err = g.Processes(nil, &buf)
			require.ErrorContains(t, err, tree.Path(controller+"a/cgroup.procs"))
			tree.Recreate(controller + "a")
			for range 2 {
				_, err = g.Processes(nil, &buf)
				require.Equal(t, cgroupfs.ErrRemoved, err)
			}
		})
	}
}

func TestAFakeNodeHasNoOwnCgroup(t *testing.T) {
	h, err := cgroupfs.Open(cgroupfstest.New(t).Root())
	require.NoError(t, err)
	defer h.Close()
	own, err := h.Own()
	require.NoError(t, err)
	require.Empty(t, own)
}
