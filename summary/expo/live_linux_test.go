package expo_test

import (
	"context"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/stretchr/testify/require"
)

// TestLiveThisNodeCanBeRead prints all that this machine's kernel tells.
func TestLiveThisNodeCanBeRead(t *testing.T) {
	h, err := cgroupfs.Detect()
	if err != nil {
		t.Skipf("no cgroups: %v", err)
	}
	collector, err := stats.New(h, &stats.Options{Metrics: cgroupfs.AllMetrics, Network: true})
	require.NoError(t, err)
	defer collector.Close()
	var snap stats.Snapshot
	require.NoError(t, collector.Collect(context.Background(), &snap))
	var p expo.Printer
	for _, o := range []*expo.Options{nil, {Format: expo.OpenMetrics}, {Compat: summary.Kubelet132}} {
		text := parseSlow(t, string(p.AppendCadvisor(nil, &expo.Node{Snapshot: &snap, Now: snap.Time}, o)), o != nil && o.Format == expo.OpenMetrics)
		require.Zero(t, text.find(t, "container_scrape_error").value)
		require.Len(t, text.all("container_last_seen", "id", "/"), 1)
	}
}
