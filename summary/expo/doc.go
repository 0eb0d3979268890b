// Package expo prints a node's numbers as Prometheus text: what a kubelet
// answers at /metrics/resource, from a [summary.Summary], and at
// /metrics/cadvisor, from a [stats.Snapshot], in their names, types, units and
// labels.
//
//	var p expo.Printer // kept
//	body = p.AppendCadvisor(body[:0], &expo.Node{Snapshot: snap, Pods: pods, Now: now}, &expo.Options{Format: expo.Negotiate(accept)})
//
// Every family is a row of a table; docs/metrics.md has them all. EachResource
// and EachCadvisor yield the same samples to whoever has a registry.
//
// # What is printed
//
// What is not known has no series, and what has no limit has no series of the
// limit: neither is 0. A kubelet's habits that differ are bits of
// [summary.Compat]; docs/compat.md is their table.
//
// /metrics/cadvisor has all cgroups of the Snapshot, the node's services too.
// Their series have the labels container, id, image, name, namespace and pod,
// always all, and then those of the family. The id is the cgroup's path. A pod
// has namespace and pod; a sandbox has those, image and name, and no container.
// The network of a pod is its sandbox's, as a kubelet has it, and the pod's
// where no PodSource knows a sandbox; a pod with hostNetwork has none of its
// own. Sockets are where the network is. CPU time has the label cpu="total", or
// where stats.Options.Metrics has PerCPU a series for each CPU and no total.
//
// /metrics/resource keeps what metrics-server relies on: no value is 0 that is
// not known, times are those of the reading, and a container has a start time
// only if its CPU time and working set are known. It has no id: of two pods of
// one name, and of two containers of one name in a pod, the newer has the series.
//
// What nobody else exports begins with nodegauge_, as does what the Collector
// tells of itself.
//
// # Units
//
// Seconds, bytes and counts, as the names say. A number is printed as a
// decimal, so that parsing it gives what a kubelet's division by 10^9 gives, to
// the last bit. The period and the quota of CPU time are in microseconds, which
// is cAdvisor's choice.
//
// # Times
//
// A sample has the time when its file was read, unless Options.NoTimestamps:
// in milliseconds, and in OpenMetrics in seconds. What is read more seldom than
// the rest, by stats.Options.SlowInterval, has the time of the rest. Settings, starts, the machine
// and what the Collector tells of itself have none. A series that has ended is
// not marked: with times Prometheus shows it for 5 more minutes, without at most
// until its next scrape.
//
// # Formats
//
// [Negotiate] chooses by the header Accept. Both formats have the same names.
// OpenMetrics forbids some for their type: a counter without _total, a gauge
// with it. There they are of type unknown.
//
// # Labels
//
// A cgroup may be called anything. A byte that is no UTF-8 becomes \xNN in the
// label. So that no two names become one, a backslash before x5c, or before x
// and two digits from 80 to ff, becomes \x5c; \x2d, which systemd writes, stays.
//
// # MaxSeries
//
// Options.MaxSeries is for those who pay by the series. Families are left out
// whole, so that no sum lacks a part unnoticed: the table in docs/metrics.md
// gives each a rank. Those of rank 0 come first, and of one rank in the table's
// order; the first for which there is no room is left out with all after it.
// nodegauge_series_dropped, which counts too, says how many series that were.
//
// # Memory and concurrency
//
// A Printer keeps memory: a text appended to a buffer with room for it allocates
// nothing in a steady state. What is the caller's it forgets, but for names of
// disks. It is not safe for concurrent use, and what it reads must not change
// meanwhile.
package expo
