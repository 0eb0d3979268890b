package bench

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/internal/livetest"
)

var markdown = flag.String("markdown", "", "append what is measured to this file, as a table")

// lines are those of the table.
var lines [][]string

// record adds a line to the table: what was measured, ours, theirs or "" if
// there is no other, how they compare, and the target.
func record(what, ours, theirs, compared, target string) {
	lines = append(lines, []string{what, ours, theirs, compared, target})
}

// TestMain writes the table when all has been measured.
func TestMain(m *testing.M) {
	if didJob() {
		return
	}
	livetest.Main(m)
	if *markdown == "" || len(lines) == 0 {
		return
	}
	f, err := os.OpenFile(*markdown, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(table())
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d containers, %s, %s\n\n", *containers, machine(), runtime.Version())
	fmt.Fprintln(&b, "| what | nodegauge | other | compared | target |\n|---|--:|--:|--:|--:|")
	for _, l := range lines {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(l, " | "))
	}
	return b.String() + "\n"
}

// machine says which one it is.
func machine() string {
	release, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	info, _ := os.ReadFile("/proc/cpuinfo")
	_, model, _ := strings.Cut(string(info), "model name")
	model, _, _ = strings.Cut(model, "\n")
	return fmt.Sprintf("%d CPUs (%s), Linux %s", runtime.NumCPU(), strings.Trim(model, " \t:"), strings.TrimSpace(string(release)))
}

func microseconds(d time.Duration, n int) string {
	return fmt.Sprintf("%.1f µs", float64(d)/1e3/float64(n))
}
func milliseconds(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/1e6) }
func percent(share float64) string        { return fmt.Sprintf("%.3f %%", 100*share) }
func times(x float64) string              { return fmt.Sprintf("%.*f×", decimals(x), x) }

func decimals(x float64) int {
	if x < 4 {
		return 2
	}
	return 1
}

// shareTarget is the target for a round's share of one core.
func shareTarget(containers int) string {
	switch {
	case containers <= 100:
		return "≤ 0.02 %"
	case containers <= 1000:
		return "≤ 0.3 %"
	case containers <= 3000:
		return "≤ 0.9 %"
	}
	return ""
}
