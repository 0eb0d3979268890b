package statsapi_test

import (
	"fmt"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/statsapi"
)

func ExampleConvert() {
	s := summary.Summary{Node: summary.NodeStats{
		NodeName: "node1",
		CPU:      summary.CPUStats{Time: time.Unix(1795249320, 0), UsageCoreNanoSeconds: cgroupfs.Number(5e9)},
	}}
	node := statsapi.Convert(&s).Node
	fmt.Println(node.NodeName, *node.CPU.UsageCoreNanoSeconds)
	fmt.Println("a rate after one round:", node.CPU.UsageNanoCores)
	// Output:
	// node1 5000000000
	// a rate after one round: <nil>
}
