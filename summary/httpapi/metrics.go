package httpapi

import (
	"compress/gzip"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/expo"
)

// serveMetrics answers with metrics of a content, in the form that the request
// asks for.
func (h *handler) serveMetrics(w http.ResponseWriter, r *http.Request, of content) {
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Timeout)
	defer cancel()
	k := kind{
		of:     of,
		format: expo.Negotiate(joined(r.Header["Accept"])),
		gzip:   asksForGzip(joined(r.Header["Accept-Encoding"])),
	}
	if !h.enter(w) {
		return
	}
	a, status, err := h.wait(ctx, k)
	switch {
	case err == nil:
		a.write(w, r)
	case h.o.Summary.Compat&summary.CompatErrorIs500 != 0:
		h.failed(k).write(w, r)
	default:
		http.Error(w, err.Error(), status)
	}
}

// joined is the value of a header that may be there several times.
func joined(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return strings.Join(values, ",")
}

// asksForGzip reads an Accept-Encoding, as in "gzip;q=1.0, identity; q=0.5, *;q=0":
// gzip counts if it is named, or else *, and if its weight is not 0.
func asksForGzip(accepted string) bool {
	others := false
	for accepted != "" {
		var coding, weight string
		coding, accepted, _ = strings.Cut(accepted, ",")
		coding, weight, _ = strings.Cut(coding, ";")
		switch coding = strings.TrimSpace(coding); {
		case strings.EqualFold(coding, "gzip"), strings.EqualFold(coding, "x-gzip"):
			return isWanted(weight)
		case coding == "*":
			others = isWanted(weight)
		}
	}
	return others
}

// isWanted reports whether a weight, as in "q=0.5", is not 0. None is 1.
func isWanted(weight string) bool {
	name, value, found := strings.Cut(strings.TrimSpace(weight), "=")
	if !found || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return true
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	return err == nil && q > 0
}

// makeMetrics makes the body of metrics. What is compressed was printed into
// memory that is kept for the next time, and so is what is not: a body has no
// room to spare, as it may be large.
func (h *handler) makeMetrics(a *answer, snap *stats.Snapshot, k kind) {
	plain := k
	plain.gzip = false
	a.contentType, a.vary = []string{k.format.ContentType()}, []string{"Accept, Accept-Encoding"}
	var text []byte
	if last := h.latest(plain).Load(); k.gzip && last.isGood(snap, a.besides) {
		text = last.body
	} else {
		h.text = h.print(h.text[:0], snap, a.besides, k)
		text = h.text
	}
	if !k.gzip {
		a.body = slices.Clone(text)
		return
	}
	a.contentEncoding = []string{"gzip"}
	a.body = h.compress(text)
}

// print appends the text of metrics.
func (h *handler) print(text []byte, snap *stats.Snapshot, b besides, k kind) []byte {
	o := h.metricsOptions(k)
	if k.of == resource {
		h.build(snap, b, true)
		return h.printer.AppendResource(text, &h.summary, o)
	}
	return h.printer.AppendCadvisor(text, &expo.Node{
		Snapshot: snap, Pods: h.pods, Storage: b.disks, Machine: b.machine, Now: snap.Time,
	}, o)
}

// metricsOptions are the options of package expo for a kind of request.
func (h *handler) metricsOptions(k kind) *expo.Options {
	o := h.o.Metrics
	o.Format = k.format
	o.Compat |= h.o.Summary.Compat
	return &o
}

// compress compresses a text. The texts of metrics say the same again and
// again: the fastest level leaves a few percent of them.
func (h *handler) compress(text []byte) []byte {
	h.packed.Reset()
	if h.packer == nil {
		h.packer, _ = gzip.NewWriterLevel(&h.packed, gzip.BestSpeed) // the level is one
	} else {
		h.packer.Reset(&h.packed)
	}
	_, _ = h.packer.Write(text) // a bytes.Buffer takes all
	_ = h.packer.Close()
	return slices.Clone(h.packed.Bytes())
}

// failed is what a kubelet answers where it has no metrics: that there was an
// error, and nothing else.
func (h *handler) failed(k kind) *answer {
	var p expo.Printer
	a := &answer{contentType: []string{k.format.ContentType()}, vary: []string{"Accept, Accept-Encoding"}}
	if o := h.metricsOptions(k); k.of == resource {
		a.body = p.AppendResource(nil, nil, o)
	} else {
		a.body = p.AppendCadvisor(nil, &expo.Node{}, o)
	}
	a.contentLength = []string{strconv.Itoa(len(a.body))}
	return a
}
