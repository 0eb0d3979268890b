package e2e

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// deploy is the folder with what runs examples/serve in a cluster.
const deploy = "../../examples/serve/deploy/"

func text(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(deploy + file)
	require.NoError(t, err)
	return string(text)
}

// strictly decodes YAML: a field that the type does not have is an error.
func strictly(t *testing.T, text string, into any) {
	t.Helper()
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), into), text)
}

// manifests are the objects in deploy.
type manifests struct {
	namespace core.Namespace
	account   core.ServiceAccount
	daemonSet apps.DaemonSet
	service   core.Service
	monitor   monitoring.ServiceMonitor
}

func readManifests(t *testing.T) *manifests {
	t.Helper()
	var m manifests
	documents := strings.Split(text(t, "daemonset.yaml"), "\n---\n")
	require.Len(t, documents, 3)
	strictly(t, documents[0], &m.namespace)
	strictly(t, documents[1], &m.account)
	strictly(t, documents[2], &m.daemonSet)
	strictly(t, text(t, "service.yaml"), &m.service)
	strictly(t, text(t, "servicemonitor.yaml"), &m.monitor)
	return &m
}

// container returns the DaemonSet's only container.
func (m *manifests) container() *core.Container { return &m.daemonSet.Spec.Template.Spec.Containers[0] }

// volume returns the volume of a mount.
func (m *manifests) volume(t *testing.T, name string) *core.Volume {
	t.Helper()
	volumes := m.daemonSet.Spec.Template.Spec.Volumes
	i := slices.IndexFunc(volumes, func(v core.Volume) bool { return v.Name == name })
	require.GreaterOrEqual(t, i, 0, "the volume of mount %s", name)
	return &volumes[i]
}

// What is in one object and meant in another is the same.
func TestManifestsFitTogether(t *testing.T) {
	m := readManifests(t)
	pod := m.daemonSet.Spec.Template
	require.Len(t, pod.Spec.Containers, 1)
	for _, namespace := range []string{m.account.Namespace, m.daemonSet.Namespace, m.service.Namespace, m.monitor.Namespace} {
		assert.Equal(t, m.namespace.Name, namespace)
	}
	assert.Equal(t, m.account.Name, pod.Spec.ServiceAccountName)
	assert.Equal(t, m.daemonSet.Spec.Selector.MatchLabels, pod.Labels)
	assert.Equal(t, pod.Labels, m.service.Spec.Selector)
	assert.Equal(t, m.service.Labels, m.monitor.Spec.Selector.MatchLabels)
	port := m.container().Ports[0]
	assert.Contains(t, m.container().Args, "-listen=:9117")
	assert.EqualValues(t, 9117, port.ContainerPort)
	assert.Equal(t, port.Name, m.service.Spec.Ports[0].TargetPort.StrVal)
	for _, endpoint := range m.monitor.Spec.Endpoints {
		assert.Equal(t, m.service.Spec.Ports[0].Name, endpoint.Port)
	}
	for _, probe := range []*core.Probe{m.container().StartupProbe, m.container().ReadinessProbe, m.container().LivenessProbe} {
		assert.Equal(t, port.Name, probe.HTTPGet.Port.StrVal)
		assert.Equal(t, core.URISchemeHTTPS, probe.HTTPGet.Scheme)
	}
	assert.Len(t, m.container().VolumeMounts, len(pod.Spec.Volumes))
	for _, mount := range m.container().VolumeMounts {
		m.volume(t, mount.Name)
	}
}

// It may read what it must, and change nothing.
func TestTheDaemonSetMayLittle(t *testing.T) {
	m := readManifests(t)
	pod, may := m.daemonSet.Spec.Template.Spec, m.container().SecurityContext
	assert.False(t, pod.HostNetwork)
	assert.False(t, pod.HostIPC)
	assert.Nil(t, may.Privileged)
	assert.False(t, *may.AllowPrivilegeEscalation)
	assert.True(t, *may.ReadOnlyRootFilesystem)
	assert.Equal(t, []core.Capability{"ALL"}, may.Capabilities.Drop)
	assert.Equal(t, core.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type)
	assert.False(t, *pod.AutomountServiceAccountToken)
	for _, mount := range m.container().VolumeMounts {
		assert.True(t, mount.ReadOnly, mount.Name)
	}
}

// The README says what each mount and capability is for, and has no other.
func TestTheReadmeNamesWhatTheDaemonSetNeeds(t *testing.T) {
	m := readManifests(t)
	var paths, want []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(text(t, "README.md"), -1) {
		paths = append(paths, row[1])
	}
	for _, mount := range m.container().VolumeMounts {
		if v := m.volume(t, mount.Name); v.HostPath != nil {
			want = append(want, v.HostPath.Path)
		}
	}
	for _, c := range m.container().SecurityContext.Capabilities.Add {
		want = append(want, string(c))
	}
	assert.ElementsMatch(t, append(want, "hostPID"), paths)
}

// adapterRules is the part of the Prometheus Adapter's configuration that is
// used: pkg/config/config.go there.
type adapterRules struct {
	Rules []struct {
		SeriesQuery string `json:"seriesQuery"`
		Resources   struct {
			Overrides map[string]struct {
				Resource string `json:"resource"`
			} `json:"overrides"`
		} `json:"resources"`
		Name struct {
			As string `json:"as"`
		} `json:"name"`
		MetricsQuery string `json:"metricsQuery"`
	} `json:"rules"`
}

// queries returns the queries that the adapter makes for one pod, by the name
// of the metric.
func (a *adapterRules) queries(namespace, pod string) map[string]string {
	queries := map[string]string{}
	for _, r := range a.Rules {
		series, _, _ := strings.Cut(r.SeriesQuery, "{")
		queries[r.Name.As] = strings.NewReplacer(
			"<<.Series>>", series,
			"<<.LabelMatchers>>", `namespace="`+namespace+`",pod="`+pod+`"`,
			"<<.GroupBy>>", "pod",
		).Replace(r.MetricsQuery)
	}
	return queries
}

func TestTheAdaptersRulesAreOfItsForm(t *testing.T) {
	var a adapterRules
	strictly(t, text(t, "adapter.yaml"), &a)
	require.NotEmpty(t, a.Rules)
	for _, r := range a.Rules {
		assert.Contains(t, r.MetricsQuery, "<<.LabelMatchers>>", r.Name.As)
		assert.Contains(t, r.MetricsQuery, "<<.GroupBy>>", r.Name.As)
		assert.Len(t, r.Resources.Overrides, 2, r.Name.As)
	}
	for name, query := range a.queries("shop", "web-0") {
		assert.NotContains(t, query, "<<", name)
	}
}

// Alloy's language has no reader of its own that a test could use; braces in
// pairs, and the same names as everywhere else, are what is looked at.
func TestTheSnippetsMeanTheSameServer(t *testing.T) {
	alloy, scrape := text(t, "config.alloy"), text(t, "prometheus.yaml")
	for _, pair := range []string{"{}", "[]", "()"} {
		assert.Equal(t, strings.Count(alloy, pair[:1]), strings.Count(alloy, pair[1:]), pair)
	}
	for _, name := range []string{"nodegauge.nodegauge.svc", "/metrics/cadvisor", "https"} {
		assert.Contains(t, alloy, name)
		assert.Contains(t, scrape, name)
	}
}
