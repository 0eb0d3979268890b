package capture

import (
	"context"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats/storage"
)

// An FS is what statfs said.
type FS struct {
	Path                                        string
	At                                          int64 // Unix nanoseconds
	Frsize, Blocks, Bfree, Bavail, Files, Ffree uint64
}

// A Use is what du, ls or the container runtime counted.
type Use struct {
	ID, Pod, Container, Plugin, Name string
	Memory                           bool
	FS                               *FS // of a volume that is a file system of its own
	At                               int64
	Bytes, Inodes                    uint64
}

// Disks is a frame's storage.json. It is the Source of what the container
// runtime says.
type Disks struct {
	Node, Image    FS
	ImageUsed      Use
	Writable       []Use `json:"layers"`
	Volumes        []Use
	EtcHosts, Logs []Use
}

var _ storage.Source = (*Disks)(nil)

// Layers implements storage.Source.
func (d *Disks) Layers(context.Context) (storage.Layers, error) {
	l := storage.Layers{Images: []storage.Folder{{Path: d.Image.Path, Used: d.ImageUsed.used(d.ImageUsed.At)}}}
	for i := range d.Writable {
		w := &d.Writable[i]
		l.Writable = append(l.Writable, storage.WritableLayer{
			ContainerID: w.ID, Folder: storage.Folder{Path: d.Image.Path, Used: w.used(w.At)},
		})
	}
	return l, nil
}

// used is unknown at 0: the runtime has not measured it yet, whatever it says.
func (u *Use) used(at int64) storage.Used {
	if at == 0 {
		return storage.Used{}
	}
	return storage.Used{Time: time.Unix(0, at), Bytes: cgroupfs.Number(u.Bytes), Inodes: cgroupfs.Number(u.Inodes)}
}

func (f *FS) fs() storage.FS {
	n := cgroupfs.Number
	return storage.FS{
		Path: f.Path, Time: time.Unix(0, f.At),
		CapacityBytes: n(f.Blocks * f.Frsize), UsedBytes: n((f.Blocks - f.Bfree) * f.Frsize), AvailableBytes: n(f.Bavail * f.Frsize),
		Inodes: n(f.Files), InodesUsed: n(f.Files - f.Ffree), InodesFree: n(f.Ffree),
	}
}

// Snapshot is what a storage.Collector would have said of the frame.
func (d *Disks) Snapshot(source storage.Source) (*storage.Snapshot, error) {
	s := &storage.Snapshot{Time: time.Unix(0, d.Node.At), Node: d.Node.fs()}
	said, err := source.Layers(context.Background())
	s.Image = storage.Filled{FS: d.Image.fs(), Used: said.Images[0].Used}
	s.Container = s.Image
	for _, w := range said.Writable {
		s.Layers = append(s.Layers, storage.Layer{ContainerID: w.ContainerID, Filled: storage.Filled{FS: s.Image.FS, Used: w.Used}})
	}
	for i := range d.Volumes {
		v := &d.Volumes[i]
		on := s.Node
		if v.FS != nil {
			on = v.FS.fs()
		}
		p := podOf(s, v.Pod)
		p.Volumes = append(p.Volumes, storage.Volume{Name: v.Name, Plugin: v.Plugin, Memory: v.Memory, Filled: storage.Filled{FS: on, Used: v.used(d.Node.At)}})
	}
	for i := range d.EtcHosts {
		podOf(s, d.EtcHosts[i].Pod).EtcHosts = d.EtcHosts[i].used(d.Node.At)
	}
	for i := range d.Logs {
		l := &d.Logs[i]
		if p := podOf(s, l.Pod); l.Container == "" {
			p.Logs = l.used(d.Node.At)
		} else {
			p.Containers = append(p.Containers, storage.Logs{Name: l.Container, Used: l.used(d.Node.At)})
		}
	}
	return s, err
}

func podOf(s *storage.Snapshot, uid string) *storage.Pod {
	for i := range s.Pods {
		if s.Pods[i].UID == uid {
			return &s.Pods[i]
		}
	}
	s.Pods = append(s.Pods, storage.Pod{UID: uid})
	return &s.Pods[len(s.Pods)-1]
}
