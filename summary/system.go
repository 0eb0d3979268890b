package summary

import (
	"path"
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/stats"
)

// The systemd services that kubelets and runtimes usually are. The runtime of
// k3s and RKE2 has no cgroup of its own: it is in the kubelet's.
var (
	usualKubelets = [...]string{
		"/system.slice/kubelet.service", "/system.slice/k3s.service", "/system.slice/k3s-agent.service",
		"/system.slice/rke2-server.service", "/system.slice/rke2-agent.service",
		"/system.slice/snap.microk8s.daemon-kubelite.service",
	}
	usualRuntimes = [...]string{
		"/system.slice/containerd.service", "/system.slice/crio.service", "/system.slice/docker.service",
		"/system.slice/snap.microk8s.daemon-containerd.service",
	}
)

// systemContainers appends the node's own services, by name.
func (b *builder) systemContainers(dst []ContainerStats) []ContainerStats {
	add := func(name string, cg *stats.Cgroup) {
		if cg != nil {
			dst = grow(dst)
			b.container(&dst[len(dst)-1], name, time.Time{}, cg)
		}
	}
	add("kubelet", b.kubelet())
	add("misc", b.find(b.o.SystemCgroup, "/system.slice"))
	if b.o.PodsCgroup == "" {
		add("pods", b.kubepods)
	} else {
		add("pods", b.find(b.o.PodsCgroup))
	}
	add("runtime", b.find(b.o.RuntimeCgroup, usualRuntimes[:]...))
	return dst
}

// kubelet is the cgroup of this process, for it is a kubelet's that imports the
// library, unless that runs in a pod or in the root.
func (b *builder) kubelet() *stats.Cgroup {
	if b.o.KubeletCgroup == "" {
		own := b.find(b.snap.Node.OwnCgroup)
		if own != nil && own.Path != "/" && own.PodUID == "" && !b.isBelowKubepods(own.Path) {
			return own
		}
	}
	return b.find(b.o.KubeletCgroup, usualKubelets[:]...)
}

func (b *builder) isBelowKubepods(path string) bool {
	if b.kubepods == nil {
		return false
	}
	rest, below := strings.CutPrefix(path, b.kubepods.Path)
	return below && (rest == "" || rest[0] == '/')
}

// find returns the cgroup called name, or where that is empty the first of usual.
func (b *builder) find(name string, usual ...string) *stats.Cgroup {
	switch name {
	case LeaveOut:
		return nil
	case "":
		for _, u := range usual {
			if cg := b.snap.Find(u); cg != nil {
				return cg
			}
		}
		return nil
	}
	if name[0] != '/' {
		name = "/" + name
	}
	return b.snap.Find(path.Clean(name))
}
