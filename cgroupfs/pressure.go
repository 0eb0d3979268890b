package cgroupfs

import (
	"cmp"

	"github.com/nodegauge/nodegauge/internal/scan"
)

func pressureStamp(s *Sample) *Stamp { return &s.Pressure.Read }

// pressure makes the parser of a pressure file. cpu.pressure has no second
// line before 5.13, and irq.pressure has no first one; total is in
// microseconds.
//
//	some avg10=0.00 avg60=0.04 avg300=0.14 total=908249
//	full avg10=0.00 avg60=0.04 avg300=0.12 total=812461
func pressure(stall func(s *Sample, kind []byte) *StallPSI) parser {
	return lines(func(line []byte, s *Sample) error {
		kind, items := scan.Field(line)
		if p := stall(s, kind); p != nil {
			return p.setItems(items)
		}
		return nil
	})
}

func (p *StallPSI) setItems(items []byte) (first error) {
	for item, rest := scan.Field(items); len(item) > 0; item, rest = scan.Field(rest) {
		key, number, _ := scan.Cut(item, '=')
		var err error
		switch string(key) {
		case "avg10":
			p.Avg10, err = percent(number)
		case "avg60":
			p.Avg60, err = percent(number)
		case "avg300":
			p.Avg300, err = percent(number)
		case "total":
			p.TotalNanos, err = micros.text(number)
		}
		first = cmp.Or(first, err)
	}
	return first
}

func percent(b []byte) (Percent, error) {
	n, err := scan.Hundredths(b)
	if err != nil {
		return Percent{}, err
	}
	return Hundredths(n), nil
}

func (st *Stall) line(kind []byte) *StallPSI {
	switch string(kind) {
	case "some":
		return &st.Some
	case "full":
		return &st.Full
	}
	return nil
}

func cpuPressure(s *Sample, kind []byte) *StallPSI    { return s.Pressure.CPU.line(kind) }
func memoryPressure(s *Sample, kind []byte) *StallPSI { return s.Pressure.Memory.line(kind) }
func ioPressure(s *Sample, kind []byte) *StallPSI     { return s.Pressure.IO.line(kind) }

func irqPressure(s *Sample, kind []byte) *StallPSI {
	if string(kind) == "full" {
		return &s.Pressure.IRQ
	}
	return nil
}

func resetCPUPressure(s *Sample)    { s.Pressure.CPU = Stall{} }
func resetMemoryPressure(s *Sample) { s.Pressure.Memory = Stall{} }
func resetIOPressure(s *Sample)     { s.Pressure.IO = Stall{} }
func resetIRQPressure(s *Sample)    { s.Pressure.IRQ = StallPSI{} }
