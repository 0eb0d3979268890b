package expo_test

import (
	"os"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary/expo"
)

func ExamplePrinter_AppendCadvisor() {
	at := time.UnixMilli(1767366245678)
	snap := &stats.Snapshot{Cgroups: []stats.Cgroup{{
		Info:   &stats.Info{Path: "/", Identity: stats.Identity{Kind: stats.KindRoot}},
		Parent: -1,
		CPU:    stats.CPU{Time: at, UsageCoreNanoSeconds: cgroupfs.Number(37_429_671_000)},
	}}}
	var p expo.Printer
	text := p.AppendCadvisor(nil, &expo.Node{Snapshot: snap}, &expo.Options{
		Format: expo.Negotiate("application/openmetrics-text;version=1.0.0,text/plain;q=0.5"),
	})
	_, _ = os.Stdout.Write(text)
	// Output:
	// # HELP container_scrape_error 1 if the numbers could not be had, else 0.
	// # TYPE container_scrape_error gauge
	// container_scrape_error 0
	// # HELP container_last_seen When it was last read, in seconds since 1970.
	// # TYPE container_last_seen gauge
	// container_last_seen{container="",id="/",image="",name="",namespace="",pod=""} 1767366245.678 1767366245.678
	// # HELP container_cpu_usage_seconds CPU time used, in core-seconds.
	// # TYPE container_cpu_usage_seconds counter
	// container_cpu_usage_seconds_total{container="",id="/",image="",name="",namespace="",pod="",cpu="total"} 37.429671 1767366245.678
	// # EOF
}
