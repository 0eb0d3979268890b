package bench

// A line of the table: what was measured, ours, theirs, how they compare, and
// the target.
type line struct{ what, ours, theirs, compared, target string }

var table []line

// record adds a line to the table that is printed at the end: what was
// measured, ours, theirs ("" if none), how they compare, and the target.
func record(what, ours, theirs, compared, target string) {
	table = append(table, line{what, ours, theirs, compared, target})
}
