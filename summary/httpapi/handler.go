package httpapi

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
)

// The defaults of Options.
const (
	defaultMaxAge     = 15 * time.Second
	defaultTimeout    = 10 * time.Second
	defaultConcurrent = 100
)

// maxForm is how long the form of a POST may be, in bytes.
const maxForm = 64 << 10

// Options are a Handler's options. The zero Options, and nil, are good for most.
type Options struct {
	// MaxAge is how long ago the round of an answer may have begun; 0 is 15 s,
	// so that stats.Collector.Run at 10 s takes all rounds. If it is negative
	// a round is taken for whoever asks, shared by those who wait for it.
	MaxAge time.Duration
	// Timeout is how long a request may wait for its answer: for its own form,
	// a round and names; 0 is 10 s. The PodSource gets half of it, so that
	// the node's numbers are answered where names hang.
	Timeout time.Duration
	// MaxConcurrent is how many requests may wait at once for a round and names;
	// 0 is 100. One more gets status 503 and Retry-After, at once.
	MaxConcurrent int
	// Summary are the options of summary.Build. Of its Compat, CompatErrorIs500
	// and CompatIndent change what is answered here.
	Summary summary.Options
	// Metrics are the options of package expo. Its Format is the one that a
	// request asks for, and the Compat of Summary counts too.
	Metrics expo.Options
	// Storage returns what the disks say, in place of Summary.Storage; nil
	// leaves that as it is. It is called for every request and does not wait:
	// the method Latest of storage.Collector is one.
	Storage func() *storage.Snapshot
	// Machine returns what is known of the machine, for /metrics/cadvisor; nil,
	// and a function that returns nil, leave it out. It is called for every
	// request and does not wait: it returns what was read when the program
	// started, or every few minutes as cAdvisor does, which reads it every five.
	Machine func() *stats.Machine
}

// Handler returns a handler for /stats/summary, /metrics/resource,
// /metrics/cadvisor and /healthz. It is safe for concurrent use, starts no
// goroutine and closes nothing. Pods may be nil: then there are no pods in the
// answers.
func Handler(c *stats.Collector, pods summary.PodSource, o *Options) http.Handler {
	h := &handler{collector: c, source: pods, turn: make(chan struct{}, 1)}
	if o != nil {
		h.o = *o
	}
	if h.o.MaxAge == 0 {
		h.o.MaxAge = defaultMaxAge
	}
	if h.o.Timeout == 0 {
		h.o.Timeout = defaultTimeout
	}
	if h.o.MaxConcurrent == 0 {
		h.o.MaxConcurrent = defaultConcurrent
	}
	if pods == nil {
		h.source = summary.StaticPods(nil)
	}
	h.turn <- struct{}{}
	return h
}

// A handler is what Handler returns.
type handler struct {
	collector *stats.Collector
	source    summary.PodSource
	o         Options
	waiting   atomic.Int64
	// answers are the newest: by content, format, and whether they are compressed.
	answers [contents][formats][2]atomic.Pointer[answer]

	turn chan struct{} // holds one token; who has it may touch what follows

	generation uint64 // of the round for which pods were asked
	pods       []summary.Pod
	podsErr    error
	summary    summary.Summary
	printer    expo.Printer
	text       []byte // what was printed last
	packer     *gzip.Writer
	packed     bytes.Buffer
}

// formats is how many formats of metrics there are.
const formats = expo.OpenMetrics + 1

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/stats/summary":
		if allow(w, r, http.MethodGet, http.MethodHead, http.MethodPost) {
			h.serveSummary(w, r)
		}
	case "/metrics/resource":
		if allow(w, r, http.MethodGet, http.MethodHead) {
			h.serveMetrics(w, r, resource)
		}
	case "/metrics/cadvisor":
		if allow(w, r, http.MethodGet, http.MethodHead) {
			h.serveMetrics(w, r, cadvisor)
		}
	case "/healthz":
		if allow(w, r, http.MethodGet, http.MethodHead) {
			header := w.Header()
			header.Set("Content-Type", "text/plain; charset=utf-8")
			header.Set("Content-Length", "2")
			_, _ = w.Write([]byte("ok"))
		}
	default:
		http.NotFound(w, r)
	}
}

// serveSummary answers /stats/summary. Who is slow to send a form takes nobody's
// place meanwhile.
func (h *handler) serveSummary(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Timeout)
	defer cancel()
	kind, status, err := h.parse(ctx, w, r)
	if err != nil {
		h.fail(w, status, err)
		return
	}
	if !h.enter(w) {
		return
	}
	a, status, err := h.wait(ctx, kind)
	if err != nil {
		h.fail(w, status, err)
		return
	}
	a.write(w, r)
}

// enter makes a request one of those that wait, or sends it away.
func (h *handler) enter(w http.ResponseWriter) bool {
	if h.waiting.Add(1) <= int64(h.o.MaxConcurrent) {
		return true
	}
	h.waiting.Add(-1)
	w.Header().Set("Retry-After", "1")
	http.Error(w, "too many requests wait already", http.StatusServiceUnavailable)
	return false
}

// wait does all of a request for which it may have to wait for others. With an
// error comes its status.
func (h *handler) wait(ctx context.Context, k kind) (*answer, int, error) {
	defer h.waiting.Add(-1) // also if the PodSource panics
	a, err := h.answer(ctx, k)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, http.StatusGatewayTimeout, err
	}
	return a, http.StatusServiceUnavailable, err
}

// fail answers an error of a summary.
func (h *handler) fail(w http.ResponseWriter, status int, err error) {
	if h.o.Summary.Compat&summary.CompatErrorIs500 == 0 {
		http.Error(w, err.Error(), status)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusInternalServerError)
	_, _ = w.Write([]byte("Internal Error: " + err.Error()))
}
