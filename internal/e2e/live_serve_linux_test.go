package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nodegauge/nodegauge/internal/e2e/containerd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// TestLiveServe runs examples/serve as deploy/daemonset.yaml has it run, beside
// a pod that works, and asks it as a cluster does.
func TestLiveServe(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command here")
	}
	n := containerd.Start(t)
	web := n.RunPod(containerd.Spec{Namespace: "shop", Name: "web-0", UID: "3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b", Volumes: []string{"scratch", "private"}})
	web.RunLike("server", 0, func(c *cri.ContainerConfig) {
		c.Command = []string{"/bin/busybox", "sh", "-c", "while true; do :; done"}
		c.Linux.Resources = &cri.LinuxContainerResources{CpuPeriod: 20_000, CpuQuota: 4_000, MemoryLimitInBytes: 64 << 20}
	})
	// A volume that belongs to another user, and shows its content to nobody else.
	private := web.Volume("private")
	require.NoError(t, os.WriteFile(filepath.Join(private, "file"), make([]byte, 1<<20), 0o600))
	require.NoError(t, os.Chmod(private, 0o700))
	require.NoError(t, os.Chown(private, 1234, 1234))
	d := newDeployment(t, n)
	address := d.run(t, "nodegauge", nil, "-every=1s")

	t.Run("who bears no token may see that it lives", func(t *testing.T) {
		for path, want := range map[string]int{"/healthz": 200, "/stats/summary": 401, "/metrics/cadvisor": 401, "/apis": 401, "/": 401} {
			for _, bearer := range []string{"", "another"} {
				status, _, err := d.get(address, path, bearer)
				require.NoError(t, err)
				assert.Equal(t, want, status, path)
			}
		}
	})
	t.Run("Prometheus has what it is asked for", func(t *testing.T) { d.scraped(t, address) })
	t.Run("promtool finds nothing but names of cAdvisor's", func(t *testing.T) { d.linted(t, address) })
	t.Run("each mount and capability is for something", d.lessened)
}
