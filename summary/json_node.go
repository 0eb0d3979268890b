package summary

import (
	"math"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

func (p *printer) network(n *NetworkStats) {
	if n.Time.IsZero() {
		return
	}
	p.raw(`,"network":{"time":`)
	p.time(n.Time)
	p.raw(",")
	p.networkInterface(&n.InterfaceStats)
	if len(n.Interfaces) > 0 {
		p.raw(`,"interfaces":[`)
		for i := range n.Interfaces {
			if i > 0 {
				p.raw(",")
			}
			p.raw("{")
			p.networkInterface(&n.Interfaces[i])
			p.raw("}")
		}
		p.raw("]")
	}
	p.raw("}")
}

// networkInterface appends an interface's fields. Its name is printed even if
// there is none.
func (p *printer) networkInterface(s *InterfaceStats) {
	p.raw(`"name":`)
	p.str(s.Name)
	p.value(`,"rxBytes":`, s.RxBytes)
	p.value(`,"rxErrors":`, s.RxErrors)
	p.value(`,"txBytes":`, s.TxBytes)
	p.value(`,"txErrors":`, s.TxErrors)
}

// fs appends a file system after begin, which ends with the name of its time.
func (p *printer) fs(begin string, s *FSStats) {
	if s.Time.IsZero() {
		return
	}
	p.raw(begin)
	p.time(s.Time)
	p.fsValues(s)
	p.raw("}")
}

func (p *printer) fsValues(s *FSStats) {
	p.value(`,"availableBytes":`, s.AvailableBytes)
	p.value(`,"capacityBytes":`, s.CapacityBytes)
	p.value(`,"usedBytes":`, s.UsedBytes)
	p.value(`,"inodesFree":`, s.InodesFree)
	p.value(`,"inodes":`, s.Inodes)
	p.value(`,"inodesUsed":`, s.InodesUsed)
}

func (p *printer) volumes(volumes []VolumeStats) {
	if len(volumes) == 0 {
		return
	}
	p.raw(`,"volume":[`)
	for i := range volumes {
		if i > 0 {
			p.raw(",")
		}
		v := &volumes[i]
		p.raw(`{"time":`)
		p.time(v.Time)
		p.fsValues(&v.FSStats)
		if v.Name != "" {
			p.raw(`,"name":`)
			p.str(v.Name)
		}
		if v.PVCRef != (PVCReference{}) {
			p.raw(`,"pvcRef":{"name":`)
			p.str(v.PVCRef.Name)
			p.raw(`,"namespace":`)
			p.str(v.PVCRef.Namespace)
			p.raw("}")
		}
		p.raw("}")
	}
	p.raw("]")
}

func (p *printer) runtime(r *RuntimeStats) {
	image, container := !r.ImageFS.Time.IsZero(), !r.ContainerFS.Time.IsZero()
	if !image && !container {
		return
	}
	p.raw(`,"runtime":{`)
	start := len(p.b)
	p.fs(`,"imageFs":{"time":`, &r.ImageFS)
	p.fs(`,"containerFs":{"time":`, &r.ContainerFS)
	p.b = append(p.b[:start], p.b[start+1:]...) // the first one's comma
	p.raw("}")
}

func (p *printer) rlimit(r *RlimitStats) {
	if r.Time.IsZero() {
		return
	}
	p.raw(`,"rlimit":{"time":`)
	p.time(r.Time)
	p.signed(`,"maxpid":`, r.MaxPID)
	p.signed(`,"curproc":`, r.NumOfRunningProcesses)
	p.raw("}")
}

// signed leaves out a number that clients, who have int64 there, could not
// read: it would cost them the whole Summary.
func (p *printer) signed(field string, v cgroupfs.Value) {
	if v.Or(0) <= math.MaxInt64 {
		p.value(field, v)
	}
}
