// Package expo prints a node's numbers as Prometheus text.
package expo

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
)

// Format is one of the formats that Prometheus reads.
type Format uint8

const (
	// Text is the text format, version 0.0.4.
	Text Format = iota
	// OpenMetrics is OpenMetrics 1.0.
	OpenMetrics
)

// Level is what a cgroup is; Levels are several.
type Level uint8

const (
	// LevelNode is the root cgroup and the machine.
	LevelNode Level = 1 << iota
	// LevelSystem is a cgroup that is no pod's, kubepods and its classes included.
	LevelSystem
	// LevelPod is a pod.
	LevelPod
	// LevelContainer is a container, or a sandbox.
	LevelContainer

	// AllLevels is everything.
	AllLevels = LevelNode | LevelSystem | LevelPod | LevelContainer
)

// Options say what is printed. The zero Options, and nil, are good for most.
type Options struct {
	Format Format
	// Metrics are the metrics of which there are families; 0 is all that were read.
	Metrics cgroupfs.MetricSet
	// Levels are the levels of which there are series; 0 is AllLevels.
	Levels Level
	// MaxSeries is how many series there may be; 0 is no limit.
	MaxSeries int
	// NoTimestamps leaves out when a value was read: a scraper then takes the
	// time of its scrape, and notices at once that a series has ended.
	NoTimestamps bool
	// Compat are the quirks of a kubelet that are wanted.
	Compat summary.Compat
}

// Node is what /metrics/cadvisor is made of.
type Node struct {
	Snapshot *stats.Snapshot
	Pods     []summary.Pod
	Storage  *storage.Snapshot // nil if not known
	Machine  *stats.Machine    // nil if not known
	Now      time.Time         // when it is printed
}

// A Printer prints; it keeps memory for the next time. It is not safe for concurrent use.
type Printer struct{}

// AppendResource appends what /metrics/resource says.
func (p *Printer) AppendResource(b []byte, s *summary.Summary, o *Options) []byte { return b }

// AppendCadvisor appends what /metrics/cadvisor says.
func (p *Printer) AppendCadvisor(b []byte, n *Node, o *Options) []byte { return b }

// Family is what all series of one name have in common.
type Family struct {
	Name, Help string
	Type       Type
}

// Type is the type of a family.
type Type uint8

const (
	// Unknown is a family of which the format does not allow to say more.
	Unknown Type = iota
	// Gauge goes up and down.
	Gauge
	// Counter only goes up, and starts again with its container.
	Counter
)

// Label is a name and a value.
type Label struct{ Name, Value string }

// Sample is one value of one series.
type Sample struct {
	Family *Family
	Labels []Label // valid until yield returns
	Value  float64
	Time   time.Time // zero if it has none
}

// EachResource yields what AppendResource prints; for registries.
func (p *Printer) EachResource(s *summary.Summary, o *Options, yield func(*Sample) bool) {}

// EachCadvisor yields what AppendCadvisor prints; for registries.
func (p *Printer) EachCadvisor(n *Node, o *Options, yield func(*Sample) bool) {}
