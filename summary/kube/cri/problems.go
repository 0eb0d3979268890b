package cri

import (
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// maxProblems is how many errors are named; the rest is counted.
const maxProblems = 16

// problems collects the errors of one question.
type problems struct {
	errs []error
	more int
	// unanswered says that a call failed in a way that may pass.
	unanswered bool
}

// goOn notes the error of a call, if it has one, and reports whether another
// call may fare better: the runtime refused this one, and is not out of reach.
func (p *problems) goOn(err error) bool {
	if err == nil {
		return true
	}
	p.add(err)
	if status.Code(err) != codes.Unimplemented {
		p.unanswered = true
	}
	var refused interface{ GRPCStatus() *status.Status }
	return errors.As(err, &refused)
}

// add notes an error, of which the answer is missing a part at most.
func (p *problems) add(err error) {
	if len(p.errs) == maxProblems {
		p.more++
		return
	}
	p.errs = append(p.errs, problem(err))
}

func problem(err error) error { return fmt.Errorf("cri: %w", err) }

func (p *problems) join() error {
	errs := p.errs
	if p.more > 0 {
		errs = append(errs, fmt.Errorf("cri: and %d more errors", p.more))
	}
	return errors.Join(errs...)
}
