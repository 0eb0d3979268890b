package expo_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// A slowText is a text as a scraper understands it.
type slowText struct {
	types   map[string]string // by family, which in OpenMetrics a counter's series are not called
	samples []slowSample
}

type slowSample struct {
	name   string
	labels map[string]string
	value  float64
	time   string // as it is printed; empty if there is none
}

var slowEscapes = map[byte]byte{'\\': '\\', '"': '"', 'n': '\n'}

// series is what a sample is of, as one string.
func (s *slowSample) series() string {
	text := s.name
	for _, name := range slices.Sorted(maps.Keys(s.labels)) {
		text += fmt.Sprintf(" %s=%q", name, s.labels[name])
	}
	return text
}

// parseSlow reads a text as the formats' descriptions have it, and requires
// more: a family is there once, with HELP and TYPE and then its series, of
// which none is there twice.
func parseSlow(t testing.TB, text string, openMetrics bool) *slowText {
	t.Helper()
	require.True(t, utf8.ValidString(text), "the text is not UTF-8")
	if openMetrics {
		require.True(t, strings.HasSuffix(text, "# EOF\n"), "no end")
		text = strings.TrimSuffix(text, "# EOF\n")
	}
	if text != "" {
		require.True(t, strings.HasSuffix(text, "\n"), "the last line has no end")
	}
	parsed := &slowText{types: map[string]string{}}
	seen := map[string]bool{}
	family, helped := "", ""
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		if help, ok := strings.CutPrefix(line, "# HELP "); ok {
			name, words, _ := strings.Cut(help, " ")
			require.NotEmpty(t, words, line)
			require.NotContains(t, parsed.types, name, "a family is there twice")
			helped = name
			continue
		}
		if kind, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, word, _ := strings.Cut(kind, " ")
			require.Equal(t, helped, name, "TYPE without HELP")
			parsed.types[name], family = word, name
			continue
		}
		s := parseSlowSample(t, line)
		want := family
		if openMetrics && parsed.types[family] == "counter" {
			want += "_total"
		}
		series := s.series()
		if s.name != want || seen[series] {
			t.Fatalf("not of %s, or twice: %s", want, line)
		}
		seen[series] = true
		parsed.samples = append(parsed.samples, s)
	}
	return parsed
}

func parseSlowSample(t testing.TB, line string) slowSample {
	t.Helper()
	s := slowSample{labels: map[string]string{}}
	i := strings.IndexAny(line, "{ ")
	if i <= 0 {
		t.Fatal(line)
	}
	s.name = line[:i]
	rest := line[i:]
	if rest[0] == '{' {
		rest = rest[1:]
		for rest[0] != '}' {
			name, after, ok := strings.Cut(rest, `="`)
			if !ok {
				t.Fatal(line)
			}
			var value strings.Builder
			for after[0] != '"' {
				if after[0] != '\\' {
					value.WriteByte(after[0])
					after = after[1:]
					continue
				}
				escaped := slowEscapes[after[1]]
				if escaped == 0 {
					t.Fatalf("%q is no escape: %s", after[:2], line)
				}
				value.WriteByte(escaped)
				after = after[2:]
			}
			if _, ok := s.labels[name]; ok {
				t.Fatalf("%s is there twice: %s", name, line)
			}
			s.labels[name] = value.String()
			rest = strings.TrimPrefix(after[1:], ",")
		}
		rest = rest[1:]
	}
	words := strings.Split(rest, " ")
	if words[0] != "" || len(words) < 2 || len(words) > 3 {
		t.Fatal(line)
	}
	value, err := strconv.ParseFloat(words[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	s.value = value
	if len(words) == 3 {
		s.time = words[2]
	}
	return s
}

// find returns the only sample of a name with these labels among others, as
// name and value by turns.
func (text *slowText) find(t testing.TB, name string, labels ...string) *slowSample {
	t.Helper()
	list := text.all(name, labels...)
	require.Len(t, list, 1, "%s %v", name, labels)
	return list[0]
}

func (text *slowText) all(name string, labels ...string) (list []*slowSample) {
	for i := range text.samples {
		s := &text.samples[i]
		ok := s.name == name
		for k := 0; ok && k < len(labels); k += 2 {
			ok = s.labels[labels[k]] == labels[k+1]
		}
		if ok {
			list = append(list, s)
		}
	}
	return list
}
