package cgroupfs

import "github.com/nodegauge/nodegauge/internal/scan"

// blkio makes the parser of a blkio file, which has a line for each device and
// operation, or for each device. field says where an operation's number
// belongs; the operation is empty in lines that have none.
//
//	254:16 Read 2237440
//	254:16 Total 2237440
//	Total 2237440
//
// A file that has no device says nothing: what it could count is counted by
// another I/O scheduler, or by none.
func blkio(u unit, field func(d *IODevice, op []byte) *Value) parser {
	return func(b []byte, s *Sample) error {
		said := false
		err := eachLine(b, s, func(line []byte, s *Sample) error {
			name, rest := scan.Field(line)
			major, minor, known, err := deviceNumber(name)
			if !known {
				return err
			}
			said = true
			op, rest := scan.Field(rest)
			number, _ := scan.Field(rest)
			if len(number) == 0 {
				op, number = nil, op
			}
			if v := field(s.IO.device(major, minor), op); v != nil {
				return set(v, u, number)
			}
			return nil
		})
		if err == nil && !said {
			return errNothing
		}
		return err
	}
}

// blkioTotal is blkio for a file of which only the totals are wanted.
func blkioTotal(u unit, field func(d *IODevice) *Value) parser {
	return blkio(u, func(d *IODevice, op []byte) *Value {
		if string(op) == "Total" {
			return field(d)
		}
		return nil
	})
}

// blkioDevice is blkio for a file with one line for each device:
//
//	8:0 4711
func blkioDevice(u unit, field func(d *IODevice) *Value) parser {
	return blkio(u, func(d *IODevice, op []byte) *Value {
		if len(op) == 0 {
			return field(d)
		}
		return nil
	})
}

func (d *IODevice) v1Bytes(op []byte) *Value {
	switch string(op) {
	case "Read":
		return &d.ReadBytes
	case "Write":
		return &d.WriteBytes
	case "Discard":
		return &d.DiscardBytes
	case "Sync":
		return &d.SyncBytes
	case "Async":
		return &d.AsyncBytes
	}
	return nil
}

func (d *IODevice) v1Ops(op []byte) *Value {
	switch string(op) {
	case "Read":
		return &d.ReadOps
	case "Write":
		return &d.WriteOps
	case "Discard":
		return &d.DiscardOps
	case "Sync":
		return &d.SyncOps
	case "Async":
		return &d.AsyncOps
	}
	return nil
}

func (d *IODevice) serviceNanos() *Value { return &d.ServiceNanos }
func (d *IODevice) waitNanos() *Value    { return &d.WaitNanos }
func (d *IODevice) queued() *Value       { return &d.Queued }
func (d *IODevice) merged() *Value       { return &d.Merged }
func (d *IODevice) timeNanos() *Value    { return &d.TimeNanos }
func (d *IODevice) sectors() *Value      { return &d.Sectors }
