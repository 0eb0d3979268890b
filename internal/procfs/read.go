// Package procfs reads the few files of a proc file system that concern the
// node and its processes. Where that file system is, is always a parameter:
// "/proc", "/host/proc", or a test's folder. Every file has a pure function that
// parses its text; parsers go on after a line that they do not understand and
// return a *ParseError for the first of them beside what they did read.
package procfs

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// MaxSize is the size in bytes above which a file is not read.
const MaxSize = 1 << 20

// minSize is the size in bytes of a fresh buffer: enough for all files but
// the stat of a node with many CPUs or interrupts.
const minSize = 4096

var (
	// ErrTooLarge says that a file is larger than its limit and was not read.
	ErrTooLarge = errors.New("file is too large")

	errFields = errors.New("too few fields")
	errUnit   = errors.New("not a number of kB")
	errPath   = errors.New("not an absolute path")
)

// A ParseError says which line of which file was not understood.
type ParseError struct {
	Path string // the file; empty if the text came from the caller
	Line int    // from 1
	Text string // the line, cut after 128 bytes
	Err  error  // what is wrong with it
}

// Error returns the path, the line's number, its text and what is wrong.
func (e *ParseError) Error() string {
	return fmt.Sprintf("%s:%d: %q: %v", e.Path, e.Line, e.Text, e.Err)
}

// Unwrap returns Err.
func (e *ParseError) Unwrap() error { return e.Err }

// NewParseError returns a ParseError without a Path, as parsers do. It copies
// what it keeps of text.
func NewParseError(line int, text []byte, err error) *ParseError {
	return &ParseError{Line: line, Text: string(text[:min(len(text), 128)]), Err: err}
}

// WithPath returns err, which a parser returned, with the path of the file that
// was parsed. It returns nil for nil.
func WithPath(path string, err error) error {
	var p *ParseError
	if errors.As(err, &p) && p.Path == "" {
		p.Path = path
	}
	return err
}

// ReadFile returns all of a file of at most limit bytes, and ErrTooLarge, with
// the path, for a larger one. It does not trust the size that stat tells,
// which is 0 for the files of proc.
func ReadFile(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, nil, limit)
}

// readAll reads f from its start to its end into buf, which it lets grow. A
// file of proc read at offset 0 is made anew, and stays as it is while the
// reads that follow go on where the last one ended.
func readAll(f *os.File, buf []byte, limit int) ([]byte, error) {
	if cap(buf) == 0 {
		buf = make([]byte, minSize)
	}
	buf = buf[:cap(buf)]
	for n := 0; ; {
		m, err := f.ReadAt(buf[n:], int64(n))
		n += m
		switch {
		case n > limit:
			return buf[:0], &os.PathError{Op: "read", Path: f.Name(), Err: ErrTooLarge}
		case err == io.EOF:
			return buf[:n], nil
		case err != nil:
			return buf[:0], err
		}
		// The buffer is full. One byte above the limit is enough to exceed it.
		grown := make([]byte, min(2*len(buf), limit+1))
		copy(grown, buf)
		buf = grown
	}
}
