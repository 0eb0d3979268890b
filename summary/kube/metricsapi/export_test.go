package metricsapi

import (
	"net/http"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
)

// Look makes what a Handler makes of a round and names.
func Look(h http.Handler, snap *stats.Snapshot, pods []summary.Pod) { h.(*handler).look(snap, pods) }
