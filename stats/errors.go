package stats

import (
	"errors"
	"io/fs"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/procfs"
)

// maxExamples bounds how many errors a Snapshot quotes.
const maxExamples = 8

// Errors counts what went wrong in a round, by class. A cgroup that was
// removed while it was read is none: it is gone from the Snapshot.
type Errors struct {
	ErrorCounts
	// Examples are the first few of them.
	Examples []error
}

// ErrorCounts are numbers of errors by class.
type ErrorCounts struct {
	Parse  int // a file was not understood
	Denied int // the privilege to read a file is missing
	Other  int // anything else
}

// Total returns how many errors there were.
func (e *ErrorCounts) Total() int { return e.Parse + e.Denied + e.Other }

func (e *ErrorCounts) plus(other ErrorCounts) {
	e.Parse += other.Parse
	e.Denied += other.Denied
	e.Other += other.Other
}

type class uint8

const (
	classParse class = iota
	classDenied
	classOther
)

// add counts an error and returns its class.
func (e *Errors) add(err error) class {
	if len(e.Examples) < maxExamples {
		e.Examples = append(e.Examples, err)
	}
	var parse *cgroupfs.ParseError
	var proc *procfs.ParseError
	switch {
	case errors.As(err, &parse), errors.As(err, &proc):
		e.Parse++
		return classParse
	case errors.Is(err, fs.ErrPermission):
		e.Denied++
		return classDenied
	}
	e.Other++
	return classOther
}

func (e *Errors) reset() { *e = Errors{Examples: e.Examples[:0]} }

// copyTo copies e, with examples of its own.
func (e *Errors) copyTo(dst *Errors) {
	examples := append(dst.Examples[:0], e.Examples...)
	*dst = *e
	dst.Examples = examples
}
