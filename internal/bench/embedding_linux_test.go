package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Programs that are built to see what an embedder's own becomes: one that does
// nothing, one with what every agent has already, and one with the core
// packages too.
const (
	emptyProgram = `package main

func main() {}
`
	agentProgram = `package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	for now := range time.Tick(time.Second) {
		text, err := os.ReadFile("/proc/loadavg")
		if ctx.Err() != nil {
			return
		}
		fmt.Println(now, string(text), err)
	}
}
`
	coreProgram = `package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
	"github.com/nodegauge/nodegauge/summary/localpods"
)

func main() {
	if len(os.Args) > 1 {
		return // what it took to come here is what is asked
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func run(ctx context.Context) error {
	h, err := cgroupfs.Detect()
	if err != nil {
		return err
	}
	c, err := stats.New(h, &stats.Options{Network: true})
	if err != nil {
		return err
	}
	defer c.Close()
	go c.Run(ctx, 10*time.Second)
	source := localpods.New(nil)
	var (
		s       summary.Summary
		printer expo.Printer
		text    []byte
	)
	for range time.Tick(10 * time.Second) {
		snap, err := c.Fresh(ctx, time.Minute)
		if err != nil {
			return err
		}
		pods, err := source.Pods(ctx)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		summary.Build(&s, snap, pods, nil)
		text = s.AppendJSON(text[:0])
		text = printer.AppendResource(text, &s, nil)
		text = printer.AppendCadvisor(text, &expo.Node{Snapshot: snap, Pods: pods, Now: time.Now()}, nil)
		os.Stdout.Write(text)
	}
	return nil
}
`
)

// embedded is what embedding the core packages costs.
type embedded struct {
	empty, agent, core int64         // bytes of the programs, stripped
	init, leastInit    time.Duration // that the core packages take before main: the median and the least of several starts
}

// over is how many MB more than another one the program with the core has.
func (e *embedded) over(other int64) float64 { return float64(e.core-other) / 1e6 }

// embed builds the programs in a module of their own, and starts the one with
// the core packages.
func embed(tb testing.TB) *embedded {
	dir := tb.TempDir()
	root, err := filepath.Abs("../..")
	require.NoError(tb, err)
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(tb, err)
	write := func(name, text string) {
		require.NoError(tb, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(tb, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("go.mod", "module embedder\n\ngo 1.24.0\n\nrequire github.com/nodegauge/nodegauge v0.0.0\n\n"+
		"replace github.com/nodegauge/nodegauge => "+strconv.Quote(root)+"\n")
	write("go.sum", string(sums))
	size := func(name, text string) int64 {
		write(name+"/main.go", text)
		cmd := exec.Command("go", "build", "-mod=mod", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, "bin", name), "./"+name)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		require.NoError(tb, err, string(out))
		info, err := os.Stat(filepath.Join(dir, "bin", name))
		require.NoError(tb, err)
		return info.Size()
	}
	e := &embedded{empty: size("empty", emptyProgram), agent: size("agent", agentProgram), core: size("core", coreProgram)}
	var starts []time.Duration
	for range 21 {
		starts = append(starts, initTime(tb, filepath.Join(dir, "bin/core")))
	}
	slices.Sort(starts)
	e.init, e.leastInit = starts[len(starts)/2], starts[0]
	return e
}

// initTime starts a program and adds up the lines that are about our packages,
// and the one that they import:
//
//	init golang.org/x/sys/unix @0.21 ms, 0.003 ms clock, 280 bytes, 4 allocs
func initTime(tb testing.TB, program string) time.Duration {
	cmd := exec.Command(program, "init")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := cmd.CombinedOutput()
	require.NoError(tb, err, string(trace))
	require.Contains(tb, string(trace), "init runtime @")
	var sum time.Duration
	for line := range strings.Lines(string(trace)) {
		f := strings.Fields(line)
		if len(f) < 5 || !strings.HasPrefix(f[1], "github.com/nodegauge/") && !strings.HasPrefix(f[1], "golang.org/x/sys/") {
			continue
		}
		took, err := time.ParseDuration(f[4] + "ms")
		require.NoError(tb, err, line)
		sum += took
	}
	return sum
}

// BenchmarkEmbedding says by how much a stripped program grows that imports
// the core packages and uses them, and what they do before its main. An empty
// program has none of the standard library; any agent has os, fmt, time and
// context already.
func BenchmarkEmbedding(b *testing.B) {
	var e *embedded
	once(b, func() { e = embed(b) })
	b.ReportMetric(float64(e.empty)/1e6, "empty-MB")
	b.ReportMetric(e.over(e.empty), "over-empty-MB")
	b.ReportMetric(e.over(e.agent), "over-agent-MB")
	b.ReportMetric(float64(e.init)/1e3, "init-µs")
	b.ReportMetric(float64(e.leastInit)/1e3, "least-init-µs")
	b.ReportMetric(0, "ns/op") // says nothing here
	mb := func(x float64) string { return fmt.Sprintf("%+.2f MB", x) }
	record("embedding: stripped program, over an empty one", mb(e.over(e.empty)), "", "", "≤ +0.5 MB")
	record("embedding: over one with os, fmt, time and context", mb(e.over(e.agent)), "", "", "")
	record("embedding: before main", fmt.Sprintf("%.0f µs, at least %.0f", float64(e.init)/1e3, float64(e.leastInit)/1e3), "", "", "≤ 100 µs")
}
