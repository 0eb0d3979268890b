package main

import (
	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
)

// A traffic is what goes through the default interface of a network.
type traffic struct {
	name   string         // of the interface; empty if there is none
	rx, tx cgroupfs.Value // in bytes per second
	ofHost bool           // the network is the node's
}

// newTraffic compares two samples of a network, of which the first may be nil
// for what is new.
func newTraffic(prev, cur *stats.Network) *traffic {
	if cur.Time.IsZero() {
		return &traffic{}
	}
	t := &traffic{name: cur.Default}
	to := find(cur)
	if prev == nil || prev.Time.IsZero() || prev.Namespace != cur.Namespace {
		return t
	}
	from := find(prev)
	seconds := cur.Time.Sub(prev.Time).Seconds()
	if to == nil || from == nil || to.Name != from.Name || seconds <= 0 {
		return t
	}
	rate := func(from, to uint64) cgroupfs.Value {
		if to < from { // the interface was made anew
			return cgroupfs.Value{}
		}
		return cgroupfs.Number(uint64(float64(to-from)/seconds + 0.5))
	}
	t.rx, t.tx = rate(from.RxBytes, to.RxBytes), rate(from.TxBytes, to.TxBytes)
	return t
}

// find returns the interface of the default route, or nil.
func find(n *stats.Network) *stats.Interface {
	for i := range n.Interfaces {
		if n.Default != "" && n.Interfaces[i].Name == n.Default {
			return &n.Interfaces[i]
		}
	}
	return nil
}

// perSecond formats a rate: "1.5 MiB/s".
func perSecond(v cgroupfs.Value) string {
	if v.IsAbsent() {
		return unknown
	}
	return size(v) + "/s"
}

// cell formats what comes in (0) or goes out (1). It is empty for what has no
// network of its own.
func (t *traffic) cell(direction int) string {
	switch {
	case t == nil:
		return ""
	case t.ofHost:
		return "host"
	}
	return size([...]cgroupfs.Value{t.rx, t.tx}[direction])
}
