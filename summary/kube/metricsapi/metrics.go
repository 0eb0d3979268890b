package metricsapi

import (
	"math"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// swap is the name that metrics-server has for swap in use.
const swap corev1.ResourceName = "swap"

// nodeMetricsOf returns what a node uses; nil if it is not known.
func nodeMetricsOf(node *corev1.Node, s *summary.NodeStats, at time.Time) *v1beta1.NodeMetrics {
	usage := usageOf(&s.CPU, &s.Memory, &s.Swap)
	if usage == nil {
		return nil
	}
	return &v1beta1.NodeMetrics{
		ObjectMeta: metav1.ObjectMeta{Name: node.Name, Labels: node.Labels, CreationTimestamp: metav1.NewTime(at)},
		Timestamp:  metav1.NewTime(s.CPU.Time),
		Window:     metav1.Duration{Duration: s.CPU.Window},
		Usage:      usage,
	}
}

// podMetricsOf returns what the containers of a pod use of which it is known;
// nil if it is known of none. The time is that of the container that was read
// first.
func podMetricsOf(p *summary.Pod, s *summary.PodStats, at time.Time) *v1beta1.PodMetrics {
	containers := make([]v1beta1.ContainerMetrics, 0, len(s.Containers))
	var first *summary.CPUStats
	for i := range s.Containers {
		c := &s.Containers[i]
		usage := usageOf(&c.CPU, &c.Memory, &c.Swap)
		if usage == nil {
			continue
		}
		containers = append(containers, v1beta1.ContainerMetrics{Name: c.Name, Usage: usage})
		if first == nil || c.CPU.Time.Before(first.Time) {
			first = &c.CPU
		}
	}
	if first == nil {
		return nil
	}
	return &v1beta1.PodMetrics{
		ObjectMeta: metav1.ObjectMeta{Name: p.Name, Namespace: p.Namespace, Labels: p.Labels, CreationTimestamp: metav1.NewTime(at)},
		Timestamp:  metav1.NewTime(first.Time),
		Window:     metav1.Duration{Duration: first.Window},
		Containers: containers,
	}
}

// usageOf returns nil unless both a rate and the working set are known: whoever
// adds up containers would take one of which only one is there for idle or empty.
func usageOf(c *summary.CPUStats, m *summary.MemoryStats, s *summary.SwapStats) corev1.ResourceList {
	cpu, ok := quantity(c.UsageNanoCores, resource.Nano, resource.DecimalSI)
	memory, ok2 := quantity(m.WorkingSetBytes, 0, resource.BinarySI)
	if !ok || !ok2 {
		return nil
	}
	usage := corev1.ResourceList{corev1.ResourceCPU: cpu, corev1.ResourceMemory: memory}
	if swapped, ok := quantity(s.SwapUsageBytes, 0, resource.BinarySI); ok {
		usage[swap] = swapped
	}
	return usage
}

// quantity prints as metrics-server has it: 12345678n, 64Mi, 65540Ki. It is not
// known if the Value is absent or max, or not one that the API can have.
func quantity(v cgroupfs.Value, scale resource.Scale, format resource.Format) (resource.Quantity, bool) {
	n, ok := v.Get()
	if !ok || n > math.MaxInt64 {
		return resource.Quantity{}, false
	}
	q := *resource.NewScaledQuantity(int64(n), scale)
	q.Format = format
	_ = q.String() // is kept in q, for all who print it
	return q, true
}
