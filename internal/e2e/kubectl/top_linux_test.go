package kubectl

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"
	"sigs.k8s.io/yaml"
)

const (
	topNode = "NAME CPU(cores) CPU(%) MEMORY(bytes) MEMORY(%)"
	topPod  = "NAME CPU(cores) MEMORY(bytes)"
)

// printed is what commands print of the fake node. Of pod young no rate is known.
var printed = [...]struct {
	line string
	want []string
}{
	{"top node", []string{topNode, "node-1 800m 40% 2048Mi 50%"}},
	{"top nodes node-1", []string{topNode, "node-1 800m 40% 2048Mi 50%"}},
	{"top pod", []string{topPod, "solo 100m 256Mi"}},
	{"top pod solo", []string{topPod, "solo 100m 256Mi"}},
	{"top pod solo --no-headers", []string{"solo 100m 256Mi"}},
	{"top pod -n shop", []string{topPod, "db-0 200m 128Mi", "web-0 700m 149Mi"}},
	{"top pod -n shop --containers", []string{
		"POD " + topPod, "db-0 server 200m 128Mi", "web-0 server 300m 85Mi", "web-0 sidecar 400m 64Mi",
	}},
	{"top pod -A", []string{
		"NAMESPACE " + topPod, "default solo 100m 256Mi", "shop db-0 200m 128Mi", "shop web-0 700m 149Mi",
	}},
	{"top pod -A --sort-by=cpu", []string{
		"NAMESPACE " + topPod, "shop web-0 700m 149Mi", "shop db-0 200m 128Mi", "default solo 100m 256Mi",
	}},
	{"top pod -A --sort-by=memory", []string{
		"NAMESPACE " + topPod, "default solo 100m 256Mi", "shop web-0 700m 149Mi", "shop db-0 200m 128Mi",
	}},
	{"top pod -n shop -l app=db", []string{topPod, "db-0 200m 128Mi"}},
	{"top pod -A -l app!=db", []string{"NAMESPACE " + topPod, "default solo 100m 256Mi", "shop web-0 700m 149Mi"}},
	{"get nodes", []string{"NAME STATUS ROLES AGE VERSION", "node-1 Unknown <none> 20s <unknown>"}},
	{"get node node-1 -o name", []string{"node/node-1"}},
	{"get namespaces", []string{"NAME STATUS AGE", "default Active <unknown>", "shop Active <unknown>"}},
	{"get pods", []string{"NAME CONTAINERS STATUS AGE", "solo 1 Running 60m"}},
	{"get pods -n shop -L app", []string{
		"NAME CONTAINERS STATUS AGE APP", "db-0 1 Running 60m db", "web-0 2 Running 60m web", "young 1 Running 60m web",
	}},
	{"get po -A --field-selector=metadata.name=solo", []string{"NAMESPACE NAME CONTAINERS STATUS AGE", "default solo 1 Running 60m"}},
	{"get pods -A --sort-by=.metadata.uid -o name", []string{"pod/solo", "pod/db-0", "pod/web-0", "pod/young"}},
	{"get podmetrics -A", []string{
		"NAMESPACE NAME CPU MEMORY WINDOW", "default solo 100m 256Mi 10s", "shop db-0 200m 128Mi 10s", "shop web-0 700m 156587349 10s",
	}},
	{"get podmetrics -n shop -l tier=front", []string{"NAME CPU MEMORY WINDOW", "web-0 700m 156587349 10s"}},
	{"get nodemetrics", []string{"NAME CPU MEMORY WINDOW", "node-1 800m 2Gi 10s"}},
	{"api-versions", []string{"metrics.k8s.io/v1beta1", "v1"}},
}

// newestPrinted is what only the newest kubectl has flags for.
var newestPrinted = [...]struct {
	line string
	want []string
}{
	{"top node --show-capacity --show-swap", []string{topNode + " SWAP(bytes) SWAP(%)", "node-1 800m 40% 2048Mi 50% 24Mi 2%"}},
	{"top pod -n shop --sum", []string{topPod, "db-0 200m 128Mi", "web-0 700m 149Mi", "________ ________", "900m 277Mi"}},
	{"top pod -A --field-selector=metadata.namespace=default", []string{"NAMESPACE " + topPod, "default solo 100m 256Mi"}},
	{"api-resources --api-group=metrics.k8s.io", []string{
		"NAME SHORTNAMES APIVERSION NAMESPACED KIND",
		"nodes metrics.k8s.io/v1beta1 false NodeMetrics", "pods metrics.k8s.io/v1beta1 true PodMetrics",
	}},
}

// refused is what commands say that cannot have what they ask for.
var refused = [...]struct{ line, says string }{
	{"top pod nope", `Error from server (NotFound): pods "nope" not found`},
	{"top pod young -n shop", `Error from server (NotFound): podmetrics.metrics.k8s.io "shop/young" not found`},
	{"top node nope", `Error from server (NotFound): nodes "nope" not found`},
	{"get podmetrics solo -n shop", `Error from server (NotFound): pods "solo" not found`},
	{"get deployments", `the server doesn't have a resource type "deployments"`},
	{"get pods --field-selector=spec.color=red", "field label not supported: spec.color"},
	{"delete pod solo", "Error from server (MethodNotAllowed): the server does not allow this method on the requested resource"},
	{"get pods -A -w", "Error from server (MethodNotAllowed): "},
	{"get --raw /apis/apps/v1", "Error from server (NotFound): the server could not find the requested resource"},
}

// Nothing is between kubectl and a fake node.
func TestKubectlPrintsTheNode(t *testing.T) {
	forKubectls(t, newNode(t).url, func(k *program) {
		for _, c := range printed {
			assert.Equal(k.t, c.want, rows(k.run(c.line)), c.line)
		}
		if k.newest {
			for _, c := range newestPrinted {
				assert.Equal(k.t, c.want, rows(k.run(c.line)), c.line)
			}
		}
		for _, c := range refused {
			_, errs, ok := k.command(strings.Fields(c.line)...)
			assert.False(k.t, ok, c.line)
			assert.Contains(k.t, errs, c.says, c.line)
		}
		requireWhole(k)
	})
}

// requireWhole holds what is printed whole.
func requireWhole(k *program) {
	k.t.Helper()
	var m v1beta1.PodMetrics
	require.NoError(k.t, yaml.UnmarshalStrict([]byte(k.run("get podmetrics web-0 -n shop -o yaml")), &m))
	require.Equal(k.t, "PodMetrics", m.Kind)
	require.Equal(k.t, map[string]string{"app": "web", "tier": "front"}, m.Labels)
	require.Len(k.t, m.Containers, 2)
	require.Equal(k.t, "400m", m.Containers[1].Usage.Cpu().String())
	require.Equal(k.t, "64Mi", m.Containers[1].Usage.Memory().String())
	var n corev1.Node
	require.NoError(k.t, yaml.UnmarshalStrict([]byte(k.run("get node node-1 -o yaml")), &n))
	require.Equal(k.t, "2 4Gi 110", strings.Join([]string{n.Status.Allocatable.Cpu().String(), n.Status.Allocatable.Memory().String(), n.Status.Allocatable.Pods().String()}, " "))
	require.Equal(k.t, n.Status.Capacity, n.Status.Allocatable)
	var list v1beta1.PodMetricsList
	require.NoError(k.t, json.Unmarshal([]byte(k.run("get --raw /apis/metrics.k8s.io/v1beta1/namespaces/shop/pods")), &list))
	require.Len(k.t, list.Items, 2)
	require.Contains(k.t, k.run("get --raw /version"), `"major":"1","minor":"37"`)
}

// Before there are two rounds kubectl says so, and prints no zeros.
func TestKubectlWaitsForARate(t *testing.T) {
	n := newNode(t)
	n.restart(t)
	forKubectls(t, n.url, func(k *program) {
		for _, line := range []string{"top node", "top pod"} {
			_, errs, ok := k.command(strings.Fields(line)...)
			assert.False(k.t, ok, line)
			assert.Regexp(k.t, "(?i)metrics not available", errs, line)
		}
		assert.Equal(k.t, []string{"NAME CONTAINERS STATUS AGE", "solo 1 Running 60m"}, rows(k.run("get pods")))
	})
}
