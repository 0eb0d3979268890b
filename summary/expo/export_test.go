package expo

import (
	"flag"
	"slices"
)

// Update says that expected texts are to be written.
var Update = flag.Bool("update", false, "rewrite the expected texts and docs/metrics.md")

// A Row is what docs/metrics.md says of a family.
type Row struct {
	Family
	Labels, Needs string
	Rank          int
}

// ResourceRows and CadvisorRows are the tables.
func ResourceRows() (rows []Row) {
	labels := map[Level]string{LevelPod: "namespace, pod", LevelContainer: "container, namespace, pod"}
	for _, r := range resources {
		needs := ""
		if r.value != nil {
			needs = r.metric().String()
		}
		rows = append(rows, Row{r.Family, labels[r.level], needs, int(r.rank)})
	}
	return append(rows, Row{Family: limitFamilies[0]})
}

// CadvisorRows has those of the six labels that all cgroups' series have as *.
func CadvisorRows() (rows []Row) {
	for _, f := range slices.Concat(tables[:]...) {
		labels := f.labels
		switch {
		case f.cgroup != nil && labels != "":
			labels = "*, " + labels
		case f.cgroup != nil:
			labels = "*"
		}
		rows = append(rows, Row{f.Family, labels, f.metrics.String(), int(f.rank)})
	}
	return append(rows, Row{Family: limitFamilies[0]})
}
