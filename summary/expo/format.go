package expo

import (
	"strconv"
	"strings"
)

// Format is one of the formats that Prometheus reads.
type Format uint8

const (
	// Text is the text format, version 0.0.4.
	Text Format = iota
	// OpenMetrics is OpenMetrics 1.0.
	OpenMetrics
)

// ContentType returns the value of an answer's header Content-Type.
func (f Format) ContentType() string {
	if f == OpenMetrics {
		return "application/openmetrics-text; version=1.0.0; charset=utf-8"
	}
	return "text/plain; version=0.0.4; charset=utf-8"
}

// Negotiate returns the format that a request's header Accept prefers: the one
// with the larger q, and of two alike the one that comes first. It is Text
// where the header is empty, cannot be understood, or accepts neither.
func Negotiate(accept string) Format {
	var best [2]preference
	for i := 0; accept != ""; i++ {
		var item string
		item, accept = cutUnquoted(accept, ',')
		p, formats := parsePreference(item)
		p.place = i
		for f := range best {
			if formats[f] && (!best[f].named || p.exactness > best[f].exactness || p.exactness == best[f].exactness && p.q > best[f].q) {
				best[f] = p
			}
		}
	}
	text, open := best[Text], best[OpenMetrics]
	if open.q > text.q || open.q > 0 && open.q == text.q && open.place < text.place {
		return OpenMetrics
	}
	return Text
}

// A preference is one range of media types of a header, for one of our formats.
type preference struct {
	named     bool
	exactness int // 2 names the type, 1 its first half, 0 neither
	q         float64
	place     int
}

// parsePreference returns which formats an item is about, by Format:
//
//	application/openmetrics-text;version=1.0.0;q=0.5
func parsePreference(item string) (p preference, about [2]bool) {
	kind, rest := cutUnquoted(item, ';')
	kind = strings.ToLower(strings.TrimSpace(kind))
	p.named, p.q = true, 1
	version := ""
	for rest != "" {
		var param string
		param, rest = cutUnquoted(rest, ';')
		name, value, _ := strings.Cut(param, "=")
		value = strings.Trim(strings.TrimSpace(value), `"`)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "version":
			version = value
		case "q":
			q, err := strconv.ParseFloat(value, 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return preference{}, about
			}
			p.q = q
		}
	}
	switch kind {
	case "application/openmetrics-text":
		p.exactness, about[OpenMetrics] = 2, version == "" || version == "1.0.0" || version == "0.0.1"
	case "text/plain":
		p.exactness, about[Text] = 2, version == "" || version == "0.0.4"
	case "application/*":
		p.exactness, about[OpenMetrics] = 1, true
	case "text/*":
		p.exactness, about[Text] = 1, true
	case "*/*":
		about[Text] = true // who takes anything takes the plainer
	}
	return p, about
}

// cutUnquoted cuts at the first sep that is not in quotes.
func cutUnquoted(s string, sep byte) (before, after string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}
