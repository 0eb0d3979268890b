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
	disks      *storage.Snapshot
	body       []byte
	// The values of the headers of that name; Warning's is nil if nothing is
	// missing.
	contentType, contentLength, warning []string
}

// isGood reports whether an answer is as new as a round and what the disks say.
func (a *answer) isGood(snap *stats.Snapshot, disks *storage.Snapshot) bool {
	return a != nil && a.generation >= snap.Generation && a.disks == disks
}

// write sends the answer. Values of headers are shared with other requests:
// whoever adds one gets a slice of his own, as they have no room for another.
func (a *answer) write(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["Content-Type"] = a.contentType
	header["Content-Length"] = a.contentLength
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
	if a := h.latest[k].Load(); a.isGood(snap, h.disks(k)) {
		return a, nil
	}
	select {
	case <-h.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { h.turn <- struct{}{} }()
	disks := h.disks(k)
	if a := h.latest[k].Load(); a.isGood(snap, disks) {
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
	a := h.make(snap, disks, k)
	h.latest[k].Store(a)
	return a, nil
}

// disks returns what the disks say, as far as a kind of request needs it.
func (h *handler) disks(k kind) *storage.Snapshot {
	switch {
	case k == cpuAndMemory:
		return nil
	case h.o.Storage == nil:
		return h.o.Summary.Storage
	}
	return h.o.Storage()
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

// make makes an answer of a round and the names.
func (h *handler) make(snap *stats.Snapshot, disks *storage.Snapshot, k kind) *answer {
	o := h.o.Summary
	o.Storage = disks
	o.CPUAndMemoryOnly = o.CPUAndMemoryOnly || k == cpuAndMemory
	summary.Build(&h.summary, snap, h.pods, &o)
	size := 4096
	if last := h.latest[k].Load(); last != nil {
		size = len(last.body) + len(last.body)/16
	}
	a := &answer{
		generation:  snap.Generation,
		disks:       disks,
		body:        h.summary.AppendJSON(make([]byte, 0, size)),
		contentType: []string{"application/json"},
	}
	if o.Compat&summary.CompatIndent != 0 {
		var lines bytes.Buffer
		_ = json.Indent(&lines, a.body, "", " ") // what AppendJSON makes is JSON
		a.body = lines.Bytes()
	}
	a.contentLength = []string{strconv.Itoa(len(a.body))}
	if h.podsErr != nil {
		a.warning = append(a.warning, warning("pods may be missing: "+h.podsErr.Error()))
	}
	a.warn(&snap.Errors, "numbers")
	if disks != nil {
		a.warn(&disks.Errors, "disks")
	}
	return a
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
