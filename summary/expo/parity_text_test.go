package expo_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A sample is one value of one series in a text. Its time is in Unix
// milliseconds; 0 is none.
type sample struct {
	family string
	labels map[string]string
	value  float64
	at     int64
}

// series is what tells a sample from all others of a text.
func (s *sample) series() string { return s.family + seriesOf(s.labels) }

func seriesOf(labels map[string]string) string {
	var text []string
	for name, value := range labels {
		text = append(text, name+"="+strconv.Quote(value))
	}
	slices.Sort(text)
	return "{" + strings.Join(text, ",") + "}"
}

// A text is what an endpoint answered: types by family, and samples by series.
type text struct {
	types   map[string]string
	samples map[string]*sample
}

// parseText reads the text format. It knows as much of it as a kubelet prints.
func parseText(t testing.TB, from string) *text {
	t.Helper()
	all := &text{types: map[string]string{}, samples: map[string]*sample{}}
	for line := range strings.Lines(from) {
		switch {
		case strings.HasPrefix(line, "# TYPE "):
			f := strings.Fields(line)
			require.Len(t, f, 4, line)
			require.NotContains(t, all.types, f[2], "a family in two places")
			all.types[f[2]] = f[3]
		case line[0] != '#':
			all.add(t, parseSample(t, line))
		}
	}
	return all
}

func (all *text) add(t testing.TB, s *sample) {
	t.Helper()
	require.NotContains(t, all.samples, s.series(), "the same series twice")
	require.Contains(t, all.types, s.family)
	all.samples[s.series()] = s
}

// parseSample reads a line:
//
//	container_processes{id="/",pod=""} 62 1795249343501
func parseSample(t testing.TB, line string) *sample {
	t.Helper()
	s := &sample{labels: map[string]string{}}
	rest := strings.TrimSuffix(line, "\n")
	if i := strings.IndexAny(rest, "{ "); rest[i] == '{' {
		s.family = rest[:i]
		s.labels, rest = parseLabels(t, rest[i:])
	} else {
		s.family, rest = rest[:i], rest[i:]
	}
	f := strings.Fields(rest)
	require.NotEmpty(t, f, line)
	var err error
	s.value, err = strconv.ParseFloat(f[0], 64)
	require.NoError(t, err, line)
	if len(f) > 1 {
		s.at, err = strconv.ParseInt(f[1], 10, 64)
		require.NoError(t, err, line)
	}
	return s
}

// parseLabels reads labels in braces, and returns what follows them.
func parseLabels(t testing.TB, from string) (labels map[string]string, rest string) {
	t.Helper()
	labels, rest = map[string]string{}, from[1:]
	for !strings.HasPrefix(rest, "}") {
		name, quoted, ok := strings.Cut(rest, "=")
		require.True(t, ok, from)
		value, err := strconv.QuotedPrefix(quoted)
		require.NoError(t, err, from)
		labels[name], err = strconv.Unquote(value)
		require.NoError(t, err, from)
		rest = strings.TrimPrefix(quoted[len(value):], ",")
	}
	return labels, rest[1:]
}

// parseTable reads the table of all answers of an archive, which its leading
// comment describes; by answer, as "0s/before".
func parseTable(t testing.TB, from string) map[string]*text {
	t.Helper()
	var names []string
	answers := map[string]*text{}
	labels, times := map[string]map[string]string{}, map[string][]string{}
	var family, kind string
	var timed bool
	for line := range strings.Lines(from) {
		line = strings.TrimSuffix(line, "\n")
		first, rest, _ := strings.Cut(line, " ")
		switch first {
		case "answers":
			names = strings.Fields(rest)
			for _, name := range names {
				answers[name] = &text{types: map[string]string{}, samples: map[string]*sample{}}
			}
		case "series":
			number, rest, _ := strings.Cut(rest, " ")
			labels[number], rest = parseLabels(t, rest)
			times[number] = repeated(rest)
		case "family":
			f := strings.Fields(rest)
			family, kind, timed = f[0], f[1], f[2] == "timed"
		default:
			extra, rest := parseLabels(t, rest)
			for i, cell := range repeated(rest) {
				if cell == "-" {
					continue
				}
				value, at, own := strings.Cut(cell, "@")
				if timed && !own {
					at = times[first][i]
				}
				a := answers[names[i]]
				a.types[family] = kind
				a.add(t, parseSample(t, family+seriesOf(both(labels[first], extra))+" "+value+" "+at))
			}
		}
	}
	return answers
}

// repeated are the cells of a row; "=" is the one before.
func repeated(row string) []string {
	cells := strings.Fields(row)
	for i, cell := range cells {
		if cell == "=" {
			cells[i] = cells[i-1]
		}
	}
	return cells
}

func both(a, b map[string]string) map[string]string {
	all := map[string]string{}
	for _, labels := range []map[string]string{a, b} {
		maps.Copy(all, labels)
	}
	return all
}
