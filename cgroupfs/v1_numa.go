package cgroupfs

import "github.com/nodegauge/nodegauge/internal/scan"

// v1NUMAPart knows the keys of memory.numa_stat in v1, which carry their sum.
// Those without hierarchical_ leave out the cgroup's descendants.
//
//	total=31 N0=31
//	file=2 N0=2
//	anon=29 N0=29
//	unevictable=0 N0=0
//	hierarchical_total=31 N0=31
//	hierarchical_file=2 N0=2
//	hierarchical_anon=29 N0=29
//	hierarchical_unevictable=0 N0=0
func v1NUMAPart(key []byte) func(*NUMANode) *Value {
	name, _, hasSum := scan.Cut(key, '=')
	if !hasSum {
		return nil
	}
	switch string(name) {
	case "hierarchical_anon":
		return (*NUMANode).anon
	case "hierarchical_file":
		return (*NUMANode).file
	case "hierarchical_unevictable":
		return (*NUMANode).unevictable
	case "hierarchical_total":
		return (*NUMANode).total
	}
	return nil
}
