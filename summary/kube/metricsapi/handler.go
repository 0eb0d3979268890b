package metricsapi

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
)

// The defaults of Options.
const (
	defaultMaxAge     = 15 * time.Second
	defaultTimeout    = 10 * time.Second
	defaultConcurrent = 100
)

// Options are a Handler's options. The zero Options, and nil, are good for most.
type Options struct {
	// MaxAge is how long ago the round of an answer may have begun; 0 is 15 s,
	// so that stats.Collector.Run at 10 s takes all rounds. If it is negative
	// a round is taken for whoever asks, shared by those who wait for it.
	MaxAge time.Duration
	// Timeout is how long a request may wait for a round and names; 0 is 10 s.
	// The PodSource gets half of it, so that the node is answered where names hang.
	Timeout time.Duration
	// MaxConcurrent is how many requests may wait at once for a round and names;
	// 0 is 100. One more gets status 429 and Retry-After, at once.
	MaxConcurrent int
	// NodeName is the node's name; empty is Node's, or else the host's
	// (os.Hostname) in lower case, which is what kubelets take.
	NodeName string
	// Node is what else is known of the node, labels and allocatable resources
	// for example; nil is nothing. It is copied. What it leaves out is filled in
	// as far as the node's files tell: see the package's comment.
	Node *corev1.Node
	// Version is what /version answers; nil is that of the Kubernetes release
	// whose types are served, with "+nodegauge".
	Version *version.Info
}

// Handler returns a handler for the paths in the package's comment. It is safe
// for concurrent use, starts no goroutine and closes nothing. Pods may be nil:
// then there are no pods in the answers.
func Handler(c *stats.Collector, pods summary.PodSource, o *Options) http.Handler {
	h := &handler{collector: c, source: pods, turn: make(chan struct{}, 1)}
	if o != nil {
		h.o = *o
	}
	h.o.MaxAge = cmp.Or(h.o.MaxAge, defaultMaxAge)
	h.o.Timeout = cmp.Or(h.o.Timeout, defaultTimeout)
	h.o.MaxConcurrent = cmp.Or(h.o.MaxConcurrent, defaultConcurrent)
	h.o.Node = h.o.Node.DeepCopy()
	if h.o.Node == nil {
		h.o.Node = &corev1.Node{}
	}
	h.o.Node.Name = cmp.Or(h.o.NodeName, h.o.Node.Name, hostname())
	if h.o.Version == nil {
		h.o.Version = ownVersion()
	}
	if pods == nil {
		h.source = summary.StaticPods(nil)
	}
	h.turn <- struct{}{}
	return h
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return strings.ToLower(strings.TrimSpace(name))
}

// A handler is what Handler returns.
type handler struct {
	collector *stats.Collector
	source    summary.PodSource
	o         Options
	waiting   atomic.Int64
	latest    atomic.Pointer[view] // the newest

	turn    chan struct{} // holds one token; who has it may touch what follows
	summary summary.Summary
}

// ServeHTTP finds what a path means before it looks at the method, so that a
// wrong path is 404 with any method.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if document := h.document(r); document != nil {
		if allowed(w, r) {
			write(w, r, http.StatusOK, document)
		}
		return
	}
	q, ok := parsePath(r.URL.Path)
	switch {
	case !ok:
		fail(w, r, generic(http.StatusNotFound, r.Method))
	case allowed(w, r):
		h.serve(w, r, &q)
	}
}

// allowed reports whether a request only reads, and answers it if not.
func allowed(w http.ResponseWriter, r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	w.Header().Set("Allow", "GET, HEAD")
	fail(w, r, generic(http.StatusMethodNotAllowed, r.Method))
	return false
}

// generic is an error about a path, whatever it would have meant.
func generic(status int, method string) *apierrors.StatusError {
	return apierrors.NewGenericServerResponse(status, method, schema.GroupResource{}, "", "", 0, true)
}

// serve answers a request for a resource. What it says is read first: who asks
// for nonsense waits for nothing.
func (h *handler) serve(w http.ResponseWriter, r *http.Request, q *request) {
	if err := q.parse(r); err != nil {
		fail(w, r, err)
		return
	}
	if h.waiting.Add(1) > int64(h.o.MaxConcurrent) {
		h.waiting.Add(-1)
		w.Header().Set("Retry-After", "1")
		fail(w, r, apierrors.NewTooManyRequests("too many requests wait already", 1))
		return
	}
	v, err := h.wait(r.Context())
	if err != nil {
		fail(w, r, err)
		return
	}
	for _, warning := range v.warnings {
		w.Header().Add("Warning", warning)
	}
	answer, status := v.answer(q)
	if status != nil {
		fail(w, r, status)
		return
	}
	write(w, r, http.StatusOK, answer)
}

// wait does all of a request for which it may have to wait for others.
func (h *handler) wait(ctx context.Context) (*view, *apierrors.StatusError) {
	defer h.waiting.Add(-1) // also if the PodSource panics
	ctx, cancel := context.WithTimeout(ctx, h.o.Timeout)
	defer cancel()
	v, err := h.view(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, apierrors.NewTimeoutError(err.Error(), 0)
	case err != nil:
		return nil, apierrors.NewServiceUnavailable(err.Error())
	}
	return v, nil
}
