package page

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
)

// A node is /node.json: what the page draws. What is not known is left out, or
// null in a list. Rates are nanocores, sizes bytes, shares percent, times
// milliseconds since 1970.
type node struct {
	Name        string   `json:"name,omitempty"`
	Time        int64    `json:"time"`
	Round       uint64   `json:"round"`
	TookMicros  int64    `json:"tookMicros"`
	EveryMillis int64    `json:"everyMillis"`
	BootTime    int64    `json:"boot,omitempty"`
	CPUs        int      `json:"cpus,omitempty"`
	MemTotal    value    `json:"memTotal,omitzero"`
	SwapTotal   value    `json:"swapTotal,omitzero"`
	Swap        value    `json:"swap,omitzero"`
	CPU         value    `json:"cpu,omitzero"`
	Memory      value    `json:"mem,omitzero"`
	PSI         psi      `json:"psi,omitzero"`
	Warnings    []string `json:"warnings,omitempty"`
	Groups      []group  `json:"groups"`
}

// A group is a pod, or a part of the node that is no pod's.
type group struct {
	row
	Kind      string `json:"kind"` // "pod", "system", or "containers" for those in no pod
	Namespace string `json:"ns,omitempty"`
	Rows      []row  `json:"rows,omitempty"`
}

// A row is a container or a service, and what a group has of its own. A name
// that no source knows is left out.
type row struct {
	Key       string  `json:"key"` // of this incarnation, among all that live
	ID        string  `json:"id,omitempty"`
	Name      string  `json:"name,omitempty"`
	CPU       value   `json:"cpu,omitzero"`
	CPULimit  value   `json:"cpuLimit,omitzero"`
	Memory    value   `json:"mem,omitzero"` // the working set
	Limit     value   `json:"limit,omitzero"`
	Throttled percent `json:"throttled,omitzero"`
	PSI       psi     `json:"psi,omitzero"`
	Start     int64   `json:"start,omitempty"`
}

// newNode shapes a round for the page.
func newNode(snap *stats.Snapshot, pods []summary.Pod, t *throttles) *node {
	n := &node{
		Time:       snap.Time.UnixMilli(),
		Round:      snap.Generation,
		TookMicros: snap.Duration.Microseconds(),
		BootTime:   millis(snap.Node.BootTime),
		CPUs:       snap.Node.CPUs,
		MemTotal:   value(snap.Node.MemTotal),
		SwapTotal:  value(snap.Node.SwapTotal),
		Swap:       value(snap.Node.Swap.SwapUsageBytes),
		CPU:        value(snap.Node.CPU.UsageNanoCores),
		Memory:     value(snap.Node.Memory.WorkingSetBytes),
		Groups:     newBuilder(snap, pods, t).groups(),
	}
	if len(snap.Cgroups) > 0 {
		n.PSI = psiOf(&snap.Cgroups[0])
	}
	return n
}

// newRow is what a cgroup has in its row.
func newRow(cg *stats.Cgroup, t *throttles) row {
	return row{
		Key:       strconv.FormatUint(cg.Inode, 36),
		CPU:       value(cg.CPU.UsageNanoCores),
		CPULimit:  cpuLimit(&cg.Sample.CPU),
		Memory:    value(cg.Memory.WorkingSetBytes),
		Limit:     value(cg.Sample.Memory.Max),
		Throttled: percent(t.of(cg)),
		PSI:       psiOf(cg),
		Start:     millis(cg.CreatedAt),
	}
}

// cpuLimit is the quota in nanocores.
func cpuLimit(c *cgroupfs.CPUSample) value {
	quota, ok := c.QuotaNanos.Get()
	period, ok2 := c.PeriodNanos.Get()
	if ok && ok2 && period > 0 {
		return value(cgroupfs.Number(uint64(float64(quota) / float64(period) * 1e9)))
	}
	if c.QuotaNanos.IsMax() {
		return value(cgroupfs.Max())
	}
	return value{}
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// A value is a number, or "max" for a limit that does not limit.
type value cgroupfs.Value

// IsZero reports whether nothing is known.
func (v value) IsZero() bool { return cgroupfs.Value(v).IsAbsent() }

// MarshalJSON is for encoding/json.
func (v value) MarshalJSON() ([]byte, error) {
	if cgroupfs.Value(v).IsMax() {
		return []byte(`"max"`), nil
	}
	return []byte(cgroupfs.Value(v).String()), nil // an absent one is left out
}

// A percent is a share, 0 to 100; null in a list if it is not known.
type percent cgroupfs.Percent

// IsZero reports whether nothing is known.
func (p percent) IsZero() bool { return cgroupfs.Percent(p).IsAbsent() }

// MarshalJSON is for encoding/json.
func (p percent) MarshalJSON() ([]byte, error) {
	f, ok := cgroupfs.Percent(p).Get()
	if !ok {
		return []byte("null"), nil
	}
	return json.Marshal(f)
}

// A psi is how much of the last 10 s something waited for CPU, memory and I/O:
// some avg10 of the three files.
type psi [3]percent

func psiOf(cg *stats.Cgroup) psi {
	p := &cg.Sample.Pressure
	return psi{percent(p.CPU.Some.Avg10), percent(p.Memory.Some.Avg10), percent(p.IO.Some.Avg10)}
}

// shortID is as much of an ID as crictl prints, and takes.
func shortID(id string) string { return id[:min(len(id), 13)] }

// baseName is the last element of a cgroup's path.
func baseName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
