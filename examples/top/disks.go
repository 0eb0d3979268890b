package main

import (
	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
)

// A disk is the file system that holds the kubelet's folder.
type disk struct {
	used, size, share cgroupfs.Value
}

// newDisk returns nil if the disks were not asked.
func newDisk(s *storage.Snapshot) *disk {
	if s == nil {
		return nil
	}
	return &disk{s.Node.UsedBytes, s.Node.CapacityBytes, share(s.Node.UsedBytes, s.Node.CapacityBytes)}
}

// takes notes what the folders of a pod take. One that is nil is not known.
func (it *item) takes(p *storage.Pod) {
	var logs, volumes cgroupfs.Value
	if p != nil {
		logs, volumes = p.Logs.Bytes, cgroupfs.Number(0)
		for i := range p.Containers {
			logs = plus(logs, p.Containers[i].Used.Bytes)
		}
		for i := range p.Volumes {
			if v := &p.Volumes[i]; !v.Memory { // else it takes nothing of a disk
				volumes = plus(volumes, v.Used.Bytes)
			}
		}
	}
	it.logs, it.volumes = &logs, &volumes
}

// logsOf is what the logs of one container take; nil for what has none.
func logsOf(p *storage.Pod, c *summary.Container) *cgroupfs.Value {
	if p == nil || c == nil || c.Kind != summary.KindContainer {
		return nil
	}
	for i := range p.Containers {
		if p.Containers[i].Name == c.Name {
			return &p.Containers[i].Used.Bytes
		}
	}
	return &cgroupfs.Value{}
}

// plus is not known if a part is not.
func plus(a, b cgroupfs.Value) cgroupfs.Value {
	m, ok := a.Get()
	n, ok2 := b.Get()
	if !ok || !ok2 {
		return cgroupfs.Value{}
	}
	return cgroupfs.Number(m + n)
}

// takes formats bytes; nil is empty.
func takes(v *cgroupfs.Value) string {
	if v == nil {
		return ""
	}
	return size(*v)
}
