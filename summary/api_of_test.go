package summary_test

import (
	"math"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
)

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
		Network:          apiNetworkOf(&n.Network),
		FS:               apiFSOf(&n.FS),
		Rlimit:           apiRlimitOf(&n.Rlimit),
		Swap:             apiSwapOf(&n.Swap),
	}
	if image, container := apiFSOf(&n.Runtime.ImageFS), apiFSOf(&n.Runtime.ContainerFS); image != nil || container != nil {
		a.Node.Runtime = &apiRuntime{image, container}
	}
	for i := range s.Pods {
		p := &s.Pods[i]
		ap := apiPod{
			StartTime:  apiTime{p.StartTime},
			Containers: apiContainers(p.Containers),
			CPU:        apiCPUOf(&p.CPU),
			Memory:     apiMemoryOf(&p.Memory),
			IO:         apiIOOf(&p.IO),
			Network:    apiNetworkOf(&p.Network),
			Volumes:    apiVolumesOf(p.Volumes),
			Ephemeral:  apiFSOf(&p.EphemeralStorage),
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
		as = append(as, apiContainer{
			c.Name, apiTime{c.StartTime}, apiCPUOf(&c.CPU), apiMemoryOf(&c.Memory), apiIOOf(&c.IO),
			apiFSOf(&c.Rootfs), apiFSOf(&c.Logs), apiSwapOf(&c.Swap),
		})
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

func apiNetworkOf(n *summary.NetworkStats) *apiNetwork {
	if n.Time.IsZero() {
		return nil
	}
	a := &apiNetwork{Time: apiTime{n.Time}, apiInterface: apiInterfaceOf(&n.InterfaceStats)}
	for i := range n.Interfaces {
		a.Interfaces = append(a.Interfaces, apiInterfaceOf(&n.Interfaces[i]))
	}
	return a
}

func apiInterfaceOf(s *summary.InterfaceStats) apiInterface {
	return apiInterface{s.Name, number(s.RxBytes), number(s.RxErrors), number(s.TxBytes), number(s.TxErrors)}
}

func apiFSOf(s *summary.FSStats) *apiFS {
	if s.Time.IsZero() {
		return nil
	}
	return &apiFS{
		apiTime{s.Time}, number(s.AvailableBytes), number(s.CapacityBytes), number(s.UsedBytes),
		number(s.InodesFree), number(s.Inodes), number(s.InodesUsed),
	}
}

func apiVolumesOf(volumes []summary.VolumeStats) []apiVolume {
	var as []apiVolume
	for i := range volumes {
		v := volumes[i]
		a := apiVolume{Name: v.Name}
		dated := v.FSStats
		dated.Time = time.Unix(1, 0) // a volume is listed whatever its time
		a.apiFS = *apiFSOf(&dated)
		a.Time = apiTime{v.Time}
		if v.PVCRef != (summary.PVCReference{}) {
			a.PVCRef = &apiPVC{v.PVCRef.Name, v.PVCRef.Namespace}
		}
		as = append(as, a)
	}
	return as
}

func apiRlimitOf(r *summary.RlimitStats) *apiRlimit {
	if r.Time.IsZero() {
		return nil
	}
	return &apiRlimit{apiTime{r.Time}, signed(r.MaxPID), signed(r.NumOfRunningProcesses)}
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

// signed leaves out what is too large.
func signed(v cgroupfs.Value) *int64 {
	if n, ok := v.Get(); ok && n <= math.MaxInt64 {
		i := int64(n)
		return &i
	}
	return nil
}

func number(v cgroupfs.Value) *uint64 {
	if n, ok := v.Get(); ok {
		return &n
	}
	return nil
}
