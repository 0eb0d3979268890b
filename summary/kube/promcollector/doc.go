// Package promcollector gives a node's metrics to a Prometheus registry, for
// programs that have one already and serve it themselves.
//
//	go c.Run(ctx, 10*time.Second)
//	registry.MustRegister(promcollector.Cadvisor(c, pods, nil))
//
// Who has none does not need it: httpapi serves the same families, in the same
// order and without an allocation for each series.
//
// # What is collected
//
// [Cadvisor] has the families of /metrics/cadvisor, [Resource] those of
// /metrics/resource: what package expo prints, with the same names, types, help
// and labels. The two have names in common with other labels, so that they do
// not go into one registry; nor does one of them twice, or beside cAdvisor's own
// collector.
//
// A value keeps the time at which it was read, which is not that of the scrape:
// a series that has ended is then seen for another five minutes. With
// NoTimestamps in [Options].Metrics it has none, as most collectors' have none.
//
// # Describe
//
// Both are what client_golang calls unchecked: Describe sends nothing. Which
// families there are depends on the kernel, on what the Collector reads and on
// the Options, and those that are not there have no Desc either. Register
// therefore finds no conflict; Gather does, and says which series it is about.
//
// # Errors
//
// A round that cannot be had does not fail the whole registry: there is the
// series container_scrape_error or resource_scrape_error with the value 1, and
// none of the node. Where names cannot be had the rest is there. A PodSource can
// be wrapped, and Fresh asked, by who wants the error itself.
//
// # Concurrency
//
// Several may collect at once. They share rounds, and names are asked for once
// a round. Nothing is started, and nothing must be closed.
package promcollector
