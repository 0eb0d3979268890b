package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/internal/e2e/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// config is deploy/prometheus.yaml, scraping one address every second in place
// of what Kubernetes knows.
func (d *deployment) config(t *testing.T, address string) string {
	t.Helper()
	var config map[string]any
	files := strings.NewReplacer(
		"/etc/prometheus/nodegauge/token", filepath.Join(d.secrets, "token/token"),
		"/etc/prometheus/nodegauge/ca.crt", filepath.Join(d.secrets, "tls/ca.crt"),
	)
	strictly(t, files.Replace(text(t, "prometheus.yaml")), &config)
	for _, job := range config["scrape_configs"].([]any) {
		job := job.(map[string]any)
		delete(job, "kubernetes_sd_configs")
		job["scrape_interval"] = "1s"
		job["static_configs"] = []any{map[string]any{
			"targets": []string{address},
			"labels": map[string]string{
				"__meta_kubernetes_service_name":       d.service.Name,
				"__meta_kubernetes_endpoint_port_name": d.service.Spec.Ports[0].Name,
				"__meta_kubernetes_pod_node_name":      "node-1",
			},
		}}
	}
	out, err := yaml.Marshal(config)
	require.NoError(t, err)
	return string(out)
}

const (
	cadvisor = `job="nodegauge",metrics_path="/metrics/cadvisor",node="node-1"`
	resource = `job="nodegauge-resource",metrics_path="/metrics/resource",node="node-1"`
)

// rules are of the shape that rules of the Kubernetes mixins have, each with
// the bounds of its value for a container that takes all of a fifth of a CPU.
var rules = [...]struct {
	query       string
	least, most float64
}{
	{`sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{` + cadvisor + `,container!="",image!=""}[1m]))`, 0.01, 0.3},
	{`sum by (cluster, namespace, pod, container) (irate(container_cpu_usage_seconds_total{` + cadvisor + `,image!=""}[5m]))`, 0.01, 0.5},
	{`sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{container!=""}[1m]))`, 0.01, 0.6}, // of both endpoints
	{`sum by (namespace, pod) (container_memory_working_set_bytes{` + cadvisor + `,container!="",image!=""})`, 4 << 10, 64 << 20},
	{`max by (namespace, pod, container) (container_memory_rss{` + cadvisor + `,container!="",image!=""})`, 4 << 10, 64 << 20},
	{`sum by (container, pod, namespace) (increase(container_cpu_cfs_throttled_periods_total{` + cadvisor + `,container!=""}[5m]))
		/ sum by (container, pod, namespace) (increase(container_cpu_cfs_periods_total{` + cadvisor + `}[5m]))`, 0.1, 1},
	{`sum by (namespace, pod) (rate(container_network_receive_bytes_total{` + cadvisor + `}[1m])) + 1`, 1, 1 << 30},
	{`sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{` + resource + `,container="server"}[1m]))`, 0.01, 0.3},
	{`sum by (namespace, pod) (rate(pod_cpu_usage_seconds_total{` + resource + `}[1m]))`, 0.01, 0.3},
	{`pod_memory_working_set_bytes{` + resource + `}`, 4 << 10, 64 << 20},
}

// scraped: a Prometheus takes every sample, and has an answer to what is asked
// of it.
func (d *deployment) scraped(t *testing.T, address string) {
	p := prometheus.Start(t, d.config(t, address))
	const jobs, scrapes = 2, 6
	p.AwaitSeries(fmt.Sprintf(`count_over_time(up[10m]) >= %d`, scrapes), jobs)
	assert.Len(t, p.AwaitSeries(`min_over_time(up[10m]) == 1`, jobs), jobs, "every scrape: %s", p.Targets())
	for _, r := range rules {
		var found bool
		for _, series := range p.AwaitSeries(r.query, 1) {
			if series.Labels["pod"] == "web-0" && series.Labels["namespace"] == "shop" {
				found = true
				assert.GreaterOrEqual(t, series.Value, r.least, r.query)
				assert.LessOrEqual(t, series.Value, r.most, r.query)
			}
		}
		assert.True(t, found, "web-0 in %s", r.query)
	}
	_, metrics, err := d.get(address, "/metrics/cadvisor", token)
	require.NoError(t, err)
	var adapter adapterRules
	strictly(t, text(t, "adapter.yaml"), &adapter)
	for name, query := range adapter.queries("shop", "web-0") {
		if strings.Contains(query, "container_pressure_") && !strings.Contains(metrics, "container_pressure_") {
			continue // the kernel has none
		}
		assert.Equal(t, "web-0", p.AwaitSeries(query, 1)[0].Labels["pod"], name)
	}
	for _, fault := range []string{"out_of_order", "duplicate_timestamp", "out_of_bounds"} {
		assert.Zero(t, p.Own("prometheus_target_scrapes_sample_"+fault+"_total"), fault)
	}
	assert.Len(t, p.AwaitSeries(`min_over_time(up[10m]) == 1`, jobs), jobs)
}

// cAdvisorsNames are names that promtool would not have chosen, and nor would
// we: they are cAdvisor's.
var cAdvisorsNames = [...]string{
	`cadvisor_version_info label names should be written in 'snake_case' not 'camelCase'`,
	`container_fs_inodes_total non-counter metrics should not have "_total" suffix`,
	`container_memory_failcnt counter metrics should have "_total" suffix`,
}

// linted: promtool reads both texts, and finds nothing that is ours.
func (d *deployment) linted(t *testing.T, address string) {
	for _, path := range []string{"/metrics/cadvisor", "/metrics/resource"} {
		status, metrics, err := d.get(address, path, token)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		check := exec.Command("promtool", "check", "metrics")
		var said bytes.Buffer
		check.Stdin, check.Stderr = strings.NewReader(metrics), &said
		var code *exec.ExitError
		if err := check.Run(); err != nil && (!errors.As(err, &code) || code.ExitCode() != 3) { // 3 is findings
			t.Errorf("%s: %v: %s", path, err, &said)
		}
		for line := range strings.Lines(said.String()) {
			assert.Contains(t, cAdvisorsNames, strings.TrimSpace(line), path)
		}
	}
}
