package summary_test

import "time"

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
		Network          *apiNetwork    `json:"network,omitempty"`
		FS               *apiFS         `json:"fs,omitempty"`
		Runtime          *apiRuntime    `json:"runtime,omitempty"`
		Rlimit           *apiRlimit     `json:"rlimit,omitempty"`
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
		Network      *apiNetwork    `json:"network,omitempty"`
		Volumes      []apiVolume    `json:"volume,omitempty"`
		Ephemeral    *apiFS         `json:"ephemeral-storage,omitempty"`
		ProcessStats *apiProcesses  `json:"process_stats,omitempty"`
		Swap         *apiSwap       `json:"swap,omitempty"`
	}
	apiContainer struct {
		Name      string     `json:"name"`
		StartTime apiTime    `json:"startTime"`
		CPU       *apiCPU    `json:"cpu,omitempty"`
		Memory    *apiMemory `json:"memory,omitempty"`
		IO        *apiIO     `json:"io,omitempty"`
		Rootfs    *apiFS     `json:"rootfs,omitempty"`
		Logs      *apiFS     `json:"logs,omitempty"`
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
	apiNetwork struct {
		Time         apiTime `json:"time"`
		apiInterface `json:""`
		Interfaces   []apiInterface `json:"interfaces,omitempty"`
	}
	apiInterface struct {
		Name     string  `json:"name"`
		RxBytes  *uint64 `json:"rxBytes,omitempty"`
		RxErrors *uint64 `json:"rxErrors,omitempty"`
		TxBytes  *uint64 `json:"txBytes,omitempty"`
		TxErrors *uint64 `json:"txErrors,omitempty"`
	}
	apiFS struct {
		Time           apiTime `json:"time"`
		AvailableBytes *uint64 `json:"availableBytes,omitempty"`
		CapacityBytes  *uint64 `json:"capacityBytes,omitempty"`
		UsedBytes      *uint64 `json:"usedBytes,omitempty"`
		InodesFree     *uint64 `json:"inodesFree,omitempty"`
		Inodes         *uint64 `json:"inodes,omitempty"`
		InodesUsed     *uint64 `json:"inodesUsed,omitempty"`
	}
	apiVolume struct {
		apiFS  `json:""`
		Name   string  `json:"name,omitempty"`
		PVCRef *apiPVC `json:"pvcRef,omitempty"`
	}
	apiPVC struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	}
	apiRuntime struct {
		ImageFS     *apiFS `json:"imageFs,omitempty"`
		ContainerFS *apiFS `json:"containerFs,omitempty"`
	}
	apiRlimit struct {
		Time    apiTime `json:"time"`
		MaxPID  *int64  `json:"maxpid,omitempty"`
		CurProc *int64  `json:"curproc,omitempty"`
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
