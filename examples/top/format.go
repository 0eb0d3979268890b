package main

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

const (
	unknown = "–" // never 0
	noLimit = "∞"
)

// cores formats nanocores: "0.250".
func cores(v cgroupfs.Value) string {
	n, ok := v.Get()
	if !ok {
		return unknown
	}
	return fmt.Sprintf("%.3f", float64(n)/1e9)
}

// size formats bytes: "1.5 GiB".
func size(v cgroupfs.Value) string {
	n, ok := v.Get()
	switch {
	case v.IsMax():
		return noLimit
	case !ok:
		return unknown
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	}
	f := float64(n) / (1 << 10)
	unit := 0
	for f >= 1023.95 && unit < len("KMGTPE")-1 { // it would be printed as 1024.0
		f /= 1 << 10
		unit++
	}
	return fmt.Sprintf("%.1f %ciB", f, "KMGTPE"[unit])
}

// tenths formats a share: "49.3".
func tenths(v cgroupfs.Value) string {
	n, ok := v.Get()
	switch {
	case v.IsMax():
		return noLimit
	case !ok:
		return unknown
	}
	return fmt.Sprintf("%d.%d", n/10, n%10)
}

// pressure formats a pressure average: "41.1".
func pressure(p cgroupfs.Percent) string {
	f, ok := p.Get()
	if !ok {
		return unknown
	}
	return fmt.Sprintf("%.1f", f)
}

// age formats a long time: "3d 4h", "1h 12m", "40s".
func age(d time.Duration) string {
	switch hours := int(d.Hours()); {
	case hours >= 24:
		return fmt.Sprintf("%dd %dh", hours/24, hours%24)
	case hours > 0:
		return fmt.Sprintf("%dh %dm", hours, int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	}
	return fmt.Sprintf("%ds", int(d.Seconds()))
}

func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "x"):
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// clean makes a name safe to print: one that somebody else chose must not
// speak to the terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}

// truncate cuts the middle out of a name: its ends tell more.
func truncate(s string, width int) string {
	runes := []rune(s)
	if len(runes) <= width {
		return s
	}
	tail := (width - 1) / 2
	return string(runes[:width-1-tail]) + "…" + string(runes[len(runes)-tail:])
}

func padLeft(s string, width int) string {
	return strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s))) + s
}

func padRight(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// wrap breaks a text into lines.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
