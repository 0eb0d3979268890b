package bench

import (
	"path"
	"testing"

	"github.com/containerd/cgroups/v3/cgroup1"
	"github.com/containerd/cgroups/v3/cgroup2"
	"github.com/google/cadvisor/lib/container"
	"github.com/google/cadvisor/lib/container/libcontainer"
	"github.com/opencontainers/cgroups"
	"github.com/opencontainers/cgroups/fs"
	"github.com/opencontainers/cgroups/fs2"
	"github.com/stretchr/testify/require"
)

// opencontainers returns a pass over all containers with
// github.com/opencontainers/cgroups, whose managers it makes before: as runc
// has them. In v1 the controllers are those whose folders a manager is given.
func (n *node) opencontainers(b *testing.B, controllers ...string) func() {
	var mask cgroups.Controller
	for _, c := range controllers {
		mask |= map[string]cgroups.Controller{"cpu": cgroups.CPU, "cpuacct": cgroups.CPU, "memory": cgroups.Memory,
			"pids": cgroups.Pids, "blkio": cgroups.IO}[c]
	}
	managers := make([]interface {
		Stats(*cgroups.StatsOptions) (*cgroups.Stats, error)
	}, len(n.leaves))
	for i, leaf := range n.leaves {
		config := &cgroups.Cgroup{Resources: &cgroups.Resources{}}
		var err error
		if n.v2() {
			managers[i], err = fs2.NewManager(config, n.host.V2().Dir(leaf))
		} else {
			managers[i], err = fs.NewManager(config, n.folders(leaf, controllers))
		}
		require.NoError(b, err)
	}
	return func() {
		for _, m := range managers {
			if _, err := m.Stats(&cgroups.StatsOptions{Controllers: mask}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// folders are a cgroup's in the hierarchies of v1 that have the controllers.
func (n *node) folders(leaf string, controllers []string) map[string]string {
	folders := map[string]string{}
	for _, c := range controllers {
		if m := n.host.For(c); m != nil {
			folders[c] = m.Dir(leaf)
		}
	}
	return folders
}

// v2 reports whether the unified hierarchy is all there is, as peers see it.
func (n *node) v2() bool { return cgroups.IsCgroup2UnifiedMode() }

// containerd returns a pass over all containers with
// github.com/containerd/cgroups/v3, loaded before as a shim has them.
func (n *node) containerd(b *testing.B) func() {
	if n.v2() {
		return n.containerdFiltered(b, cgroup2.StatAll)
	}
	var loaded []cgroup1.Cgroup
	for _, leaf := range n.leaves {
		c, err := cgroup1.Load(cgroup1.StaticPath(leaf), cgroup1.WithHierarchy(func() ([]cgroup1.Subsystem, error) {
			all, err := cgroup1.Default()
			var some []cgroup1.Subsystem
			for _, s := range all { // those in which the tree is
				if n.host.For(string(s.Name())) != nil {
					some = append(some, s)
				}
			}
			return some, err
		}))
		require.NoError(b, err)
		loaded = append(loaded, c)
	}
	return func() {
		for _, c := range loaded {
			if _, err := c.Stat(cgroup1.IgnoreNotExist); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// handlers returns a pass over all containers with the handlers of cAdvisor's
// library, made before as its manager has them, for these kinds of metrics.
func (n *node) handlers(b *testing.B, kinds container.MetricSet) func() {
	require.NoError(b, silence())
	mounts, err := libcontainer.GetCgroupSubsystems(kinds)
	require.NoError(b, err)
	handlers := make([]*libcontainer.Handler, len(n.leaves))
	for i, leaf := range n.leaves {
		paths := map[string]string{}
		for controller, mount := range mounts {
			if controller == "" || n.host.For(controller) != nil {
				paths[controller] = path.Join(mount, leaf)
			}
		}
		m, err := libcontainer.NewCgroupManager(leaf, paths)
		require.NoError(b, err)
		handlers[i] = libcontainer.NewHandler(m, "/", 0, kinds)
	}
	return func() {
		for _, h := range handlers {
			if _, err := h.GetStats(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// Kinds of cAdvisor's metrics that come from cgroups.
var (
	cpuAndMemory = container.MetricSet{container.CpuUsageMetrics: {}, container.MemoryUsageMetrics: {}}
	kubeletSet   = container.MetricSet{container.CpuUsageMetrics: {}, container.MemoryUsageMetrics: {},
		container.DiskIOMetrics: {}, container.ProcessMetrics: {}}
)
