package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/stats"
)

const (
	costEvery  = 10 * time.Second // the interval that shares are told for
	costGroups = 10               // how many cgroups are shown, without -all
)

// costs takes a round as -cost asks for it, and prints where its time went. By
// then two were taken, and here is a third, since the next is like most: files
// are open, and those that are not there were looked for in the third.
func costs(ctx context.Context, s *sampler, o *options, w io.Writer, width int) error {
	if err := s.next(ctx); err != nil {
		return err
	}
	r, err := s.collector.Cost(ctx)
	if err != nil {
		return err
	}
	return renderCost(w, s, r, o, width)
}

// renderCost prints a report that is at most width wide.
func renderCost(w io.Writer, s *sampler, r *stats.CostReport, o *options, width int) error {
	n := newNode(s)
	n.window = 0
	lines := []string{title(&n, min(width, 76)), ""}
	text := fmt.Sprintf("A round of %s took %s, of which %s in the kernel to read them. Every %v it takes %s %% of a core.",
		plural(len(r.Groups), "cgroup"), took(r.Duration), took(r.Reading.KernelTime()), costEvery, percent(r.Share(costEvery)))
	lines = append(append(lines, wrap(text, width)...), "")
	lines = append(append(lines, classLines(r, width)...), "")
	lines = append(append(lines, groupLines(r, o, width)...), "")
	for _, note := range costNotes(r) {
		lines = append(lines, wrap(note, width)...)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

var costColumns = [...]string{"FILES", "OPENED", "BYTES", "TIME", "FLOOR", "OPENING"}

// costCells are the columns of a cost.
func costCells(c *cgroupfs.Cost) []string {
	return []string{
		fmt.Sprint(c.Files), fmt.Sprint(c.Opened), size(cgroupfs.Number(c.Bytes)),
		took(c.Time), took(c.KernelTime()), took(c.OpenTime),
	}
}

// classLines are a table of the metrics. One that has no file here is left out.
func classLines(r *stats.CostReport, width int) []string {
	rows := [][]string{append(append([]string{"METRIC"}, costColumns[:]...), "%CORE")}
	for i := range r.Classes {
		c := &r.Classes[i]
		if c.Files == 0 && c.Opened == 0 {
			continue
		}
		name := c.Metric.String()
		if c.SlowInterval > 0 {
			name += fmt.Sprintf(" (every %v)", c.SlowInterval)
		}
		rows = append(rows, append(append([]string{name}, costCells(&c.Cost)...), percent(c.Share(costEvery))))
	}
	return costTable(append(rows, append([]string{"all"}, costCells(&r.Reading)...)), width)
}

// groupLines are a table of the dearest cgroups.
func groupLines(r *stats.CostReport, o *options, width int) []string {
	rows := [][]string{append([]string{"CGROUP"}, costColumns[:]...)}
	shown := len(r.Groups)
	if !o.all {
		shown = min(shown, costGroups)
	}
	for i := range shown {
		rows = append(rows, append([]string{clean(r.Groups[i].Path)}, costCells(&r.Groups[i].Cost)...))
	}
	lines := costTable(rows, width)
	if hidden := len(r.Groups) - shown; hidden > 0 {
		lines = append(lines, fmt.Sprintf("… %s less dear; -all shows all", plural(hidden, "cgroup")))
	}
	return lines
}

// costNotes say what is in no table.
func costNotes(r *stats.CostReport) []string {
	p := &r.Phases
	return []string{
		fmt.Sprintf("Phases: reading %s, discovery %s, networks %s, processes %s, the node's own files %s, the rest %s.",
			took(p.Reading), took(p.Discovery), took(p.Networks), took(p.Processes), took(p.Node), took(p.Rest)),
		fmt.Sprintf("Descriptors: %d of %d kept; %s opened for lack of them, %s.",
			r.Descriptors, r.MaxDescriptors, plural(int(r.Reading.Unkept), "file"), took(r.Reading.UnkeptTime)),
		fmt.Sprintf("The clock was asked %s, %v each, which is in these times.", plural(int(r.Clocks), "time"), r.ClockTime),
		"FLOOR: the kernel's time to open, read and close. OPENING: to open and close. %CORE: of one core, a round every " + costEvery.String() + ".",
	}
}

// costTable aligns rows of cells, of which the first is a name.
func costTable(rows [][]string, width int) []string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	numbers := 0
	for _, w := range widths[1:] {
		numbers += len(gap) + w
	}
	widths[0] = max(min(widths[0], width-numbers), minNames/2)
	lines := make([]string, len(rows))
	for r, row := range rows {
		var line strings.Builder
		line.WriteString(padRight(truncate(row[0], widths[0]), widths[0]))
		for i, cell := range row[1:] {
			line.WriteString(gap + padLeft(cell, widths[i+1]))
		}
		lines[r] = line.String()
	}
	return lines
}

// took formats a short time: "1.2 ms".
func took(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= 9950*time.Microsecond: // it would be printed as 10.0
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.0f µs", d.Seconds()*1e6)
}

// percent formats a share of one core: "0.012".
func percent(share float64) string {
	if share > 0 && share < 1e-5 {
		return "<0.001" // not nothing
	}
	return fmt.Sprintf("%.3f", share*100)
}
