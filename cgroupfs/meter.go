package cgroupfs

import (
	"math/bits"
	"time"
)

// A Meter tells what it costs to read, by metric: all that Groups read with
// the Buffer whose Meter it is, since it was made or Reset. The zero Meter is
// ready for use. It is not safe for concurrent use.
//
// It asks the Buffer's Clock once for each metric of a cgroup and twice more,
// and with Detail also before and after each file's system calls: twice for a
// file that is kept open, four times for one that is not. To ask time.Now takes
// some 50 ns, where reading a file takes some 3 µs: what a Meter with Detail
// tells is a few percent too much, half of that in what it calls the kernel's.
type Meter struct {
	// Detail tells all of a Cost; without it a Meter tells Time alone.
	Detail bool
	// Clocks counts how often the clock was asked.
	Clocks uint64

	costs  [len(metricNames) + 1]Cost // the first is of no metric
	on     bool                       // a Group is being read
	metric int                        // the index of what is being read, while on
	since  time.Duration              // when that began
	at     time.Duration              // when what is timed in detail began
	opened time.Duration              // how long it took to open the file
}

// A Cost is what was read, and the time that took.
type Cost struct {
	// Files counts files that were read, Opened those that had to be opened for
	// it, and Unkept those of them that are worth keeping open and are not: for
	// lack of descriptors, see Hierarchy.SetMaxOpenFiles.
	Files, Opened, Unkept uint64
	// Bytes is how much was read.
	Bytes uint64
	// Time is all of it: system calls, parsing, and looking for files that are
	// not there.
	Time time.Duration
	// ReadTime is the time in the kernel to read files, OpenTime that to open
	// and to close them, and the folders that they are in.
	ReadTime, OpenTime time.Duration
	// OnceTime is the part of OpenTime for files that are kept open from then
	// on: it need not be paid again. UnkeptTime is that for the Unkept.
	OnceTime, UnkeptTime time.Duration
}

// KernelTime is the time in the kernel, the floor of Time: who neither parses
// nor keeps books pays it too.
func (c *Cost) KernelTime() time.Duration { return c.ReadTime + c.OpenTime }

// Plus returns the sum of two costs.
func (c Cost) Plus(d Cost) Cost {
	c.Files, c.Opened, c.Unkept, c.Bytes = c.Files+d.Files, c.Opened+d.Opened, c.Unkept+d.Unkept, c.Bytes+d.Bytes
	c.Time, c.ReadTime, c.OpenTime = c.Time+d.Time, c.ReadTime+d.ReadTime, c.OpenTime+d.OpenTime
	c.OnceTime, c.UnkeptTime = c.OnceTime+d.OnceTime, c.UnkeptTime+d.UnkeptTime
	return c
}

// Cost returns what the metrics in set cost together. What metrics share, such
// as a folder that is opened, is of the first that needs it.
func (m *Meter) Cost(set MetricSet) Cost {
	var sum Cost
	for rest := set & AllMetrics; rest != 0; rest &= rest - 1 {
		sum = sum.Plus(m.costs[1+bits.TrailingZeros32(uint32(rest))])
	}
	return sum
}

// Rest returns what reading cost that is of no metric: to close folders, and
// to see whether a cgroup is still there.
func (m *Meter) Rest() Cost { return m.costs[0] }

// Add counts what another Meter counted.
func (m *Meter) Add(other *Meter) {
	m.Clocks += other.Clocks
	for i := range m.costs {
		m.costs[i] = m.costs[i].Plus(other.costs[i])
	}
}

// Reset forgets what was counted.
func (m *Meter) Reset() { *m = Meter{Detail: m.Detail} }

// turn says that what follows is of a metric; 0 is of none.
func (b *Buffer) turn(metric MetricSet) {
	if b.Meter != nil {
		b.Meter.turn(b, metric)
	}
}

func (m *Meter) turn(b *Buffer, metric MetricSet) {
	index := bits.Len32(uint32(metric))
	if m.on && m.metric == index {
		return
	}
	m.charge(b)
	m.on, m.metric = true, index
}

// charge adds the time since the last turn to what it was for.
func (m *Meter) charge(b *Buffer) {
	now := b.now()
	m.Clocks++
	if m.on {
		m.costs[m.metric].Time += max(now-m.since, 0) // a clock that goes back says nothing
	}
	m.since, m.at, m.on = now, now, false
}

// A lap is what the time since the last one was for.
type lap uint8

const (
	lapOther  lap = iota // nothing: the system calls begin now
	lapOpen              // to open a file, or to find it missing
	lapRead              // to read it
	lapClose             // to close it
	lapUnkept            // to close it for lack of descriptors
	lapFolder            // to close a folder, or to look for it
)

// times reports whether each system call is timed.
func (b *Buffer) times() bool { return b.Meter != nil && b.Meter.Detail }

// lap times system calls, if there is a Meter with Detail.
func (b *Buffer) lap(l lap) {
	if b.times() {
		b.Meter.lap(b, l)
	}
}

func (m *Meter) lap(b *Buffer, l lap) {
	now := b.now()
	m.Clocks++
	took, c := max(now-m.at, 0), &m.costs[m.metric]
	m.at = now
	switch l {
	case lapOther:
	case lapRead:
		c.ReadTime += took
	case lapOpen:
		c.OpenTime += took
		m.opened = took
	case lapClose, lapUnkept:
		c.OpenTime += took
		c.Opened++
		if l == lapUnkept {
			c.Unkept++
			c.UnkeptTime += m.opened + took
		}
	case lapFolder:
		c.OpenTime += took
	}
}

// got counts a file that was read.
func (b *Buffer) got(text []byte) {
	if b.times() {
		c := &b.Meter.costs[b.Meter.metric]
		c.Files++
		c.Bytes += uint64(len(text))
	}
}

// closed times that a file was closed, which was worth keeping open or not.
func (b *Buffer) closed(unkept bool) {
	if unkept {
		b.lap(lapUnkept)
	} else {
		b.lap(lapClose)
	}
}

// kept counts a file that was opened and stays so.
func (b *Buffer) kept() {
	if b.times() {
		c := &b.Meter.costs[b.Meter.metric]
		c.Opened++
		c.OnceTime += b.Meter.opened
	}
}

// end gives back what the reading holds.
func (r *reading) end() {
	r.leave()
	r.buf.lap(lapFolder)
	if m := r.buf.Meter; m != nil {
		m.charge(r.buf)
	}
}
