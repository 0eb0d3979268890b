package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A column is one number of the rows.
type column struct {
	head string
	cell func(*row) string
	// legend explains it, and the next ones that have none.
	legend string
}

// columnsOf returns the columns that the options choose. Those that were asked
// for come before the pressure, which goes first where the screen is narrow.
func columnsOf(o *options) []column {
	columns := []column{
		{"CPU", func(r *row) string { return cores(r.cpu) }, "CPU: cores. MEMORY: working set."},
		{"%QUOTA", func(r *row) string { return tenths(r.quota) }, "%QUOTA, %LIMIT: used of the cgroup's own limits."},
		{"%THROT", func(r *row) string { return tenths(r.throttled) }, "%THROT: CPU periods throttled."},
		{"MEMORY", func(r *row) string { return size(r.memory) }, ""},
		{"%LIMIT", func(r *row) string { return tenths(r.limit) }, ""},
	}
	if o.net {
		columns = append(columns,
			column{"RX/s", func(r *row) string { return r.traffic.cell(0) }, "RX/s, TX/s: bytes through the default interface. host: the node's network."},
			column{"TX/s", func(r *row) string { return r.traffic.cell(1) }, ""})
	}
	if o.storage {
		columns = append(columns,
			column{"LOGS", func(r *row) string { return takes(r.logs) }, "LOGS, VOLUMES: what they take of disks."},
			column{"VOLUMES", func(r *row) string { return takes(r.volumes) }, ""})
	}
	return append(columns,
		column{"PSI cpu", func(r *row) string { return pressure(r.psi[0]) }, "PSI: % of the last 10 s that a task waited."},
		column{"mem", func(r *row) string { return pressure(r.psi[1]) }, ""},
		column{"io", func(r *row) string { return pressure(r.psi[2]) }, ""})
}

// legend explains the columns.
func legend(columns []column) string {
	var text strings.Builder
	for _, c := range columns {
		if c.legend != "" {
			text.WriteString(c.legend + " ")
		}
	}
	return text.String() + noLimit + ": no limit. " + unknown + ": not known."
}

const (
	gap      = "  "
	minNames = 28 // what names need before numbers may use the width
	noSwap   = "none"
)

// render prints a table that is at most width wide, and height high if that is
// not 0.
func render(w io.Writer, v *view, width, height int) error {
	head := headLines(&v.node, width)
	body, dropped := bodyLines(v.columns, v.rows, width)
	var foot []string
	for _, note := range v.notes {
		foot = append(foot, wrap(clean(note), width)...)
	}
	if len(dropped) > 0 {
		foot = append(foot, wrap("Too narrow to show: "+strings.Join(dropped, ", ")+".", width)...)
	}
	foot = append(foot, wrap(legend(v.columns), width)...)

	const around = 3 // two empty lines, and the one where the cursor ends
	if room := max(height-len(head)-len(foot)-around, 2); height > 0 && len(body) > room {
		cut := len(body) - (room - 1)
		body = append(body[:room-1], fmt.Sprintf("… %d more lines do not fit; -all shows all", cut))
	}
	lines := append(append(append(append(head, ""), body...), ""), foot...)
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}

// title is the first line: which node, and when.
func title(n *nodeView, width int) string {
	title := clean(n.host)
	if title == "" {
		title = "node"
	}
	title += fmt.Sprintf(" · cgroup %v", n.version)
	if n.at.IsZero() {
		return title + " · a copy"
	}
	if n.at.After(n.booted) && !n.booted.IsZero() {
		title += " · up " + age(n.at.Sub(n.booted))
	}
	when := n.at.Format("15:04:05")
	if n.window > 0 {
		when += fmt.Sprintf(", over %.1f s", n.window.Seconds())
	}
	return padRight(title, width-utf8.RuneCountInString(when)-1) + " " + when
}

// headLines are about the node.
func headLines(n *nodeView, width int) []string {
	width = min(width, 76)
	of := unknown
	if n.cpus > 0 {
		of = fmt.Sprint(n.cpus)
	}
	bar := max(width-56, 4)
	lines := []string{
		title(n, width),
		gauge(bar, "CPU", n.cpuShare, cores(n.cpu)+" of "+of+" cores") + psiOf(n.psi[0]),
		gauge(bar, "memory", n.memShare, size(n.memory)+" of "+size(n.memTotal)) + psiOf(n.psi[1]),
		strings.TrimRight(gauge(bar, "swap", n.swapShare, swap(n)), " "),
		gauge(bar, "I/O", cgroupfs.Value{}, "") + psiOf(n.psi[2]),
	}
	if n.disk != nil {
		lines = append(lines, strings.TrimRight(gauge(bar, "disk", n.disk.share, size(n.disk.used)+" of "+size(n.disk.size)), " "))
	}
	if n.traffic != nil {
		lines = append(lines, "  "+padRight("net", 6)+gap+padRight(truncate(clean(n.traffic.name), bar+2), bar+2+7)+gap+
			perSecond(n.traffic.rx)+" in, "+perSecond(n.traffic.tx)+" out")
	}
	return lines
}

func swap(n *nodeView) string {
	if total, ok := n.swapTotal.Get(); ok && total == 0 {
		return noSwap
	}
	return size(n.swap) + " of " + size(n.swapTotal)
}

// gauge is one line of the head: "memory  [|||||     ]   25.0%  1.0 GiB of 4.0 GiB".
// What a line is not about is left out.
func gauge(width int, name string, part cgroupfs.Value, text string) string {
	bar := strings.Repeat(" ", width+2)
	percent := ""
	if text != "" && text != noSwap {
		percent = unknown
		if n, ok := part.Get(); ok {
			full := int(min(n*uint64(width)+500, uint64(width)*1000) / 1000)
			bar = "[" + strings.Repeat("|", full) + strings.Repeat(" ", width-full) + "]"
			percent = tenths(part) + "%"
		}
	}
	return "  " + padRight(name, 6) + gap + bar + padLeft(percent, 7) + gap + padRight(text, 24)
}

func psiOf(p cgroupfs.Percent) string { return gap + "PSI " + padLeft(pressure(p), 5) }

// bodyLines are the header and the rows. Columns that leave the names too
// little room are dropped, from the right.
func bodyLines(columns []column, rows []row, width int) (lines, dropped []string) {
	cells, widths := cellsOf(columns, rows)
	room := func() int {
		left := width
		for _, w := range widths {
			left -= len(gap) + w
		}
		return left
	}
	longest := len("NAME")
	for i := range rows {
		longest = max(longest, 2*rows[i].depth+utf8.RuneCountInString(rows[i].name))
	}
	for len(widths) > 1 && room() < min(longest, minNames) {
		last := len(widths) - 1
		dropped = append([]string{columns[last].head}, dropped...)
		widths = widths[:last]
	}
	names := max(min(longest, room()), len("NAME"))
	line := func(name string, cell func(column int) string) {
		var text strings.Builder
		text.WriteString(padRight(truncate(name, names), names))
		for i, w := range widths {
			text.WriteString(gap + padLeft(cell(i), w))
		}
		lines = append(lines, strings.TrimRight(text.String(), " "))
	}
	line("NAME", func(i int) string { return columns[i].head })
	for r := range rows {
		if rows[r].section {
			lines = append(lines, "")
		}
		name := strings.Repeat("  ", rows[r].depth) + clean(rows[r].name)
		line(name, func(i int) string { return cells[r][i] })
	}
	return lines, dropped
}

// cellsOf formats the rows, and finds how wide each column has to be.
func cellsOf(columns []column, rows []row) (cells [][]string, widths []int) {
	for _, c := range columns {
		widths = append(widths, len(c.head))
	}
	cells = make([][]string, len(rows))
	for r := range rows {
		cells[r] = make([]string, len(columns))
		for i, c := range columns {
			cells[r][i] = c.cell(&rows[r])
			widths[i] = max(widths[i], utf8.RuneCountInString(cells[r][i]))
		}
	}
	return cells, widths
}
