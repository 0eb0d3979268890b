package cgroupfs

import (
	"errors"
	"fmt"
	"io/fs"
)

var (
	// ErrRemoved says that a Group's cgroup is gone. It is final: a cgroup
	// made again under the same name is another one, and needs another Group.
	// It satisfies errors.Is(err, fs.ErrNotExist).
	ErrRemoved error = removedError{}

	// ErrOutside says that a path leads out of the cgroup namespace or of the
	// mount, as "/../../system.slice" does. Nothing below the root answers to it.
	ErrOutside = errors.New("cgroupfs: path is outside the cgroup namespace")

	// ErrNoHierarchy says that no cgroup file system was found.
	ErrNoHierarchy = errors.New("cgroupfs: no cgroup file system found")

	// ErrTooLarge says that a file is larger than 1 MiB and was not read.
	ErrTooLarge = errors.New("file is larger than 1 MiB")
)

// errClosed is what a closed Group or Hierarchy answers.
var errClosed = fmt.Errorf("cgroupfs: %w", fs.ErrClosed)

type removedError struct{}

func (removedError) Error() string        { return "cgroupfs: cgroup was removed" }
func (removedError) Is(target error) bool { return target == fs.ErrNotExist }

// A ParseError says which line of which file was not understood. The Value it
// would have set is absent; the rest of the file and of the group is read.
type ParseError struct {
	Path string // the file
	Line int    // from 1
	Text string // the line, cut after 128 bytes
	Err  error  // what is wrong with it
}

// Error returns the path, the line's number, its text and what is wrong.
func (e *ParseError) Error() string {
	return fmt.Sprintf("cgroupfs: %s:%d: %q: %v", e.Path, e.Line, e.Text, e.Err)
}

// Unwrap returns Err.
func (e *ParseError) Unwrap() error { return e.Err }

// newParseError is what a parser returns for a bad line; Group.Read adds the path.
func newParseError(line int, text []byte, err error) *ParseError {
	return &ParseError{Line: line, Text: string(text[:min(len(text), 128)]), Err: err}
}
