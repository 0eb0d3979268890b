package promcollector_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/promcollector"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

// A fake node with one pod, in a registry.
func Example() {
	dir, err := os.MkdirTemp("", "node")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	id := strings.Repeat("a", 64)
	node := cgroupfstest.New(cgroupfstest.In(dir))
	node.Put("kubepods.slice/kubepods-pod1.slice/cri-containerd-"+id+".scope", cgroupfstest.Usage{CPU: 1500 * time.Millisecond, Memory: 6 << 20, PIDs: []int{7}})

	h, err := cgroupfs.Open(node.Root()) // or cgroupfs.Detect()
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := stats.New(h, &stats.Options{Now: node.Now}) // go c.Run(ctx, 10*time.Second) keeps rounds at hand
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	pods := summary.StaticPods{{ // or localpods.New(nil)
		UID: "1", Namespace: "default", Name: "web-0",
		Containers: []summary.Container{{ID: id, Name: "server", Kind: summary.KindContainer}},
	}}
	registry := prometheus.NewRegistry()
	registry.MustRegister(promcollector.Resource(c, pods, nil))
	// Cadvisor has much more, and another registry.

	families, err := registry.Gather() // promhttp.HandlerFor(registry, …) serves it
	for _, f := range families {
		if f.GetName() == "container_cpu_usage_seconds_total" {
			_, err = expfmt.MetricFamilyToText(os.Stdout, f)
		}
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// # HELP container_cpu_usage_seconds_total CPU time that the container used, in core-seconds.
	// # TYPE container_cpu_usage_seconds_total counter
	// container_cpu_usage_seconds_total{container="server",namespace="default",pod="web-0"} 1.5 1767366245000
}
