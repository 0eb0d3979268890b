// Package machine reads what a node is made of, and what it is called: files of
// sys, proc and etc that seldom change. Every text has a pure function that
// parses it.
package machine

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nodegauge/nodegauge/internal/procfs"
)

// Files are the files of a machine. It is not safe for concurrent use.
type Files struct {
	root  string
	open  *os.Root // nil for this machine's own
	files fs.FS
	// Err is the first error of what was read so far. A missing file is none.
	Err error
}

// Open returns the files below root, which is "/" for this machine's own. Below
// another root no link is followed that leads out of it, or that is absolute:
// what is there belongs to another machine. Close it.
func Open(root string) (*Files, error) {
	f := &Files{root: root}
	if root == "/" {
		f.files = os.DirFS(root)
		return f, nil
	}
	var err error
	if f.open, err = os.OpenRoot(root); err != nil {
		return nil, err
	}
	f.files = f.open.FS()
	return f, nil
}

// Close gives back what is open.
func (f *Files) Close() {
	if f.open != nil {
		_ = f.open.Close() // nothing was written
	}
}

// Read returns the text of a file, and nil if it is missing or cannot be read.
func (f *Files) Read(name string) []byte {
	b, err := f.read(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		f.note(name, err)
	}
	return b
}

func (f *Files) read(name string) ([]byte, error) {
	file, err := f.files.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, procfs.MaxSize+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > procfs.MaxSize:
		return nil, procfs.ErrTooLarge
	}
	return b, nil
}

// First returns the text of the first of some files that says something,
// without what is no text at its ends, and else "".
func (f *Files) First(names ...string) string {
	for _, name := range names {
		if text := string(bytes.Trim(f.Read(name), " \t\r\n\x00")); text != "" {
			return text
		}
	}
	return ""
}

// MemInfo returns what /proc/meminfo says.
func (f *Files) MemInfo() procfs.MemInfo {
	const name = "proc/meminfo"
	m, err := procfs.ParseMemInfo(f.Read(name))
	f.note(name, err)
	return m
}

// note keeps an error, with the file that it is about.
func (f *Files) note(name string, err error) {
	if err == nil || f.Err != nil {
		return
	}
	path := filepath.Join(f.root, filepath.FromSlash(name))
	var (
		parse *procfs.ParseError
		at    *fs.PathError
	)
	switch {
	case errors.As(err, &parse):
		f.Err = procfs.WithPath(path, err)
	case errors.As(err, &at):
		f.Err = &fs.PathError{Op: at.Op, Path: path, Err: at.Err}
	default:
		f.Err = fmt.Errorf("%s: %w", path, err)
	}
}

// OSVersion returns what the system calls itself: PRETTY_NAME of
// /etc/os-release, else of /usr/lib/os-release.
func (f *Files) OSVersion() string {
	for _, name := range [...]string{"etc/os-release", "usr/lib/os-release"} {
		if b := f.Read(name); b != nil {
			return ParseOSRelease(b)
		}
	}
	return ""
}

// ParseOSRelease returns the PRETTY_NAME in the text of an os-release, which a
// shell could read; empty if it has none. The last one counts.
//
//	PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
func ParseOSRelease(b []byte) (name string) {
	for line := range bytes.Lines(b) {
		value, found := strings.CutPrefix(strings.Trim(string(line), " \t\r\n"), "PRETTY_NAME=")
		if !found {
			continue
		}
		name = unquote(value)
	}
	return name
}

// unquote takes the quotes off a value of a shell, and the backslashes within
// double ones.
func unquote(s string) string {
	if len(s) < 2 || s[0] != s[len(s)-1] || s[0] != '"' && s[0] != '\'' {
		return s
	}
	quote, s := s[0], s[1:len(s)-1]
	if quote == '\'' {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte("\"$`\\", s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
