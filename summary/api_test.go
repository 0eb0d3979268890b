package summary_test

import (
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
)

// The types below mirror those of k8s.io/kubelet/pkg/apis/stats/v1alpha1 as
// far as a Summary has them: same order, same tags. So encoding/json prints
// them as the kubelet does, and reads what the kubelet printed.
type (
	apiSummary struct {
		Node apiNode  `json:"node"`
		Pods []apiPod `json:"pods"`
	}
	apiNode struct {
		NodeName         string         `json:"nodeName"`
		SystemContainers []apiContainer `json:"systemContainers,omitempty"`
		StartTime        apiTime        `json:"startTime"`
		CPU              *apiCPU        `json:"cpu,omitempty"`
		Memory           *apiMemory     `json:"memory,omitempty"`
		IO               *apiIO         `json:"io,omitempty"`
		Swap             *apiSwap       `json:"swap,omitempty"`
	}
	apiPod struct {
		PodRef struct {
			Name      string `json:"name"`
			Namespace string `json:"namespace"`
			UID       string `json:"uid"`
		} `json:"podRef"`
		StartTime    apiTime        `json:"startTime"`
		Containers   []apiContainer `json:"containers"`
		CPU          *apiCPU        `json:"cpu,omitempty"`
		Memory       *apiMemory     `json:"memory,omitempty"`
		IO           *apiIO         `json:"io,omitempty"`
		ProcessStats *apiProcesses  `json:"process_stats,omitempty"`
		Swap         *apiSwap       `json:"swap,omitempty"`
	}
	apiContainer struct {
		Name      string     `json:"name"`
		StartTime apiTime    `json:"startTime"`
		CPU       *apiCPU    `json:"cpu,omitempty"`
		Memory    *apiMemory `json:"memory,omitempty"`
		IO        *apiIO     `json:"io,omitempty"`
		Swap      *apiSwap   `json:"swap,omitempty"`
	}
	apiCPU struct {
		Time                 apiTime `json:"time"`
		UsageNanoCores       *uint64 `json:"usageNanoCores,omitempty"`
		UsageCoreNanoSeconds *uint64 `json:"usageCoreNanoSeconds,omitempty"`
		PSI                  *apiPSI `json:"psi,omitempty"`
	}
	apiMemory struct {
		Time            apiTime `json:"time"`
		AvailableBytes  *uint64 `json:"availableBytes,omitempty"`
		UsageBytes      *uint64 `json:"usageBytes,omitempty"`
		WorkingSetBytes *uint64 `json:"workingSetBytes,omitempty"`
		RSSBytes        *uint64 `json:"rssBytes,omitempty"`
		PageFaults      *uint64 `json:"pageFaults,omitempty"`
		MajorPageFaults *uint64 `json:"majorPageFaults,omitempty"`
		PSI             *apiPSI `json:"psi,omitempty"`
	}
	apiIO struct {
		Time apiTime `json:"time"`
		PSI  *apiPSI `json:"psi,omitempty"`
	}
	apiPSI struct {
		Full apiPSIData `json:"full"`
		Some apiPSIData `json:"some"`
	}
	apiPSIData struct {
		Total  uint64  `json:"total"`
		Avg10  float64 `json:"avg10"`
		Avg60  float64 `json:"avg60"`
		Avg300 float64 `json:"avg300"`
	}
	apiSwap struct {
		Time               apiTime `json:"time"`
		SwapAvailableBytes *uint64 `json:"swapAvailableBytes,omitempty"`
		SwapUsageBytes     *uint64 `json:"swapUsageBytes,omitempty"`
	}
	apiProcesses struct {
		ProcessCount *uint64 `json:"process_count,omitempty"`
	}
	// apiTime is metav1.Time.
	apiTime struct{ time.Time }
)

func (t apiTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(t.UTC().Format(`"` + time.RFC3339 + `"`)), nil
}

// apiOf converts a Summary to the API's types.
func apiOf(s *summary.Summary) *apiSummary {
	a := &apiSummary{Pods: []apiPod{}}
	n := &s.Node
	a.Node = apiNode{
		NodeName:         n.NodeName,
		SystemContainers: apiContainers(n.SystemContainers),
		StartTime:        apiTime{n.StartTime},
		CPU:              apiCPUOf(&n.CPU),
		Memory:           apiMemoryOf(&n.Memory),
		IO:               apiIOOf(&n.IO),
		Swap:             apiSwapOf(&n.Swap),
	}
	for i := range s.Pods {
		p := &s.Pods[i]
		ap := apiPod{
			StartTime:  apiTime{p.StartTime},
			Containers: apiContainers(p.Containers),
			CPU:        apiCPUOf(&p.CPU),
			Memory:     apiMemoryOf(&p.Memory),
			IO:         apiIOOf(&p.IO),
			Swap:       apiSwapOf(&p.Swap),
		}
		ap.PodRef.Name, ap.PodRef.Namespace, ap.PodRef.UID = p.PodRef.Name, p.PodRef.Namespace, p.PodRef.UID
		if n := number(p.ProcessStats.ProcessCount); n != nil {
			ap.ProcessStats = &apiProcesses{n}
		}
		a.Pods = append(a.Pods, ap)
	}
	return a
}

func apiContainers(containers []summary.ContainerStats) []apiContainer {
	as := []apiContainer{}
	for i := range containers {
		c := &containers[i]
		as = append(as, apiContainer{c.Name, apiTime{c.StartTime}, apiCPUOf(&c.CPU), apiMemoryOf(&c.Memory), apiIOOf(&c.IO), apiSwapOf(&c.Swap)})
	}
	return as
}

func apiCPUOf(c *summary.CPUStats) *apiCPU {
	if c.Time.IsZero() {
		return nil
	}
	return &apiCPU{apiTime{c.Time}, number(c.UsageNanoCores), number(c.UsageCoreNanoSeconds), apiPSIOf(&c.PSI)}
}

func apiMemoryOf(m *summary.MemoryStats) *apiMemory {
	if m.Time.IsZero() {
		return nil
	}
	return &apiMemory{
		apiTime{m.Time}, number(m.AvailableBytes), number(m.UsageBytes), number(m.WorkingSetBytes),
		number(m.RSSBytes), number(m.PageFaults), number(m.MajorPageFaults), apiPSIOf(&m.PSI),
	}
}

func apiIOOf(s *summary.IOStats) *apiIO {
	if s.Time.IsZero() {
		return nil
	}
	return &apiIO{apiTime{s.Time}, apiPSIOf(&s.PSI)}
}

func apiSwapOf(s *summary.SwapStats) *apiSwap {
	if s.Time.IsZero() {
		return nil
	}
	return &apiSwap{apiTime{s.Time}, number(s.SwapAvailableBytes), number(s.SwapUsageBytes)}
}

func apiPSIOf(p *summary.PSIStats) *apiPSI {
	if p.Some.Total.IsAbsent() {
		return nil
	}
	return &apiPSI{apiPSIDataOf(&p.Full), apiPSIDataOf(&p.Some)}
}

func apiPSIDataOf(d *summary.PSIData) apiPSIData {
	avg10, _ := d.Avg10.Get()
	avg60, _ := d.Avg60.Get()
	avg300, _ := d.Avg300.Get()
	return apiPSIData{d.Total.Or(0), avg10, avg60, avg300}
}

func number(v cgroupfs.Value) *uint64 {
	if n, ok := v.Get(); ok {
		return &n
	}
	return nil
}
