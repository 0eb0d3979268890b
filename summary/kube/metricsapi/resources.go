package metricsapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// The two versions of groups that there are.
const (
	coreVersion    = "v1"
	metricsGroup   = "metrics.k8s.io"
	metricsVersion = metricsGroup + "/v1beta1"
)

// A kind is one of what can be asked for.
type kind struct {
	version, name, singular, kind string
	short                         string // also allowed as name in kubectl; empty is none
	namespaced                    bool
	objects                       func(v *view) []object
	// of is what it tells about, under the same names; nil if it is no metrics.
	of      func(v *view) []object
	fields  []string // that selectors know
	columns []column
}

// kinds are all of them, a group's by name, with verbs get and list.
var kinds = [...]kind{
	{coreVersion, "namespaces", "namespace", "Namespace", "ns", false, (*view).listNamespaces, nil, clusterFields[:], namespaceColumns[:]},
	{coreVersion, "nodes", "node", "Node", "no", false, (*view).listNodes, nil, clusterFields[:], nodeColumns[:]},
	{coreVersion, "pods", "pod", "Pod", "po", true, (*view).listPods, nil, podFields[:], podColumns[:]},
	{metricsVersion, "nodes", "", "NodeMetrics", "", false, (*view).listNodeMetrics, (*view).listNodes, clusterFields[:], nodeMetricsColumns[:]},
	{metricsVersion, "pods", "", "PodMetrics", "", true, (*view).listPodMetrics, (*view).listPods, namespaceFields[:], podMetricsColumns[:]},
}

func (v *view) listNamespaces() []object  { return v.namespaces }
func (v *view) listNodes() []object       { return v.nodes }
func (v *view) listPods() []object        { return v.pods }
func (v *view) listNodeMetrics() []object { return v.nodeMetrics }
func (v *view) listPodMetrics() []object  { return v.podMetrics }

// The fields that selectors know.
var (
	clusterFields   = [...]string{"metadata.name"}
	namespaceFields = [...]string{"metadata.name", "metadata.namespace"}
	podFields       = [...]string{"metadata.name", "metadata.namespace", "spec.nodeName", "status.phase"}
)

func fieldsOf(o object) fields.Set {
	set := fields.Set{"metadata.name": o.GetName(), "metadata.namespace": o.GetNamespace()}
	if p, ok := o.(*corev1.Pod); ok {
		set["spec.nodeName"], set["status.phase"] = p.Spec.NodeName, string(p.Status.Phase)
	}
	return set
}

// A column is one of a table that kubectl get prints.
type column struct {
	name, format string // of the cells, which are text
	cell         func(v *view, o object) string
}

var namespaceColumns = [...]column{
	{"Name", "name", nameCell},
	{"Status", "", func(_ *view, o object) string { return string(o.(*corev1.Namespace).Status.Phase) }},
	{"Age", "", ageCell},
}

var nodeColumns = [...]column{
	{"Name", "name", nameCell},
	{"Status", "", func(_ *view, o object) string { return nodeStatus(o.(*corev1.Node)) }},
	{"Roles", "", func(_ *view, o object) string { return nodeRoles(o.(*corev1.Node)) }},
	{"Age", "", ageCell},
	{"Version", "", func(_ *view, o object) string {
		return cmp.Or(o.(*corev1.Node).Status.NodeInfo.KubeletVersion, "<unknown>")
	}},
}

var podColumns = [...]column{
	{"Name", "name", nameCell},
	{"Containers", "", func(_ *view, o object) string { return strconv.Itoa(len(o.(*corev1.Pod).Spec.Containers)) }},
	{"Status", "", func(_ *view, o object) string { return string(o.(*corev1.Pod).Status.Phase) }},
	{"Age", "", ageCell},
}

// Those of metrics-server; a pod's numbers are the sums of its containers'.
var nodeMetricsColumns = [...]column{
	{"Name", "name", nameCell},
	{"cpu", "quantity", func(_ *view, o object) string { return usageCell(o, corev1.ResourceCPU) }},
	{"memory", "quantity", func(_ *view, o object) string { return usageCell(o, corev1.ResourceMemory) }},
	{"Window", "duration", func(_ *view, o object) string { return o.(*v1beta1.NodeMetrics).Window.Duration.String() }},
}

var podMetricsColumns = [...]column{
	nodeMetricsColumns[0], nodeMetricsColumns[1], nodeMetricsColumns[2],
	{"Window", "duration", func(_ *view, o object) string { return o.(*v1beta1.PodMetrics).Window.Duration.String() }},
}

func nameCell(_ *view, o object) string { return o.GetName() }

// ageCell is as old as the object was at the view's time.
func ageCell(v *view, o object) string {
	made := o.GetCreationTimestamp()
	if made.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(max(v.at.Sub(made.Time), time.Duration(0)))
}

// usageCell is what a node, or the containers of a pod together, use of something.
func usageCell(o object, name corev1.ResourceName) string {
	var total resource.Quantity
	switch m := o.(type) {
	case *v1beta1.NodeMetrics:
		total = m.Usage[name]
	case *v1beta1.PodMetrics:
		for i := range m.Containers {
			total.Add(m.Containers[i].Usage[name])
		}
	}
	return total.String()
}

// nodeStatus is what API servers print of the condition Ready, and Unknown where
// there is none.
func nodeStatus(n *corev1.Node) string {
	status := "Unknown"
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == corev1.NodeReady {
			status = map[bool]string{true: "Ready", false: "NotReady"}[c.Status == corev1.ConditionTrue]
		}
	}
	if n.Spec.Unschedulable {
		status += ",SchedulingDisabled"
	}
	return status
}

// nodeRoles are in labels: node-role.kubernetes.io/control-plane.
func nodeRoles(n *corev1.Node) string {
	var roles []string
	for label := range n.Labels {
		if role, ok := strings.CutPrefix(label, "node-role.kubernetes.io/"); ok && role != "" {
			roles = append(roles, role)
		}
	}
	if len(roles) == 0 {
		return "<none>"
	}
	slices.Sort(roles)
	return strings.Join(roles, ",")
}
