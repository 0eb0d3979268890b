package e2e

import (
	"testing"

	"github.com/nodegauge/nodegauge/internal/e2e/containerd"
)

func TestLiveCRIPod(t *testing.T) {
	n := containerd.Start(t)
	p := n.RunPod(containerd.Spec{Namespace: "shop", Name: "web-0", UID: "3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b"})
	c := p.Run("server", 0)
	t.Log(n.Snapshotter, p.ID, p.PID, p.IP, p.CreatedAt, c.ID, c.PID, c.StartedAt)
	t.Log(c.Exec("/bin/busybox", "cat", "/proc/self/cgroup", "/proc/self/mounts", "/proc/net/dev"))
}
