package cgroupfs

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite expected output")

// TestReadmeHasEveryFile keeps README's table of files equal to the tables.
func TestReadmeHasEveryFile(t *testing.T) {
	const file, begin, end = "../README.md", "<!-- files: kept true by a test -->\n", "<!-- end of files -->"
	readme, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(readme), begin)
	require.True(t, ok)
	table, after, ok := strings.Cut(rest, end)
	require.True(t, ok)

	var b strings.Builder
	b.WriteString("| metric | cgroup v2 | cgroup v1 |\n|---|---|---|\n")
	for i, name := range metricNames {
		m := MetricSet(1) << i
		if m.Slow() != 0 {
			name += " (slow)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, filesOf(m, v2Files()), filesOf(m, v1Files()))
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+begin+b.String()+end+after), 0o644))
		return
	}
	require.Equal(t, b.String(), table, "go test ./cgroupfs -update rewrites it")
}

func filesOf(m MetricSet, files []file) string {
	var names []string
	for _, f := range files {
		for _, name := range f.names {
			if name = "`" + name + "`"; f.metric == m && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return "–"
	}
	return strings.Join(names, " ")
}
