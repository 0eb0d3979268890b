package cgroupfs

import (
	"cmp"

	"github.com/nodegauge/nodegauge/internal/scan"
)

func ioStamp(s *Sample) *Stamp { return &s.IO.Read }

// ioStatLine reads a line of io.stat. A device without numbers is none; a
// device that is there twice is what its later line says.
//
//	254:16 rbytes=2237440 wbytes=70545408 rios=111 wios=2091 dbytes=0 dios=0
func ioStatLine(line []byte, s *Sample) error {
	name, items := deviceLine(line)
	major, minor, known, err := deviceNumber(name)
	if !known || len(items) == 0 {
		return err
	}
	d := s.IO.device(major, minor)
	*d = IODevice{Major: major, Minor: minor}
	return setItems(d, items, (*IODevice).ioStat)
}

// deviceLine parts a line of io.stat or io.max. Kernels 5.16 to 5.18 leave out
// the newline after a device without numbers ("252:0 254:0 rbytes=1"), so it
// is the last name that the items belong to.
func deviceLine(line []byte) (name, items []byte) {
	for {
		field, rest := scan.Field(line)
		if len(field) == 0 {
			return name, nil
		}
		if _, _, isItem := scan.Cut(field, '='); isItem {
			return name, line
		}
		name, line = field, rest
	}
}

// deviceNumber reads a device's number, "254:16". Other names are not known:
// the kernel writes "(unknown)" for a device without a disk behind it.
func deviceNumber(name []byte) (major, minor uint32, known bool, err error) {
	before, after, found := scan.Cut(name, ':')
	if !found {
		return 0, 0, false, nil
	}
	major, err = scan.Uint32(before)
	minor, err2 := scan.Uint32(after)
	err = cmp.Or(err, err2)
	return major, minor, err == nil, err
}

// device returns the element of a device, a new one if it has none yet.
func (io *IOSample) device(major, minor uint32) *IODevice {
	for i := len(io.Devices) - 1; i >= 0; i-- { // v1 has several lines in a row for each
		if d := &io.Devices[i]; d.Major == major && d.Minor == minor {
			return d
		}
	}
	io.Devices = append(io.Devices, IODevice{Major: major, Minor: minor})
	return &io.Devices[len(io.Devices)-1]
}

func (d *IODevice) ioStat(key []byte) (*Value, unit) {
	switch string(key) {
	case "rbytes":
		return &d.ReadBytes, count
	case "wbytes":
		return &d.WriteBytes, count
	case "dbytes":
		return &d.DiscardBytes, count
	case "rios":
		return &d.ReadOps, count
	case "wios":
		return &d.WriteOps, count
	case "dios":
		return &d.DiscardOps, count
	case "cost.usage":
		return &d.CostUsageNanos, micros
	case "cost.wait":
		return &d.CostWaitNanos, micros
	case "cost.indebt":
		return &d.CostInDebtNanos, micros
	case "cost.indelay":
		return &d.CostInDelayNanos, micros
	}
	return nil, count
}

func resetIODevices(s *Sample) { s.IO.Devices = s.IO.Devices[:0] }

// ioMaxLine reads a line of io.max, which has only devices with a limit:
//
//	8:16 rbps=2097152 wbps=max riops=max wiops=120
func ioMaxLine(line []byte, s *Sample) error {
	name, items := deviceLine(line)
	major, minor, known, err := deviceNumber(name)
	if !known || len(items) == 0 {
		return err
	}
	s.IO.Limits = append(s.IO.Limits, IOLimit{Major: major, Minor: minor})
	return setItems(&s.IO.Limits[len(s.IO.Limits)-1], items, (*IOLimit).ioMax)
}

func (l *IOLimit) ioMax(key []byte) (*Value, unit) {
	switch string(key) {
	case "rbps":
		return &l.ReadBytes, limit
	case "wbps":
		return &l.WriteBytes, limit
	case "riops":
		return &l.ReadOps, limit
	case "wiops":
		return &l.WriteOps, limit
	}
	return nil, count
}

func resetIOLimits(s *Sample) { s.IO.Limits = s.IO.Limits[:0] }
