package stats_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite expected output")

// TestFixtures takes rounds of the hosts in testdata, 10 s apart as long as
// something happens, and compares them with want/rounds.txt.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("../testdata/[hb]*/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			tree := cgroupfstest.Load(t, file)
			c := collector(t, tree, stats.Options{})
			var b strings.Builder
			for i, last := 0, ""; ; i++ {
				round := describe(collect(t, c), tree.Root())
				if round == last {
					break
				}
				fmt.Fprintf(&b, "%ds\n%s", 10*i, round)
				last = round
				tree.Advance(10 * time.Second)
			}
			if *update {
				tree.Update("rounds.txt", b.String())
			}
			require.Equal(t, tree.Want("rounds.txt"), b.String())
		})
	}
}

func describe(s *stats.Snapshot, root string) string {
	b := new(strings.Builder)
	fmt.Fprintf(b, "node: cpu %v rate %v, working set %v available %v, swap %v\n", s.Node.CPU.UsageCoreNanoSeconds,
		s.Node.CPU.UsageNanoCores, s.Node.Memory.WorkingSetBytes, s.Node.Memory.AvailableBytes, s.Node.Swap.SwapUsageBytes)
	for i := range s.Cgroups {
		cg := &s.Cgroups[i]
		fmt.Fprintf(b, "%s (%v): cpu %v rate %v over %v, memory %v working set %v available %v faults %v, pids %v of %v, pressure cpu %v memory %v",
			cg.Path, cg.Kind, cg.CPU.UsageCoreNanoSeconds, cg.CPU.UsageNanoCores, cg.CPU.Window,
			cg.Memory.UsageBytes, cg.Memory.WorkingSetBytes, cg.Memory.AvailableBytes, cg.Memory.PageFaults,
			cg.Sample.PIDs.Processes, cg.Sample.PIDs.Current, cg.Sample.Pressure.CPU.Some.Avg10, cg.Sample.Pressure.Memory.Some.Avg10)
		for _, d := range cg.Sample.IO.Devices {
			fmt.Fprintf(b, ", %d:%d read %v written %v", d.Major, d.Minor, d.ReadBytes, d.WriteBytes)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(b, "errors: %d parse, %d denied, %d other\n", s.Errors.Parse, s.Errors.Denied, s.Errors.Other)
	for _, err := range s.Errors.Examples {
		fmt.Fprintf(b, "  %s\n", strings.ReplaceAll(err.Error(), root, "/sys/fs/cgroup"))
	}
	return b.String()
}
