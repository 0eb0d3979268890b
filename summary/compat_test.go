package summary_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/summary"
	"github.com/stretchr/testify/require"
)

func TestCompat(t *testing.T) {
	all := summary.Compat(0)
	for _, test := range compatCases {
		t.Run(test.name, func(t *testing.T) {
			tree := test.tree(t)
			snap, disks := compatRound(t, tree)
			text := func(c summary.Compat) string {
				pods := []summary.Pod{
					{UID: "1", Name: "a", Containers: []summary.Container{container('a', "x", tree.Now())}},
					{UID: "1", Name: "b", Containers: []summary.Container{container('b', "x", tree.Now().Add(-1e9)), container('a', "x", tree.Now())}},
					{UID: "1", Name: "c", Containers: []summary.Container{container('b', "x", tree.Now())}},
				}
				s := build(snap, &summary.Options{Compat: c, Storage: disks, CPUAndMemoryOnly: test.only}, pods...)
				requireEncodingJSON(t, s)
				return string(s.AppendJSON(nil))
			}
			require.Contains(t, text(0), test.without)
			require.NotContains(t, text(0), test.with)
			require.Contains(t, text(test.bit), test.with)
		})
		all |= test.bit
	}
	require.Equal(t, 2*summary.CompatNoSwapInCPUAndMemory-1, all, "a bit has no test")
	require.Zero(t, summary.Kubelet132&summary.CompatZeroPSI, "kubelet 1.32 has no pressure")
	require.Zero(t, summary.Kubelet137&summary.CompatNoPSI, "kubelet 1.37 has")
}

// docs/compat.md has a row for each bit, in their order, with the releases whose
// presets have it.
func TestCompatTableIsComplete(t *testing.T) {
	page, err := os.ReadFile("../docs/compat.md")
	require.NoError(t, err)
	rows := map[string]string{}
	var order []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(Compat\\w+)` \\|.+\\|.+\\|([^|]*\\|[^|]*)\\|$").FindAllStringSubmatch(string(page), -1) {
		rows[row[1]] = row[2]
		order = append(order, row[1])
	}
	source, err := os.ReadFile("compat.go")
	require.NoError(t, err)
	var bits []string
	for _, m := range regexp.MustCompile(`(?m)^\t(Compat\w+)( Compat = 1 << iota)?$`).FindAllStringSubmatch(string(source), -1) {
		bits = append(bits, m[1])
	}
	require.Equal(t, bits, order)
	for _, test := range compatCases {
		name, _, _ := strings.Cut(test.name, " ")
		mark := func(preset summary.Compat) string {
			if preset&test.bit != 0 {
				return " yes "
			}
			return " "
		}
		require.Equal(t, mark(summary.Kubelet132)+"|"+mark(summary.Kubelet137), rows[name], name)
	}
}
