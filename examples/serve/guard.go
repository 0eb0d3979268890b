package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
)

// guard lets requests through to a handler.
//
// On loopback the Host of a request must be loopback's. A web page of anywhere
// can have its own name lead to 127.0.0.1 (DNS rebinding) and read what is
// served there with the visitor's browser, which still sends that name.
//
// Where there is a token or an authority for clients' certificates, one of them
// is wanted, but for /healthz: a kubelet's probe has neither, and it says
// nothing about the node.
func (e *entry) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Cache-Control", "no-store")
		switch {
		case !e.isMeant(r.Host):
			http.Error(w, "this is served to localhost, whose name the request does not have", http.StatusMisdirectedRequest)
		case r.URL.Path != "/healthz" && !e.isKnown(r):
			header.Set("WWW-Authenticate", `Bearer realm="nodegauge"`)
			http.Error(w, "a token or a client certificate is wanted", http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isMeant reports whether a request is for who is served here, at any port.
func (e *entry) isMeant(host string) bool {
	if e.hosts == nil {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else if n := len(host); n > 2 && host[0] == '[' && host[n-1] == ']' {
		host = host[1 : n-1]
	}
	return slices.Contains(e.hosts, strings.ToLower(host))
}

// isKnown reports whether a client may read.
func (e *entry) isKnown(r *http.Request) bool {
	needsCert := e.tls != nil && e.tls.clientCA != ""
	if needsCert && e.tls.trusts(r.TLS) {
		return true
	}
	if e.token == "" {
		return !needsCert
	}
	want, err := readToken(e.token)
	e.change.note(err)
	scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return err == nil && strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(sum(got), sum(want)) == 1
}

// sum makes tokens equally long, so that how long a comparison takes says
// nothing about them.
func sum(token string) []byte {
	s := sha256.Sum256([]byte(token))
	return s[:]
}

// readToken reads a token, for each request anew. White space around it is not
// part of it.
func readToken(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return "", fmt.Errorf("%s: there is no token in it", file)
	}
	return string(text), nil
}
