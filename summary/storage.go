package summary

import (
	"cmp"
	"slices"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats/storage"
)

// beginStorage finds the folders and layers that names can belong to.
func (b *builder) beginStorage() {
	clear(b.folders)
	clear(b.layers)
	if b.o.CPUAndMemoryOnly {
		b.o.Storage = nil
	}
	if b.o.Storage == nil {
		return
	}
	for i := range b.o.Storage.Pods {
		b.folders[b.o.Storage.Pods[i].UID] = i
	}
	for i := range b.o.Storage.Layers {
		b.layers[b.o.Storage.Layers[i].ContainerID] = i
	}
}

func (b *builder) nodeStorage(n *NodeStats) {
	s := b.o.Storage
	if s == nil {
		return
	}
	n.FS = fsStats(&s.Node, &storage.Used{Time: s.Node.Time, Bytes: s.Node.UsedBytes, Inodes: s.Node.InodesUsed})
	n.Runtime = RuntimeStats{ImageFS: filled(&s.Image), ContainerFS: filled(&s.Container)}
	if b.o.Compat.has(CompatSameContainerFS) {
		n.Runtime.ContainerFS = n.Runtime.ImageFS
	}
}

// containerStorage sets what a container takes. Its logs are on the node's own
// file system.
func (b *builder) containerStorage(dst *ContainerStats, id string, pod *storage.Pod) {
	if i, ok := b.layers[id]; ok {
		dst.Rootfs = filled(&b.o.Storage.Layers[i].Filled)
	}
	if pod == nil {
		return
	}
	for i := range pod.Containers {
		if logs := &pod.Containers[i]; logs.Name == dst.Name {
			dst.Logs = fsStats(&b.o.Storage.Node, &logs.Used)
		}
	}
}

// folderOf returns the pod's folders, or nil.
func (b *builder) folderOf(uid string) *storage.Pod {
	if i, ok := b.folders[uid]; ok {
		return &b.o.Storage.Pods[i]
	}
	return nil
}

func (b *builder) podStorage(dst *PodStats, p *Pod, pod *storage.Pod) {
	if b.o.Storage == nil {
		return
	}
	partial := b.o.Compat.has(CompatPartialEphemeralStorage)
	if pod == nil {
		if partial {
			b.ephemeralStorage(dst, &storage.Pod{})
		}
		return
	}
	volumes := dst.Volumes
	for i := range pod.Volumes {
		if v := b.volume(&pod.Volumes[i], p); !v.Time.IsZero() {
			volumes = append(volumes, v)
		}
	}
	slices.SortStableFunc(volumes, func(a, b VolumeStats) int { return cmp.Compare(a.Name, b.Name) })
	dst.Volumes = volumes
	b.ephemeralStorage(dst, pod)
}

// volume names a folder. That of a claim has the persistent volume's name.
func (b *builder) volume(v *storage.Volume, p *Pod) VolumeStats {
	s := VolumeStats{FSStats: filled(&v.Filled), Name: v.Name}
	for i := range p.Volumes {
		named := &p.Volumes[i]
		if v.Name != cmp.Or(named.PersistentVolume, named.Name) || named.Claim != "" && isPodsOwn(v.Plugin) {
			continue
		}
		s.Name = named.Name
		if named.Claim != "" {
			s.PVCRef = PVCReference{Name: named.Claim, Namespace: p.Namespace}
		}
		break
	}
	if b.o.Compat.has(CompatZeroVolumes) {
		for _, f := range [...]*cgroupfs.Value{&s.AvailableBytes, &s.CapacityBytes, &s.UsedBytes, &s.InodesFree, &s.Inodes, &s.InodesUsed} {
			*f = cgroupfs.Number(f.Or(0))
		}
	}
	return s
}

// isPodsOwn reports whether a volume is of a kind that no claim has. A pod
// chooses its name, and may choose that of a persistent volume.
func isPodsOwn(plugin string) bool {
	switch plugin {
	case "empty-dir", "configmap", "secret", "projected", "downward-api", "git-repo":
		return true
	}
	return false
}

// ephemeralStorage adds what kubelets add: layers and logs of the containers
// that are listed, volumes on the node's own disk, the files in the pod's
// folder of logs, and /etc/hosts. If a part is not known, the sum is not.
func (b *builder) ephemeralStorage(dst *PodStats, pod *storage.Pod) {
	s := &dst.EphemeralStorage
	*s = fsStats(&b.o.Storage.Node, &storage.Used{Time: b.o.Storage.Node.Time, Bytes: cgroupfs.Number(0), Inodes: cgroupfs.Number(0)})
	if b.o.Compat.has(CompatPartialEphemeralStorage) {
		s.UsedBytes, s.InodesUsed = cgroupfs.Value{}, cgroupfs.Value{}
	}
	for i := range dst.Containers {
		c := &dst.Containers[i]
		b.take(s, c.Rootfs.Time, c.Rootfs.UsedBytes, c.Rootfs.InodesUsed)
		b.take(s, c.Logs.Time, c.Logs.UsedBytes, c.Logs.InodesUsed)
	}
	for i := range pod.Volumes {
		if v := &pod.Volumes[i]; isEphemeral(v) {
			b.take(s, v.Used.Time, v.Used.Bytes, v.Used.Inodes)
		}
	}
	b.take(s, pod.Logs.Time, pod.Logs.Bytes, pod.Logs.Inodes)
	b.take(s, pod.EtcHosts.Time, pod.EtcHosts.Bytes, pod.EtcHosts.Inodes)
}

// isEphemeral reports whether a volume is one of those that take of the node's
// own disk. Secrets and projected volumes are in memory.
func isEphemeral(v *storage.Volume) bool {
	switch v.Plugin {
	case "empty-dir":
		return !v.Memory
	case "configmap", "git-repo":
		return true
	}
	return false
}

// take adds a part to a sum, which is as young as its youngest part.
func (b *builder) take(s *FSStats, at time.Time, bytes, inodes cgroupfs.Value) {
	if at.After(s.Time) {
		s.Time = at
	}
	plus := add
	if b.o.Compat.has(CompatPartialEphemeralStorage) {
		plus = addKnown
	}
	s.UsedBytes, s.InodesUsed = plus(s.UsedBytes, bytes), plus(s.InodesUsed, inodes)
}

// addKnown is absent if both parts are.
func addKnown(a, b cgroupfs.Value) cgroupfs.Value {
	switch {
	case a.IsAbsent():
		return b
	case b.IsAbsent():
		return a
	}
	return add(a, b)
}

func filled(f *storage.Filled) FSStats { return fsStats(&f.FS, &f.Used) }

// fsStats is a file system and what something takes of it, dated by the latter:
// it is what takes long to find out.
func fsStats(fs *storage.FS, used *storage.Used) FSStats {
	return FSStats{
		Time:           orElse(used.Time, fs.Time),
		AvailableBytes: fs.AvailableBytes,
		CapacityBytes:  fs.CapacityBytes,
		UsedBytes:      used.Bytes,
		InodesFree:     fs.InodesFree,
		Inodes:         fs.Inodes,
		InodesUsed:     used.Inodes,
	}
}

// orElse returns the second time where the first is not known.
func orElse(first, second time.Time) time.Time {
	if first.IsZero() {
		return second
	}
	return first
}
