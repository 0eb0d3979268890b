package expo

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
)

// Level is what a cgroup is; Levels are several.
type Level uint8

const (
	// LevelNode is the root cgroup, the machine, and nodegauge itself.
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
	// Format is what AppendResource and AppendCadvisor print; 0 is Text.
	Format Format
	// Metrics are the metrics of which there are families; 0 is all that were read.
	Metrics cgroupfs.MetricSet
	// Levels are the levels of which there are series; 0 is AllLevels.
	Levels Level
	// MaxSeries is how many series there may be; 0 is no limit. See the
	// package's comment for what is left out first.
	MaxSeries int
	// NoTimestamps leaves out when a value was read: a scraper then takes the
	// time of its scrape, and notices at once that a series has ended.
	NoTimestamps bool
	// Compat are the quirks of a kubelet that are wanted; 0 is none.
	Compat summary.Compat
}

// Node is what /metrics/cadvisor is made of.
type Node struct {
	// Snapshot is the round. Without one, or with one that is empty, all that
	// is printed is that there was an error.
	Snapshot *stats.Snapshot
	// Pods are what a PodSource returned.
	Pods    []summary.Pod
	Storage *storage.Snapshot // nil if not known
	Machine *stats.Machine    // nil if not known
	Now     time.Time         // when it is printed
}

// A Printer prints; it keeps memory for the next time. The zero Printer is
// ready. It is not safe for concurrent use.
type Printer struct {
	out   out
	text  []byte  // of the labels of all subjects
	arena []Label // the labels themselves
	plan  []bool  // which families of the table there is room for

	units []unit // of /metrics/resource
	order []int  // of units

	families   []*family
	scrape     scrape   // of /metrics/cadvisor
	subjects   []cgroup // of the same
	marks      []mark   // by index in Snapshot.Cgroups
	machine    subject
	pods       map[string]int   // pod UID → index in Node.Pods
	containers map[string]place // container ID → where in Node.Pods
	owners     map[string]int   // container ID → index in Snapshot.Cgroups
	layers     map[string]int   // container ID → index in storage.Snapshot.Layers
	disks      map[uint64]disk  // by major and minor number
	scrapes    uint64           // how many there were of /metrics/cadvisor
	cpus       []string         // "cpu00", "cpu01" …
	sizes      map[uint64]string

	limited bool // Options.MaxSeries is set
	dropped int  // series that it left out
}

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

// Label is a name and a value. The value is valid UTF-8, whatever a cgroup is
// called: see the package's comment.
type Label struct{ Name, Value string }

// Sample is one value of one series.
type Sample struct {
	Family *Family
	Labels []Label // valid until yield returns
	Value  float64
	Time   time.Time // zero if it has none
}
