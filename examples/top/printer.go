package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// A printer prints samples as the options want them.
type printer struct {
	o        *options
	w        io.Writer
	problems io.Writer // of JSON, which has no place for them
	terminal *os.File  // nil if w is none
	painted  bool
}

func newPrinter(o *options, w, problems io.Writer) *printer {
	return &printer{o: o, w: w, problems: problems, terminal: terminal(w)}
}

// terminal returns w if it is a terminal that understands escape sequences.
func terminal(w io.Writer) *os.File {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return nil
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return f
}

func (p *printer) print(s *sampler) error {
	if p.o.output == "json" {
		return p.printJSON(s)
	}
	width, height := p.screen()
	inPlace := p.o.watch && s.live && p.terminal != nil
	if !inPlace || p.o.all {
		height = 0
	}
	var text bytes.Buffer
	if err := render(&text, newView(s, p.o), width, height); err != nil {
		return err
	}
	switch {
	case inPlace:
		return p.paint(text.String())
	case p.painted:
		fmt.Fprintln(p.w) // between two tables
	}
	p.painted = true
	_, err := p.w.Write(text.Bytes())
	return err
}

func (p *printer) printJSON(s *sampler) error {
	var text bytes.Buffer
	if err := json.Indent(&text, s.json(), "", "  "); err != nil {
		return err
	}
	text.WriteByte('\n')
	problems := slices.Concat(s.cur.Errors.Examples, flatten(s.podsErr))
	if s.disks != nil {
		problems = append(problems, s.disks.Errors.Examples...)
	}
	for _, err := range problems {
		fmt.Fprintf(p.problems, "top: %v\n", err)
	}
	_, err := p.w.Write(text.Bytes())
	return err
}

// paint writes a table over the last one, line by line so that nothing
// flickers. The terminal is asked not to break lines, and to hide its cursor.
// A line is cleared before it is written: after one as wide as the screen the
// cursor stands on its last character.
func (p *printer) paint(text string) error {
	start := "\x1b[H"
	if !p.painted {
		p.painted = true
		start = "\x1b[?25l\x1b[?7l\x1b[2J\x1b[H"
	}
	_, err := io.WriteString(p.w, start+"\x1b[K"+strings.ReplaceAll(text, "\n", "\n\x1b[K")+"\x1b[J")
	return err
}

// close makes the terminal as it was.
func (p *printer) close() {
	if p.painted && p.o.watch && p.terminal != nil {
		_, _ = io.WriteString(p.w, "\x1b[?7h\x1b[?25h")
	}
}

// screen returns the size to use: what the environment says, else what stty
// knows about the terminal (to ask the kernel takes more than the standard
// library), else 100 wide and as high as needed.
func (p *printer) screen() (width, height int) {
	width, height = number(os.Getenv("COLUMNS")), number(os.Getenv("LINES"))
	if p.terminal != nil && (width == 0 || height == 0) {
		stty := exec.Command("stty", "size")
		stty.Stdin = p.terminal
		text, _ := stty.Output() // without stty it is empty
		if rows, cols, ok := strings.Cut(strings.TrimSpace(string(text)), " "); ok {
			if width == 0 {
				width = number(cols)
			}
			if height == 0 {
				height = number(rows)
			}
		}
	}
	if width == 0 {
		width = 100
	}
	return max(width, 40), height
}

// number returns 0 for what is none.
func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
