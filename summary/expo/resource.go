package expo

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
)

// AppendResource appends what /metrics/resource says. Without a Summary it
// says that there was an error.
func (p *Printer) AppendResource(b []byte, s *summary.Summary, o *Options) []byte {
	p.begin(b, o, nil)
	p.resource(s, o)
	return p.finish()
}

// EachResource yields what AppendResource prints, for registries. It ends when
// yield returns false.
func (p *Printer) EachResource(s *summary.Summary, o *Options, yield func(*Sample) bool) {
	p.begin(nil, o, yield)
	p.resource(s, o)
	p.finish()
}

// A unit is one thing that /metrics/resource has series of: the node, a pod or
// a container.
type unit struct {
	subject
	level                Level
	namespace, pod, name string
	start                time.Time // of the container, or else the pod
	podStart             time.Time
	cpu                  *summary.CPUStats
	memory               *summary.MemoryStats
	swap                 *summary.SwapStats
}

// A resource is a row of the table of /metrics/resource.
type resource struct {
	Family
	level  Level
	rank   uint8
	quirk  summary.Compat // is printed only with it,
	unless summary.Compat // and not with this
	value  func(u *unit) (number, time.Time, bool)
}

// resources are the families of /metrics/resource by name, in cAdvisor's and
// the kubelet's words.
var resources = [...]resource{
	{Family{"container_cpu_usage_seconds_total", "CPU time that the container used, in core-seconds.", Counter}, LevelContainer, 1, 0, 0, cpuUsage},
	{Family{"container_memory_working_set_bytes", "Memory of the container without inactive page cache, in bytes.", Gauge}, LevelContainer, 1, 0, 0, workingSet},
	{Family{"container_start_time_seconds", "When the container started, in seconds since 1970.", Gauge}, LevelContainer, 1, 0, 0, startTime},
	{Family{"container_swap_limit_bytes", "Swap that the container may use, in bytes.", Gauge}, LevelContainer, 3, 0, summary.CompatNoSwapInCPUAndMemory, swapLimit},
	{Family{"container_swap_usage_bytes", "Swap that the container uses, in bytes.", Gauge}, LevelContainer, 3, 0, summary.CompatNoSwapInCPUAndMemory, swapUsage},
	{Family{"node_cpu_usage_seconds_total", "CPU time that the node used, in core-seconds.", Counter}, LevelNode, 0, 0, 0, cpuUsage},
	{Family{"node_memory_working_set_bytes", "Memory of the node without inactive page cache, in bytes.", Gauge}, LevelNode, 0, 0, 0, workingSet},
	{Family{"node_swap_usage_bytes", "Swap that the node uses, in bytes.", Gauge}, LevelNode, 0, 0, summary.CompatNoSwapInCPUAndMemory, swapUsage},
	{Family{"pod_cpu_usage_seconds_total", "CPU time that the pod used, in core-seconds.", Counter}, LevelPod, 2, 0, 0, cpuUsage},
	{Family{"pod_memory_working_set_bytes", "Memory of the pod without inactive page cache, in bytes.", Gauge}, LevelPod, 2, 0, 0, workingSet},
	{Family{"pod_swap_usage_bytes", "Swap that the pod uses, in bytes.", Gauge}, LevelPod, 3, 0, summary.CompatNoSwapInCPUAndMemory, swapUsage},
	{Family{"resource_scrape_error", "1 if the numbers could not be had, else 0.", Gauge}, 0, 0, 0, 0, nil},
	{Family{"scrape_error", "1 if the numbers could not be had, else 0; resource_scrape_error says the same.", Gauge}, 0, 0, summary.CompatScrapeError, 0, nil},
}

func cpuUsage(u *unit) (number, time.Time, bool) {
	n, ok := known(u.cpu.UsageCoreNanoSeconds, 9)
	return n, u.cpu.Time, ok
}

func workingSet(u *unit) (number, time.Time, bool) {
	n, ok := known(u.memory.WorkingSetBytes, 0)
	return n, u.memory.Time, ok
}

func swapUsage(u *unit) (number, time.Time, bool) {
	n, ok := known(u.swap.SwapUsageBytes, 0)
	return n, u.swap.Time, ok
}

func swapLimit(u *unit) (number, time.Time, bool) {
	used, ok := known(u.swap.SwapUsageBytes, 0)
	free, ok2 := known(u.swap.SwapAvailableBytes, 0)
	return integer(used.n + free.n), u.swap.Time, ok && ok2 && used.n+free.n >= used.n
}

// startTime has no timestamp, and is told only of a container of which the
// rest is known: metrics-server takes the others' use for 0, and drops their pods.
func startTime(u *unit) (number, time.Time, bool) {
	_, ok := u.cpu.UsageCoreNanoSeconds.Get()
	_, ok2 := u.memory.WorkingSetBytes.Get()
	return nanos(uint64(max(u.start.UnixNano(), 0))), time.Time{}, ok && ok2 && u.start.Unix() > 0
}

func (p *Printer) resource(s *summary.Summary, o *Options) {
	p.listUnits(s)
	p.choose(len(resources), o, func(i int) uint8 { return resources[i].rank }, func(i int) { p.putResource(i, s == nil, o) })
	for i := range resources {
		if p.plan[i] {
			p.putResource(i, s == nil, o)
		}
	}
	p.putDropped()
}

func (p *Printer) putResource(i int, failed bool, o *Options) {
	r := &resources[i]
	compat, levels, metrics := o.compat(), o.levels(), o.metrics()
	p.out.begin(&r.Family)
	switch {
	case r.quirk&^compat != 0 || r.unless&compat != 0:
	case r.value == nil:
		p.out.put(&p.out.nobody, truth(failed), time.Time{})
	case r.level&levels == 0 || !metrics.Has(r.metric()):
	default:
		for _, k := range p.order {
			if u := &p.units[k]; u.level == r.level {
				if n, at, ok := r.value(u); ok {
					p.out.put(&u.subject, n, at)
				}
			}
		}
	}
}

// metric returns what a family is made of; a start time of nothing.
func (r *resource) metric() cgroupfs.MetricSet {
	switch {
	case strings.Contains(r.Name, "_cpu_"):
		return cgroupfs.CPU
	case strings.Contains(r.Name, "_start_"):
		return 0
	}
	return cgroupfs.Memory
}

// listUnits lists what there are series of, each series once: of two pods of
// one name, and of two containers, the newer.
func (p *Printer) listUnits(s *summary.Summary) {
	p.units, p.order = p.units[:0], p.order[:0]
	if s == nil {
		return
	}
	n := &s.Node
	p.units = append(p.units, unit{level: LevelNode, cpu: &n.CPU, memory: &n.Memory, swap: &n.Swap})
	for i := range s.Pods {
		pod := &s.Pods[i]
		p.units = append(p.units, unit{
			level: LevelPod, namespace: pod.PodRef.Namespace, pod: pod.PodRef.Name, podStart: pod.StartTime,
			cpu: &pod.CPU, memory: &pod.Memory, swap: &pod.Swap,
		})
	}
	for i := range s.Pods {
		pod := &s.Pods[i]
		for k := range pod.Containers {
			c := &pod.Containers[k]
			p.units = append(p.units, unit{
				level: LevelContainer, namespace: pod.PodRef.Namespace, pod: pod.PodRef.Name, podStart: pod.StartTime,
				name: c.Name, start: c.StartTime, cpu: &c.CPU, memory: &c.Memory, swap: &c.Swap,
			})
		}
	}
	p.orderUnits()
	p.labelUnits()
}

// orderUnits sorts by what a series is, the newest first, and leaves out all
// but that. A Summary is sorted already, so that this only looks.
func (p *Printer) orderUnits() {
	for i := range p.units {
		p.order = append(p.order, i)
	}
	slices.SortFunc(p.order, func(i, k int) int {
		a, b := &p.units[i], &p.units[k]
		return cmp.Or(compareSeries(a, b), b.podStart.Compare(a.podStart), b.start.Compare(a.start), cmp.Compare(i, k))
	})
	p.order = slices.CompactFunc(p.order, func(i, k int) bool { return compareSeries(&p.units[i], &p.units[k]) == 0 })
}

func compareSeries(a, b *unit) int {
	return cmp.Or(
		cmp.Compare(a.level, b.level),
		strings.Compare(a.namespace, b.namespace),
		strings.Compare(a.pod, b.pod),
		strings.Compare(a.name, b.name),
	)
}

func (p *Printer) labelUnits() {
	for _, i := range p.order {
		u := &p.units[i]
		switch u.level {
		case LevelContainer:
			p.label(&u.subject, Label{"container", u.name}, Label{"namespace", u.namespace}, Label{"pod", u.pod})
		case LevelPod:
			p.label(&u.subject, Label{"namespace", u.namespace}, Label{"pod", u.pod})
		}
	}
	p.out.text = p.text
}
