package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
)

// An answer is the body of a response and its headers, made once for all who
// ask for the same. It is not changed.
type answer struct {
	generation uint64 // of its round
	besides    besides
	body       []byte
	// The values of the headers of that name; nil are those of another kind,
	// and Warning's if nothing is missing.
	contentType, contentLength, contentEncoding, vary, warning []string
}

// besides is what an answer is made of beside a round and names, each nil if it
// is not known or not needed.
type besides struct {
	disks   *storage.Snapshot
	machine *stats.Machine
}

// isGood reports whether an answer is as new as a round and what is beside it.
func (a *answer) isGood(snap *stats.Snapshot, b besides) bool {
	return a != nil && a.generation >= snap.Generation && a.besides == b
}

// write sends the answer. Values of headers are shared with other requests:
// whoever adds one gets a slice of his own, as they have no room for another.
func (a *answer) write(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["Content-Type"] = a.contentType
	header["Content-Length"] = a.contentLength
	if a.contentEncoding != nil {
		header["Content-Encoding"] = a.contentEncoding
	}
	if a.vary != nil {
		header["Vary"] = append(header["Vary"], a.vary...)
	}
	if a.warning != nil {
		header["Warning"] = slices.Clip(a.warning)
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // the client may be gone: nobody is left to be told
	}
}

// answer returns the answer to a kind of request: the newest if it is good, or
// else one that it makes. One makes it for all: whoever has the turn. If its
// context ends the next one goes on.
func (h *handler) answer(ctx context.Context, k kind) (*answer, error) {
	snap, err := h.collector.Fresh(ctx, h.o.MaxAge)
	if err != nil {
		return nil, err
	}
	latest := h.latest(k)
	if a := latest.Load(); a.isGood(snap, h.besides(k)) {
		return a, nil
	}
	select {
	case <-h.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { h.turn <- struct{}{} }()
	b := h.besides(k)
	if a := latest.Load(); a.isGood(snap, b) {
		return a, nil // somebody made it meanwhile
	}
	if h.generation < snap.Generation {
		if err := h.askPods(ctx); err != nil {
			return nil, err
		}
		h.generation = snap.Generation
	}
	if h.podsErr != nil && h.o.Summary.Compat&summary.CompatErrorIs500 != 0 {
		return nil, h.podsErr
	}
	a := h.make(snap, b, k)
	latest.Store(a)
	return a, nil
}

// latest is where the newest answer to a kind of request is.
func (h *handler) latest(k kind) *atomic.Pointer[answer] {
	compressed := 0
	if k.gzip {
		compressed = 1
	}
	return &h.answers[k.of][k.format][compressed]
}

// besides returns what the disks and the machine say, as far as a kind of
// request needs it.
func (h *handler) besides(k kind) (b besides) {
	if k.of == everything || k.of == cadvisor {
		b.disks = h.o.Summary.Storage
		if h.o.Storage != nil {
			b.disks = h.o.Storage()
		}
	}
	if k.of == cadvisor && h.o.Machine != nil {
		b.machine = h.o.Machine()
	}
	return b
}

// askPods asks for names once a round. It fails if the request's context ends
// before there is an answer worth keeping.
func (h *handler) askPods(ctx context.Context) error {
	short, cancel := context.WithTimeout(ctx, h.o.Timeout/2)
	defer cancel()
	pods, err := h.source.Pods(short)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	h.pods, h.podsErr = pods, err
	return nil
}

// make makes an answer of a round, the names and what is beside them.
func (h *handler) make(snap *stats.Snapshot, b besides, k kind) *answer {
	a := &answer{generation: snap.Generation, besides: b}
	switch k.of {
	case resource, cadvisor:
		h.makeMetrics(a, snap, k)
	default:
		h.makeSummary(a, snap, k)
	}
	a.contentLength = []string{strconv.Itoa(len(a.body))}
	if h.podsErr != nil {
		a.warning = append(a.warning, warning("pods may be missing: "+h.podsErr.Error()))
	}
	a.warn(&snap.Errors, "numbers")
	if b.disks != nil {
		a.warn(&b.disks.Errors, "disks")
	}
	return a
}

// makeSummary makes the body of a summary.
func (h *handler) makeSummary(a *answer, snap *stats.Snapshot, k kind) {
	h.build(snap, a.besides, k.of == cpuAndMemory)
	size := 4096
	if last := h.latest(k).Load(); last != nil {
		size = len(last.body) + len(last.body)/16
	}
	a.contentType = []string{"application/json"}
	a.body = h.summary.AppendJSON(make([]byte, 0, size))
	if h.o.Summary.Compat&summary.CompatIndent != 0 {
		var lines bytes.Buffer
		_ = json.Indent(&lines, a.body, "", " ") // what AppendJSON makes is JSON
		a.body = lines.Bytes()
	}
}

// build builds the summary of a round.
func (h *handler) build(snap *stats.Snapshot, b besides, cpuAndMemoryOnly bool) {
	o := h.o.Summary
	o.Storage = b.disks
	o.CPUAndMemoryOnly = o.CPUAndMemoryOnly || cpuAndMemoryOnly
	summary.Build(&h.summary, snap, h.pods, &o)
}

// warn tells of the errors of a round, which may be counted without examples.
func (a *answer) warn(errs *stats.Errors, what string) {
	n := errs.Total()
	if n == 0 {
		return
	}
	text := fmt.Sprintf("%s may be missing; errors: %d", what, n)
	if len(errs.Examples) > 0 {
		text += fmt.Sprintf(", for example: %v", errs.Examples[0])
	}
	a.warning = append(a.warning, warning(text))
}

// maxWarning is how long the text of a warning may be, in bytes.
const maxWarning = 512

// warning is the value of a Warning header as an API server of Kubernetes
// sends it: 299 - "text".
func warning(text string) string {
	if len(text) > maxWarning {
		text = text[:maxWarning] + "..."
	}
	text = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	return `299 - "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
