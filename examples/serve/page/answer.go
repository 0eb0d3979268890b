package page

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
)

// An answer is /node.json of one round, made once for all who ask.
type answer struct {
	generation uint64
	body       *body
}

func (a *answer) isGood(snap *stats.Snapshot) bool {
	return a != nil && a.generation >= snap.Generation
}

// answer returns the answer of the newest round, or of one that it has taken
// if that is too old. One makes it for all: whoever has the turn. If its
// context ends the next one goes on.
func (h *handler) answer(ctx context.Context) (*answer, error) {
	// A round begins a little after the request that takes it: one that had to
	// be as old as Every would be answered again to the next request of a page.
	snap, err := h.collector.Fresh(ctx, h.o.Every*3/4)
	if err != nil {
		return nil, err
	}
	if a := h.latest.Load(); a.isGood(snap) {
		return a, nil
	}
	select {
	case <-h.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { h.turn <- struct{}{} }()
	if a := h.latest.Load(); a.isGood(snap) {
		return a, nil // somebody made it meanwhile
	}
	pods, warnings, err := h.askPods(ctx)
	if err != nil {
		return nil, err
	}
	if n := snap.Errors.Total(); n > 0 {
		text := fmt.Sprintf("numbers may be missing; errors: %d", n)
		if len(snap.Errors.Examples) > 0 {
			text += fmt.Sprintf(", for example: %v", snap.Errors.Examples[0])
		}
		warnings = append(warnings, cut(text))
	}
	h.throttles.next(snap)
	n := newNode(snap, pods, &h.throttles)
	n.Name, n.EveryMillis, n.Warnings = h.o.NodeName, h.o.Every.Milliseconds(), warnings
	text, err := json.Marshal(n)
	if err != nil {
		return nil, err
	}
	a := &answer{snap.Generation, newBody(text, "application/json")}
	h.latest.Store(a)
	return a, nil
}

// askPods asks for names. It fails if the request's context ends before there
// is an answer worth keeping; where names alone are missing it warns.
func (h *handler) askPods(ctx context.Context) (pods []summary.Pod, warnings []string, err error) {
	short, cancel := context.WithTimeout(ctx, h.o.Timeout/2)
	defer cancel()
	pods, err = h.source.Pods(short)
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		warnings = append(warnings, cut("names may be missing: "+err.Error()))
	}
	return pods, warnings, nil
}

// maxWarning is how long a warning may be, in bytes.
const maxWarning = 512

func cut(text string) string {
	if len(text) > maxWarning {
		return text[:maxWarning] + "…"
	}
	return text
}
