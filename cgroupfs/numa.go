package cgroupfs

import (
	"cmp"

	"github.com/nodegauge/nodegauge/internal/scan"
)

// numaStat makes the parser of memory.numa_stat. v2 writes bytes after a bare
// key, v1 pages after a key with the sum over all nodes. Lines of v1 without a
// sum were seen on old kernels; their key is none, and so they are skipped.
//
//	anon N0=40960 N1=0
//	hierarchical_anon=29 N0=29 N1=0
func numaStat(u unit, part func(key []byte) func(*NUMANode) *Value) parser {
	return lines(func(line []byte, s *Sample) error {
		key, nodes := scan.Field(line)
		if field := part(key); field != nil {
			return s.Memory.setNodes(nodes, u, field)
		}
		return nil
	})
}

func (m *MemorySample) setNodes(nodes []byte, u unit, field func(*NUMANode) *Value) (first error) {
	for item, rest := scan.Field(nodes); len(item) > 0; item, rest = scan.Field(rest) {
		if item[0] != 'N' {
			continue
		}
		id, number, _ := scan.Cut(item[1:], '=')
		n, err := scan.Uint32(id)
		if err == nil {
			err = set(field(m.node(n)), u, number)
		}
		first = cmp.Or(first, err)
	}
	return first
}

func (m *MemorySample) node(id uint32) *NUMANode {
	for i := range m.NUMA {
		if m.NUMA[i].Node == id {
			return &m.NUMA[i]
		}
	}
	m.NUMA = append(m.NUMA, NUMANode{Node: id})
	return &m.NUMA[len(m.NUMA)-1]
}

func (n *NUMANode) anon() *Value        { return &n.Anon }
func (n *NUMANode) file() *Value        { return &n.File }
func (n *NUMANode) unevictable() *Value { return &n.Unevictable }
func (n *NUMANode) total() *Value       { return &n.Total }

func numaPart(key []byte) func(*NUMANode) *Value {
	switch string(key) {
	case "anon":
		return (*NUMANode).anon
	case "file":
		return (*NUMANode).file
	case "unevictable":
		return (*NUMANode).unevictable
	}
	return nil
}

func resetNUMA(s *Sample) { s.Memory.NUMA = s.Memory.NUMA[:0] }
