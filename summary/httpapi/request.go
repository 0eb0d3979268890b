package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/summary/expo"
)

// A kind is what a request asks for, and the form of its answer.
type kind struct {
	of     content
	format expo.Format // of metrics
	gzip   bool        // of metrics: a summary is never compressed
}

// content is what an answer is about.
type content uint8

const (
	everything   content = iota // a summary
	cpuAndMemory                // a summary
	resource                    // metrics
	cadvisor                    // metrics
	contents                    // how many there are
)

// allow reports whether a request has one of the methods, and answers it if
// it has not.
func allow(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	http.Error(w, "the methods are "+strings.Join(methods, ", "), http.StatusMethodNotAllowed)
	return false
}

// parse reads what a request asks for. A kubelet takes it from the query, and
// from a form if one is posted; only_cpu_and_memory counts if it is there once
// and says true. With an error comes its status.
func (h *handler) parse(ctx context.Context, w http.ResponseWriter, r *http.Request) (kind, int, error) {
	posted := r.Method == http.MethodPost && r.ContentLength != 0
	if r.URL.RawQuery == "" && !posted {
		return kind{of: everything}, 0, nil
	}
	if posted {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		// What wraps w may know no deadlines: then the server's own is left.
		deadline, _ := ctx.Deadline()
		_ = http.NewResponseController(w).SetReadDeadline(deadline)
	}
	if err := r.ParseForm(); err != nil {
		// The deadline stays: net/http reads the rest of the form before it
		// answers, and would wait for it without end.
		return kind{}, formStatus(err), fmt.Errorf("parse form failed: %w", err)
	}
	if posted {
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // it would end the request's context
	}
	if values := r.Form["only_cpu_and_memory"]; len(values) == 1 && values[0] == "true" {
		return kind{of: cpuAndMemory}, 0, nil
	}
	return kind{of: everything}, 0, nil
}

// formStatus is the status of a form that cannot be read.
func formStatus(err error) int {
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout
	}
	return http.StatusBadRequest
}
