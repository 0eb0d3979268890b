package cgroupfs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/stretchr/testify/require"
)

func TestLiveProcesses(t *testing.T) {
	host := livetest.New(t)
	for _, files := range []int{0, -1} {
		h := live(t)
		h.SetMaxOpenFiles(files)
		g := liveGroup(t, host, h, host.Path("a"))
		var buf cgroupfs.Buffer
		pids, err := g.Processes(nil, &buf)
		require.NoError(t, err)
		require.Empty(t, pids)
		p := host.Start(g.Path())
		q := host.Start(g.Path())
		pids, err = g.Processes(nil, &buf)
		require.NoError(t, err)
		require.ElementsMatch(t, []int{p.PID(), q.PID()}, pids)
		kept := h.OpenFiles()
		require.Zero(t, testing.AllocsPerRun(10, func() { pids, _ = g.Processes(pids[:0], &buf) }))
		require.Equal(t, kept, h.OpenFiles(), "nothing is kept open")
		p.End()
		q.End()
		host.Remove(g.Path())
		_, err = g.Processes(nil, &buf)
		require.Equal(t, cgroupfs.ErrRemoved, err)
	}
}

// TestLiveOwn runs itself in a cgroup of its own. Its path is not what the
// kernel says where only a part of the hierarchy is seen.
func TestLiveOwn(t *testing.T) {
	const env = "NODEGAUGE_OWN"
	if want := os.Getenv(env); want != "" {
		_, _ = os.Stdin.Read(make([]byte, 1)) // until it has been moved
		testOwn(t, want)
		return
	}
	host, h := livetest.New(t), live(t)
	master := host.At(h.Root())
	master.Make(host.Path("a"))
	master.Make(host.Path("a", "b"))
	cmd := exec.Command(os.Args[0], "-test.run", "^TestLiveOwn$")
	cmd.Env = append(os.Environ(), env+"="+host.Path("a", "b"))
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	master.Put(host.Path("a", "b"), cmd.Process.Pid)
	require.NoError(t, in.Close())
	require.NoError(t, cmd.Wait(), out.String())
}

func testOwn(t *testing.T, want string) {
	h := live(t)
	own, err := h.Own()
	require.NoError(t, err)
	require.Equal(t, want, own)
	if h.Version() != cgroupfs.V2 {
		return // the folder of one hierarchy of v1 is no host's
	}
	b := filepath.Join(h.Root(), want)
	for dir, want := range map[string]string{filepath.Dir(filepath.Dir(b)): "/a/b", filepath.Dir(b): "/b", b: "/"} {
		part, err := cgroupfs.Open(dir)
		require.NoError(t, err)
		own, err := part.Own()
		require.NoError(t, err)
		require.Equal(t, want, own, dir)
		require.NoError(t, part.Close())
	}
}
