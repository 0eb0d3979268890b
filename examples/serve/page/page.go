package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
)

// The defaults of Options.
const (
	defaultEvery   = 2 * time.Second
	defaultTimeout = 10 * time.Second
)

// Options are a Handler's options. The zero Options, and nil, are good for most.
type Options struct {
	// NodeName is the node's name; empty is "This node".
	NodeName string
	// Every is how often an open page asks; 0 is 2 s. A round that answers it is
	// at most three quarters as old. While nobody looks none is taken for it.
	Every time.Duration
	// Timeout is how long a request may wait for a round and names; 0 is 10 s.
	// The PodSource gets half of it, so that numbers come where names hang.
	Timeout time.Duration
}

// Handler returns a handler for / and /node.json. It is safe for concurrent
// use, starts no goroutine and closes nothing. Pods may be nil: then pods and
// containers are known by their IDs.
func Handler(c *stats.Collector, pods summary.PodSource, o *Options) http.Handler {
	h := &handler{collector: c, source: pods, turn: make(chan struct{}, 1)}
	if o != nil {
		h.o = *o
	}
	if h.o.Every <= 0 {
		h.o.Every = defaultEvery
	}
	if h.o.Timeout <= 0 {
		h.o.Timeout = defaultTimeout
	}
	if pods == nil {
		h.source = summary.StaticPods(nil)
	}
	html, policy := assemble()
	h.page, h.policy = newBody(html, "text/html; charset=utf-8"), policy
	h.turn <- struct{}{}
	return h
}

// A handler is what Handler returns.
type handler struct {
	collector *stats.Collector
	source    summary.PodSource
	o         Options
	page      *body
	policy    string // the page's Content-Security-Policy
	latest    atomic.Pointer[answer]

	turn chan struct{} // holds one token; who has it may touch what follows

	throttles throttles
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	switch {
	case r.URL.Path != "/" && r.URL.Path != "/node.json":
		http.NotFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "the methods are GET, HEAD", http.StatusMethodNotAllowed)
	case r.URL.Path == "/":
		header.Set("Content-Security-Policy", h.policy)
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Referrer-Policy", "no-referrer")
		h.page.write(w, r)
	default:
		h.serveNode(w, r)
	}
}

func (h *handler) serveNode(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), h.o.Timeout)
	defer cancel()
	a, err := h.answer(ctx)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		http.Error(w, err.Error(), http.StatusGatewayTimeout)
	case err != nil:
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	default:
		a.body.write(w, r)
	}
}

// assets are the parts of the page. They are sent as one document.
//
//go:embed assets/page.html assets/page.css assets/*.js
var assets embed.FS

// scripts are the parts of the script in the order of the page: one module.
var scripts = [...]string{"format.js", "model.js", "spark.js", "view.js", "grid.js", "keys.js", "header.js", "main.js"}

// assemble puts the page together, and returns its Content-Security-Policy:
// what is in it may run and nothing else, and it may talk to where it came
// from only. Trusted Types keep text from ever becoming markup.
func assemble() (html []byte, policy string) {
	var script bytes.Buffer
	for _, name := range scripts {
		script.Write(asset(name))
	}
	style := asset("page.css")
	html = bytes.Replace(asset("page.html"), []byte("/* style */"), style, 1)
	html = bytes.Replace(html, []byte("/* script */"), script.Bytes(), 1)
	return html, strings.Join([]string{
		"default-src 'none'",
		"script-src " + hash(script.Bytes()),
		"style-src " + hash(style),
		"img-src data:", // the icon
		"connect-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}, "; ")
}

func asset(name string) []byte {
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it was not compiled in: no input can make that so
	}
	return b
}

// hash is a source expression of a policy for an inline element.
func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// A body is what is sent, plain and compressed. It is not changed.
type body struct {
	contentType   string
	plain, zipped []byte
}

func newBody(plain []byte, contentType string) *body {
	var zipped bytes.Buffer
	z, _ := gzip.NewWriterLevel(&zipped, gzip.BestSpeed) // the level is one
	_, _ = z.Write(plain)                                // a Buffer takes all
	_ = z.Close()
	return &body{contentType, plain, zipped.Bytes()}
}

// write sends the body, compressed if the client asks for it.
func (b *body) write(w http.ResponseWriter, r *http.Request) {
	header, text := w.Header(), b.plain
	header.Set("Content-Type", b.contentType)
	header.Set("Vary", "Accept-Encoding")
	if asksForGzip(r.Header.Values("Accept-Encoding")) {
		header.Set("Content-Encoding", "gzip")
		text = b.zipped
	}
	header.Set("Content-Length", strconv.Itoa(len(text)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(text) // the client may be gone: nobody is left to be told
	}
}

// asksForGzip reports whether gzip is among the codings that a client lists,
// and not with a weight of 0.
func asksForGzip(accept []string) bool {
	for coding := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		weight, given := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameters)), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !given || err == nil && q > 0
	}
	return false
}
