package metricsapi_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/summary/kube/metricsapi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// shop is a node with four pods in two namespaces, after two rounds.
func shop(t *testing.T) *node {
	n := newNode(t, nil)
	n.run(1, "shop", "web-1", "server").Labels = map[string]string{"app": "web"}
	n.run(2, "shop", "db-0", "server").Labels = map[string]string{"app": "db", "tier": "back"}
	n.run(3, "default", "solo", "main")
	n.round()
	n.round()
	n.run(4, "shop", "web-0", "server").Labels = map[string]string{"app": "web"}
	n.pods[3].Containers = nil // nothing of it runs
	return n
}

func TestListsAreSelected(t *testing.T) {
	n := shop(t)
	for _, c := range []struct {
		path string
		want []string
	}{
		{podMetrics, []string{"default/solo", "shop/db-0", "shop/web-1"}},
		{"/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods", []string{"shop/db-0", "shop/web-1"}},
		{"/apis/metrics.k8s.io/v1beta1/namespaces/none/pods/", []string{}},
		{podMetrics + "?labelSelector=app%3Dweb", []string{"shop/web-1"}},
		{podMetrics + "?labelSelector=app%2Ctier!%3Dback", []string{"shop/web-1"}},
		{podMetrics + "?labelSelector=!app", []string{"default/solo"}},
		{podMetrics + "?fieldSelector=metadata.namespace%3Dshop,metadata.name!%3Ddb-0&limit=1", []string{"shop/web-1"}},
		{nodeMetrics, []string{"node-1"}},
		{nodeMetrics + "?labelSelector=kubernetes.io/hostname%3Dother", []string{}},
		{nodeMetrics + "?fieldSelector=metadata.name%3Dnode-1", []string{"node-1"}},
		{"/api/v1/pods", []string{"default/solo", "shop/db-0", "shop/web-0", "shop/web-1"}},
		{"/api/v1/pods?fieldSelector=status.phase%3DUnknown", []string{"shop/web-0"}},
		{"/api/v1/namespaces/shop/pods?fieldSelector=spec.nodeName%3Dnode-1,status.phase%3DRunning", []string{"shop/db-0", "shop/web-1"}},
		{"/api/v1/pods?fieldSelector=spec.nodeName%3Dother", []string{}},
		{"/api/v1/nodes", []string{"node-1"}},
		{"/api/v1/namespaces", []string{"default", "shop"}},
		{"/api/v1/namespaces?fieldSelector=metadata.name%3Dshop", []string{"shop"}},
	} {
		assert.Equal(t, c.want, names(n, c.path), c.path)
	}
}

func TestOneIsAskedForByName(t *testing.T) {
	n := shop(t)
	m := get[v1beta1.PodMetrics](n, "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/db-0")
	assert.Equal(t, metav1.TypeMeta{Kind: "PodMetrics", APIVersion: "metrics.k8s.io/v1beta1"}, m.TypeMeta)
	assert.Equal(t, map[string]string{"app": "db", "tier": "back"}, m.Labels)
	p := get[corev1.Pod](n, "/api/v1/namespaces/shop/pods/db-0")
	assert.Equal(t, metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"}, p.TypeMeta)
	assert.Equal(t, "registry.example/server:1", p.Spec.Containers[0].Image)
	assert.Equal(t, corev1.NamespaceActive, get[corev1.Namespace](n, "/api/v1/namespaces/shop").Status.Phase)
	assert.Equal(t, "node-1", get[v1beta1.NodeMetrics](n, nodeMetrics+"/node-1").Name)
	list := get[v1beta1.PodMetricsList](n, podMetrics)
	assert.Equal(t, metav1.TypeMeta{Kind: "PodMetricsList", APIVersion: "metrics.k8s.io/v1beta1"}, list.TypeMeta)
	assert.Empty(t, list.Items[0].TypeMeta)
}

func TestErrorsAreStatusObjects(t *testing.T) {
	n := shop(t)
	for _, c := range []struct {
		method, path, accept string
		code                 int32
		reason               metav1.StatusReason
		says                 string
	}{
		{"GET", "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/nope", "", 404, "NotFound", `pods "nope" not found`},
		{"GET", "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/web-0", "", 404, "NotFound", `podmetrics.metrics.k8s.io "shop/web-0" not found`},
		{"GET", nodeMetrics + "/nope", "", 404, "NotFound", `nodes "nope" not found`},
		{"GET", "/api/v1/namespaces/none", "", 404, "NotFound", `namespaces "none" not found`},
		{"GET", "/", "", 404, "NotFound", "could not find the requested resource"},
		{"GET", "/openapi/v3", "", 404, "NotFound", "could not find the requested resource"},
		{"GET", "/api/v1/services", "", 404, "NotFound", "could not find the requested resource"},
		{"GET", "/api/v1/pods/web-0", "", 404, "NotFound", "could not find the requested resource"},
		{"GET", "/api/v1/namespaces/shop/nodes", "", 404, "NotFound", "could not find the requested resource"},
		{"GET", "/api/v1/namespaces//pods", "", 404, "NotFound", "could not find the requested resource"},
		{"GET", "/api/v1/namespaces/shop/pods/web-1/log", "", 404, "NotFound", "could not find the requested resource"},
		{"GET", "/apis/metrics.k8s.io/v1beta1/namespaces", "", 404, "NotFound", "could not find the requested resource"},
		{"GET", "/apis/metrics.k8s.io/v2/pods", "", 404, "NotFound", "could not find the requested resource"},
		{"DELETE", "/", "", 404, "NotFound", "could not find the requested resource"},
		{"DELETE", "/api/v1/namespaces/shop/pods/web-0", "", 405, "MethodNotAllowed", "does not allow this method"},
		{"POST", "/apis", "", 405, "MethodNotAllowed", "does not allow this method"},
		{"GET", podMetrics + "?watch=1", "", 405, "MethodNotAllowed", `watch is not supported on resources of kind "podmetrics.metrics.k8s.io"`},
		{"GET", podMetrics + "?labelSelector=a%20b", "", 400, "BadRequest", "unable to parse requirement"},
		{"GET", podMetrics + "?fieldSelector=a", "", 400, "BadRequest", "invalid selector"},
		{"GET", podMetrics + "?fieldSelector=status.phase%3DRunning", "", 400, "BadRequest", "field label not supported: status.phase"},
		{"GET", podMetrics + "?includeObject=All", "", 400, "BadRequest", `includeObject "All"`},
		{"GET", podMetrics, "application/vnd.kubernetes.protobuf", 406, "NotAcceptable", "only the following media types"},
		{"GET", podMetrics, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", 406, "NotAcceptable", "only the following media types"},
	} {
		w := n.ask(c.method, c.path, c.accept)
		s := failure(n, w)
		assert.Equal(t, c.code, s.Code, c.path)
		assert.Equal(t, c.reason, s.Reason, c.path)
		assert.Contains(t, s.Message, c.says, c.path)
		assert.Equal(t, map[bool]string{true: "GET, HEAD"}[c.code == 405 && c.path[len(c.path)-1] != '1'], w.Header().Get("Allow"), c.path)
	}
}

func TestHeadHasTheHeadersOfGet(t *testing.T) {
	n := shop(t)
	for _, path := range []string{podMetrics, "/apis", "/nope"} {
		whole, head := n.ask("GET", path, ""), n.ask("HEAD", path, "")
		assert.Equal(t, whole.Code, head.Code)
		assert.Empty(t, head.Body.String())
		if whole.Code == http.StatusOK {
			assert.Equal(t, strconv.Itoa(whole.Body.Len()), head.Header().Get("Content-Length"))
		}
	}
}

// What clients of several releases ask for when they look around.
func TestDiscoveryIsPlainForWhoeverAsks(t *testing.T) {
	n := newNode(t, nil)
	const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
	for _, accept := range []string{"", aggregated, "application/json, */*"} {
		assert.Equal(t, []string{"v1"}, decode[metav1.APIVersions](t, n.ask("GET", "/api", accept)).Versions)
		groups := decode[metav1.APIGroupList](t, n.ask("GET", "/apis/", accept)).Groups
		require.Len(t, groups, 1)
		assert.Equal(t, "metrics.k8s.io/v1beta1", groups[0].PreferredVersion.GroupVersion)
	}
	assert.Equal(t, "metrics.k8s.io", get[metav1.APIGroup](n, "/apis/metrics.k8s.io").Name)
	core := get[metav1.APIResourceList](n, "/api/v1?timeout=32s")
	require.Len(t, core.APIResources, 3)
	assert.Equal(t, metav1.APIResource{
		Name: "pods", SingularName: "pod", Namespaced: true, Kind: "Pod", Verbs: metav1.Verbs{"get", "list"}, ShortNames: []string{"po"},
	}, core.APIResources[2])
	metrics := get[metav1.APIResourceList](n, "/apis/metrics.k8s.io/v1beta1")
	require.Len(t, metrics.APIResources, 2)
	assert.Equal(t, metav1.APIResource{Name: "nodes", Kind: "NodeMetrics", Verbs: metav1.Verbs{"get", "list"}}, metrics.APIResources[0])
}

// /version names the release whose types are served.
func TestVersionIsThatOfTheTypes(t *testing.T) {
	module, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	v := get[version.Info](newNode(t, nil), "/version")
	own := strings.TrimSuffix(strings.TrimPrefix(v.GitVersion, "v1."), "+nodegauge")
	require.Contains(t, string(module), "k8s.io/api v0."+own+"\n")
	require.Contains(t, string(module), "k8s.io/metrics v0."+own+"\n")
	require.Equal(t, "1", v.Major)
	require.Equal(t, strings.Split(own, ".")[0], v.Minor)
	v = get[version.Info](newNode(t, &metricsapi.Options{Version: &version.Info{Major: "1", Minor: "30"}}), "/version")
	require.Equal(t, "30", v.Minor)
}

// What the embedder knows of the node stays, and the rest is of its files.
func TestNodeIsWhatIsKnown(t *testing.T) {
	n := newNode(t, nil)
	got := get[corev1.Node](n, "/api/v1/nodes/node-1")
	size := corev1.ResourceList{"cpu": resource.MustParse("2"), "memory": resource.MustParse("4Gi"), "pods": resource.MustParse("110")}
	requireSize(t, size, got.Status.Capacity)
	requireSize(t, size, got.Status.Allocatable)
	assert.EqualValues(t, 1767366245, got.CreationTimestamp.Unix())
	assert.EqualValues(t, 1<<20, *got.Status.NodeInfo.Swap.Capacity)

	less := corev1.ResourceList{"cpu": resource.MustParse("1500m")}
	known := corev1.Node{ObjectMeta: named("edge", map[string]string{"node-role.kubernetes.io/edge": "", "node-role.kubernetes.io/a": ""})}
	known.Status = corev1.NodeStatus{Allocatable: less, Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}}
	known.Status.NodeInfo.KubeletVersion = "v1.0.0"
	n = newNode(t, &metricsapi.Options{Node: &known})
	known.Labels["late"] = "is not seen"
	got = get[corev1.Node](n, "/api/v1/nodes/edge")
	requireSize(t, size, got.Status.Capacity)
	requireSize(t, less, got.Status.Allocatable)
	assert.NotContains(t, got.Labels, "late")
	assert.Equal(t, []any{"edge", "Ready", "a,edge", "0s", "v1.0.0"}, tableOf(n, "/api/v1/nodes", "v1").Rows[0].Cells)

	bare := newNode(t, &metricsapi.Options{})
	host, err := os.Hostname()
	require.NoError(t, err)
	assert.Equal(t, []string{strings.ToLower(host)}, names(bare, "/api/v1/nodes"))
}

func requireSize(t *testing.T, want, got corev1.ResourceList) {
	t.Helper()
	require.Len(t, got, len(want))
	for name, q := range want {
		other := got[name]
		require.Zero(t, q.Cmp(other), name)
	}
}

func tableOf(n *node, path, v string) metav1.Table {
	n.tb.Helper()
	w := n.ask("GET", path, "application/json;as=Table;v="+v+";g=meta.k8s.io,application/json")
	require.Equal(n.tb, http.StatusOK, w.Code, w.Body)
	t := decode[metav1.Table](n.tb, w)
	require.Equal(n.tb, metav1.TypeMeta{Kind: "Table", APIVersion: "meta.k8s.io/" + v}, t.TypeMeta)
	return t
}

func TestTablesHaveWhatIsAskedForBesideTheCells(t *testing.T) {
	n := shop(t)
	for _, c := range []struct {
		query, kind string
	}{
		{"", "PartialObjectMetadata"}, {"?includeObject=Metadata", "PartialObjectMetadata"},
		{"?includeObject=Object", "PodMetrics"}, {"?includeObject=None", ""},
	} {
		for _, path := range []string{podMetrics, "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/solo"} {
			for _, v := range []string{"v1", "v1beta1"} {
				table := tableOf(n, path+c.query, v)
				require.Len(t, table.ColumnDefinitions, 4)
				require.Equal(t, []any{"solo", "0", "64Mi", "10s"}, table.Rows[0].Cells)
				var o metav1.PartialObjectMetadata
				if len(table.Rows[0].Object.Raw) > 0 {
					require.NoError(t, json.Unmarshal(table.Rows[0].Object.Raw, &o))
					require.Equal(t, "default/solo", o.Namespace+"/"+o.Name)
				}
				require.Equal(t, c.kind, o.Kind, c.query)
			}
		}
	}
	plain := n.ask("GET", podMetrics, "application/json,application/json;as=Table;v=v1;g=meta.k8s.io")
	assert.Len(t, decode[v1beta1.PodMetricsList](t, plain).Items, 3, "the first that there is")
	assert.Equal(t, []any{"web-0", "0", "Unknown", "0s"}, tableOf(n, "/api/v1/namespaces/shop/pods/web-0", "v1").Rows[0].Cells)
}
