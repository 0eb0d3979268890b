package cgroupfs

import "github.com/nodegauge/nodegauge/internal/scan"

// rdma makes the parser of rdma.current and rdma.max:
//
//	mlx4_0 hca_handle=2 hca_object=2000
//	ocrdma1 hca_handle=3 hca_object=max
func rdma(field func(d *RDMADevice, key []byte) (*Value, unit)) parser {
	return lines(func(line []byte, s *Sample) error {
		name, items := scan.Field(line)
		if len(name) == 0 {
			return nil
		}
		return setItems(s.rdmaDevice(name), items, field)
	})
}

func (s *Sample) rdmaDevice(name []byte) *RDMADevice {
	for i := range s.RDMA {
		if s.RDMA[i].Name == string(name) {
			return &s.RDMA[i]
		}
	}
	s.RDMA = extend(s.RDMA)
	d := &s.RDMA[len(s.RDMA)-1]
	*d = RDMADevice{Name: sameString(d.Name, name)}
	return d
}

func (d *RDMADevice) current(key []byte) (*Value, unit) {
	switch string(key) {
	case "hca_handle":
		return &d.HCAHandles, count
	case "hca_object":
		return &d.HCAObjects, count
	}
	return nil, count
}

func (d *RDMADevice) max(key []byte) (*Value, unit) {
	switch string(key) {
	case "hca_handle":
		return &d.HCAHandlesMax, limit
	case "hca_object":
		return &d.HCAObjectsMax, limit
	}
	return nil, count
}

func resetRDMA(s *Sample) { s.RDMA = s.RDMA[:0] }
