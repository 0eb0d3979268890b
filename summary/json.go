package summary

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// AppendJSON appends the Summary as the kubelet prints it: the API's field
// names and order, times in UTC and whole seconds, nothing that is not known.
// It is the same text that encoding/json makes of the API's own types, and
// allocates nothing but what b needs to grow.
func (s *Summary) AppendJSON(b []byte) []byte {
	b = append(b, `{"node":`...)
	b = s.Node.appendJSON(b)
	b = append(b, `,"pods":[`...)
	for i := range s.Pods {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.Pods[i].appendJSON(b)
	}
	return append(b, "]}"...)
}

func (n *NodeStats) appendJSON(b []byte) []byte {
	b = append(b, `{"nodeName":`...)
	b = appendString(b, n.NodeName)
	if len(n.SystemContainers) > 0 {
		b = append(b, `,"systemContainers":`...)
		b = appendContainers(b, n.SystemContainers)
	}
	b = append(b, `,"startTime":`...)
	b = appendTime(b, n.StartTime)
	b = n.CPU.appendJSON(b)
	b = n.Memory.appendJSON(b)
	b = n.IO.appendJSON(b)
	b = n.Swap.appendJSON(b)
	return append(b, '}')
}

func (p *PodStats) appendJSON(b []byte) []byte {
	b = append(b, `{"podRef":{"name":`...)
	b = appendString(b, p.PodRef.Name)
	b = append(b, `,"namespace":`...)
	b = appendString(b, p.PodRef.Namespace)
	b = append(b, `,"uid":`...)
	b = appendString(b, p.PodRef.UID)
	b = append(b, `},"startTime":`...)
	b = appendTime(b, p.StartTime)
	b = append(b, `,"containers":`...)
	b = appendContainers(b, p.Containers)
	b = p.CPU.appendJSON(b)
	b = p.Memory.appendJSON(b)
	b = p.IO.appendJSON(b)
	if n, ok := p.ProcessStats.ProcessCount.Get(); ok {
		b = append(b, `,"process_stats":{"process_count":`...)
		b = strconv.AppendUint(b, n, 10)
		b = append(b, '}')
	}
	b = p.Swap.appendJSON(b)
	return append(b, '}')
}

func appendContainers(b []byte, containers []ContainerStats) []byte {
	b = append(b, '[')
	for i := range containers {
		if i > 0 {
			b = append(b, ',')
		}
		c := &containers[i]
		b = append(b, `{"name":`...)
		b = appendString(b, c.Name)
		b = append(b, `,"startTime":`...)
		b = appendTime(b, c.StartTime)
		b = c.CPU.appendJSON(b)
		b = c.Memory.appendJSON(b)
		b = c.IO.appendJSON(b)
		b = c.Swap.appendJSON(b)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (c *CPUStats) appendJSON(b []byte) []byte {
	if c.Time.IsZero() {
		return b
	}
	b = appendSection(b, "cpu", c.Time)
	b = appendValue(b, "usageNanoCores", c.UsageNanoCores)
	b = appendValue(b, "usageCoreNanoSeconds", c.UsageCoreNanoSeconds)
	b = c.PSI.appendJSON(b)
	return append(b, '}')
}

func (m *MemoryStats) appendJSON(b []byte) []byte {
	if m.Time.IsZero() {
		return b
	}
	b = appendSection(b, "memory", m.Time)
	b = appendValue(b, "availableBytes", m.AvailableBytes)
	b = appendValue(b, "usageBytes", m.UsageBytes)
	b = appendValue(b, "workingSetBytes", m.WorkingSetBytes)
	b = appendValue(b, "rssBytes", m.RSSBytes)
	b = appendValue(b, "pageFaults", m.PageFaults)
	b = appendValue(b, "majorPageFaults", m.MajorPageFaults)
	b = m.PSI.appendJSON(b)
	return append(b, '}')
}

func (s *IOStats) appendJSON(b []byte) []byte {
	if s.Time.IsZero() {
		return b
	}
	b = appendSection(b, "io", s.Time)
	b = s.PSI.appendJSON(b)
	return append(b, '}')
}

func (s *SwapStats) appendJSON(b []byte) []byte {
	if s.Time.IsZero() {
		return b
	}
	b = appendSection(b, "swap", s.Time)
	b = appendValue(b, "swapAvailableBytes", s.SwapAvailableBytes)
	b = appendValue(b, "swapUsageBytes", s.SwapUsageBytes)
	return append(b, '}')
}

func (p *PSIStats) appendJSON(b []byte) []byte {
	if p.Some.Total.IsAbsent() {
		return b
	}
	b = append(b, `,"psi":{"full":`...)
	b = p.Full.appendJSON(b)
	b = append(b, `,"some":`...)
	b = p.Some.appendJSON(b)
	return append(b, '}')
}

func (d *PSIData) appendJSON(b []byte) []byte {
	b = append(b, `{"total":`...)
	b = strconv.AppendUint(b, d.Total.Or(0), 10)
	b = appendPercent(b, "avg10", d.Avg10)
	b = appendPercent(b, "avg60", d.Avg60)
	b = appendPercent(b, "avg300", d.Avg300)
	return append(b, '}')
}

// appendSection begins an object that follows another field.
func appendSection(b []byte, name string, at time.Time) []byte {
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":{"time":`...)
	return appendTime(b, at)
}

// appendTime appends a time as metav1.Time prints it.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, time.RFC3339)
	return append(b, '"')
}

// appendValue appends a field if its Value is a number.
func appendValue(b []byte, name string, v cgroupfs.Value) []byte {
	n, ok := v.Get()
	if !ok {
		return b
	}
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return strconv.AppendUint(b, n, 10)
}

func appendPercent(b []byte, name string, p cgroupfs.Percent) []byte {
	f, _ := p.Get()
	b = append(b, `,"`...)
	b = append(b, name...)
	b = append(b, `":`...)
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

const hexDigits = "0123456789abcdef"

// appendString appends a string as encoding/json does, with what HTML would
// misread escaped and invalid UTF-8 replaced.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && size == 1:
				b = append(b, `\ufffd`...)
			case r == '\u2028', r == '\u2029':
				b = append(b, `\u202`...)
				b = append(b, hexDigits[r&0xf])
			default:
				b = append(b, s[i:i+size]...)
			}
			i += size
			continue
		}
		i++
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			if c < 0x20 || c == '<' || c == '>' || c == '&' {
				b = append(b, `\u00`...)
				b = append(b, hexDigits[c>>4], hexDigits[c&0xf])
				continue
			}
			b = append(b, c)
		}
	}
	return append(b, '"')
}
