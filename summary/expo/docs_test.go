package expo_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/stretchr/testify/require"
)

// TestDocsHaveEveryFamily holds docs/metrics.md, which -update writes.
func TestDocsHaveEveryFamily(t *testing.T) {
	const file = "../../docs/metrics.md"
	var b strings.Builder
	b.WriteString(`# The families of metrics, one row each

What ` + "`summary/expo`" + ` prints. A family without a value has no series. The test of that package writes this page.

*Needs* is what has to be in ` + "`stats.Options.Metrics`" + `, and in ` + "`expo.Options.Metrics`" + ` if that is set; what is in neither costs nothing. *Rank* says what
` + "`expo.Options.MaxSeries`" + ` leaves out: the highest first. Types are those of the text format; in OpenMetrics a counter without ` + "`_total`" + ` and a gauge
with it are of type unknown.

## /metrics/resource

`)
	writeRows(&b, expo.ResourceRows())
	b.WriteString(`
## /metrics/cadvisor

The * stands for the labels of every cgroup: ` + "`container, id, image, name, namespace, pod`" + `. The ` + "`machine_…`" + ` families have ` + "`boot_id, machine_id, system_uuid`" + `.

`)
	writeRows(&b, expo.CadvisorRows())
	if *expo.Update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
}

func writeRows(b *strings.Builder, rows []expo.Row) {
	b.WriteString("| family | type | labels | what it is | needs | rank |\n|---|---|---|---|---|---|\n")
	for _, r := range rows {
		kind := "gauge"
		if r.Type == expo.Counter {
			kind = "counter"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s | %d |\n", r.Name, kind, r.Labels, r.Help, r.Needs, r.Rank)
	}
}
