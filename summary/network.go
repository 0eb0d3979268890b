package summary

import (
	"strings"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
)

// podNetwork is that of the pod's cgroup, and where it has none that of a
// container of its, which shares it. A pod with hostNetwork has none of its
// own: what the node says twice would be counted twice.
func (b *builder) podNetwork(dst *NetworkStats, p *Pod) {
	n := b.networkOf(p)
	host := b.snap.Node.Network.Namespace
	if n == nil || n.Namespace != 0 && n.Namespace == host && !b.o.Compat.has(CompatHostNetwork) {
		return
	}
	b.network(dst, n, nil)
}

func (b *builder) networkOf(p *Pod) *stats.Network {
	if i, ok := b.pods[p.UID]; ok {
		return &b.snap.Cgroups[i].Network
	}
	for i := range p.Containers {
		if index, ok := b.containers[p.Containers[i].ID]; ok && !b.snap.Cgroups[index].Network.Time.IsZero() {
			return &b.snap.Cgroups[index].Network
		}
	}
	return nil
}

// network lists the interfaces that Options choose, or without them usual.
func (b *builder) network(dst *NetworkStats, n *stats.Network, usual func(name string) bool) {
	interfaces := dst.Interfaces[:0]
	*dst = NetworkStats{Time: n.Time, Interfaces: interfaces}
	if n.Time.IsZero() {
		return
	}
	standard := b.o.DefaultInterface
	switch {
	case standard != "":
	case b.o.Compat.has(CompatEth0):
		standard = "eth0"
	default:
		standard = n.Default
	}
	listed := b.o.Interface
	if listed == nil {
		listed = usual
	}
	for i := range n.Interfaces {
		src := &n.Interfaces[i]
		if b.o.Compat.has(CompatInterfacePrefixes) && isIgnoredPrefix(src.Name) || listed != nil && !listed(src.Name) {
			continue
		}
		s := InterfaceStats{
			Name:     src.Name,
			RxBytes:  cgroupfs.Number(src.RxBytes),
			RxErrors: cgroupfs.Number(src.RxErrors),
			TxBytes:  cgroupfs.Number(src.TxBytes),
			TxErrors: cgroupfs.Number(src.TxErrors),
		}
		if s.Name == standard {
			dst.InterfaceStats = s
		}
		interfaces = append(interfaces, s)
	}
	dst.Interfaces = interfaces
}

// isOfNode reports whether an interface of the node is no end of a pod's: the
// kernel, and CNI plugins, call those veth and something.
func isOfNode(name string) bool { return !strings.HasPrefix(name, "veth") }

// isIgnoredPrefix reports whether kubelets leave an interface out: whatever
// begins like this, "longhorn0" for example.
func isIgnoredPrefix(name string) bool {
	for _, prefix := range [...]string{"lo", "veth", "docker", "nerdctl"} {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}
