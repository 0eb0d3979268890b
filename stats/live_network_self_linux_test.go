package stats_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

// TestLiveNetworkUnprivileged runs itself as nobody, who sees the interfaces of
// a pod and not which namespace they are in, but for its own.
func TestLiveNetworkUnprivileged(t *testing.T) {
	const env = "NODEGAUGE_NOBODY"
	if os.Getenv(env) == "" {
		host := livetest.New(t)
		host.Make(host.Path("kubepods"))
		host.StartApart(makePod(host, "a"))
		host.Start(makePod(host, "host"))
		runAsNobody(t, env+"="+host.Path("kubepods"))
		return
	}
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	c, err := stats.New(h, &stats.Options{Network: true, KubepodsRoot: os.Getenv(env)})
	require.NoError(t, err)
	defer c.Close()
	s := collect(t, c)
	pod, host := s.Find(os.Getenv(env)+"/poda"), s.Find(os.Getenv(env)+"/podhost")
	require.NotNil(t, pod)
	require.NotNil(t, host)
	require.False(t, pod.Network.Time.IsZero())
	require.Zero(t, pod.Network.Namespace)
	require.NoError(t, pod.Err)
	require.Equal(t, namespaceOf(t, "self"), link(host.Network.Namespace))
	require.NoError(t, host.Err)
	if inHostNetwork(t) {
		require.Equal(t, s.Node.Network, host.Network)
	}
}

// TestLiveNetworkOfAnotherPIDNamespace runs itself where processes have other
// numbers than proc has for them.
func TestLiveNetworkOfAnotherPIDNamespace(t *testing.T) {
	const env = "NODEGAUGE_PIDS"
	if os.Getenv(env) == "" {
		host := livetest.New(t)
		host.Make(host.Path("kubepods"))
		container := makePod(host, "a")
		cmd := exec.Command("/proc/self/exe", "-test.run", "^TestLiveNetworkOfAnotherPIDNamespace$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s", env, host.Path("kubepods")))
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWPID}
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		host.At(master(t)).Put(container, cmd.Process.Pid)
		require.NoError(t, in.Close())
		require.NoError(t, cmd.Wait(), out.String())
		return
	}
	_, _ = os.Stdin.Read(make([]byte, 1)) // until it has been moved
	require.Equal(t, 1, os.Getpid())
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	c, err := stats.New(h, &stats.Options{Network: true, KubepodsRoot: os.Getenv(env)})
	require.NoError(t, err)
	defer c.Close()
	s := collect(t, c)
	require.Equal(t, 1, s.Errors.Other, s.Errors.Examples)
	require.ErrorContains(t, s.Errors.Examples[len(s.Errors.Examples)-1], "another pid namespace")
	require.Zero(t, s.Find(os.Getenv(env)+"/poda").Network, "its process 1 is not the node's")
	require.False(t, s.Node.Network.Time.IsZero())
}

// runAsNobody runs the test once more, without privilege, with a variable that
// tells it so.
func runAsNobody(t *testing.T, env string) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), env)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// master returns the folder of the hierarchy that says which cgroups there are.
func master(t testing.TB) string {
	t.Helper()
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	defer h.Close()
	return h.Root()
}
