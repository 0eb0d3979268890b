package metricsapi

import (
	"maps"
	"runtime"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// maxPods is how many pods a node takes: what kubelets have as maxPods where
// nobody set another.
const maxPods = 110

// nodeOf returns what is known of the node, and what else its files say: its
// size, and its start for the time at which it was made.
func nodeOf(known *corev1.Node, n *stats.Node) *corev1.Node {
	node := known.DeepCopy()
	if node.Labels == nil {
		node.Labels = map[string]string{corev1.LabelHostname: node.Name}
	}
	if node.CreationTimestamp.IsZero() {
		node.CreationTimestamp = metav1.NewTime(n.BootTime)
	}
	s := &node.Status
	if s.Capacity == nil {
		s.Capacity = capacityOf(n)
	}
	if s.Allocatable == nil {
		s.Allocatable = maps.Clone(s.Capacity)
	}
	if s.NodeInfo.OperatingSystem == "" {
		s.NodeInfo.OperatingSystem, s.NodeInfo.Architecture = runtime.GOOS, runtime.GOARCH
	}
	if bytes, ok := quantity(n.SwapTotal, 0, resource.BinarySI); ok && s.NodeInfo.Swap == nil {
		capacity := bytes.Value()
		s.NodeInfo.Swap = &corev1.NodeSwapStatus{Capacity: &capacity}
	}
	return node
}

// capacityOf is what a node has, as far as it is known.
func capacityOf(n *stats.Node) corev1.ResourceList {
	capacity := corev1.ResourceList{corev1.ResourcePods: *resource.NewQuantity(maxPods, resource.DecimalSI)}
	if n.CPUs > 0 {
		capacity[corev1.ResourceCPU], _ = quantity(cgroupfs.Number(uint64(n.CPUs)), 0, resource.DecimalSI)
	}
	if memory, ok := quantity(n.MemTotal, 0, resource.BinarySI); ok {
		capacity[corev1.ResourceMemory] = memory
	}
	return capacity
}

// podOf returns what is known of a pod. Its status has the phase and nothing
// else: the API has no way to leave out whether a container is ready and how
// often it was started.
func podOf(p *summary.Pod, node string, running bool) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: p.Name, Namespace: p.Namespace, UID: types.UID(p.UID),
			Labels: p.Labels, CreationTimestamp: metav1.NewTime(p.CreatedAt),
		},
		Spec:   corev1.PodSpec{NodeName: node, Containers: []corev1.Container{}},
		Status: corev1.PodStatus{Phase: corev1.PodUnknown},
	}
	if running {
		pod.Status.Phase = corev1.PodRunning
	}
	for i := range p.Containers {
		if c := &p.Containers[i]; c.Kind == summary.KindContainer {
			pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: c.Name, Image: c.Image})
		}
	}
	return pod
}
