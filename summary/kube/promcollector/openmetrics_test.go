package promcollector_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
)

// An openMetrics reads OpenMetrics 1.0 and accepts nothing that the
// specification does not allow, as far as counters, gauges and unknowns go:
// expfmt has no reader of it.
type openMetrics struct {
	t        testing.TB
	families map[string]*dto.MetricFamily // by the name of their samples
	family   *dto.MetricFamily            // the one that is read
	name     string                       // as it is in metadata
	seen     map[string]bool              // metadata of the family, names of families
}

// parseOpenMetrics returns the families by the name of their samples, with
// that name and times in milliseconds: as the text format has them.
func parseOpenMetrics(t testing.TB, text string) map[string]*dto.MetricFamily {
	t.Helper()
	require.True(t, utf8.ValidString(text))
	body, ok := strings.CutSuffix(text, "# EOF\n")
	require.True(t, ok, "the end is missing")
	require.True(t, body == "" || strings.HasSuffix(body, "\n"))
	p := &openMetrics{t: t, families: map[string]*dto.MetricFamily{}, seen: map[string]bool{}}
	for line := range strings.Lines(body) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "# "); ok {
			p.metadata(rest)
		} else {
			p.sample(line)
		}
	}
	return p.families
}

var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*`)
	labelName  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*`)
	value      = regexp.MustCompile(`^(-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?|[+-]Inf|NaN)$`)
	timestamp  = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
)

// metadata reads "TYPE name counter", "HELP name text" or "UNIT name seconds".
func (p *openMetrics) metadata(line string) {
	f := strings.SplitN(line, " ", 3)
	require.Len(p.t, f, 3, line)
	if p.family == nil || p.name != f[1] {
		require.Equal(p.t, f[1], metricName.FindString(f[1]))
		require.False(p.t, p.seen[f[1]], "a family in two places: %s", f[1])
		p.name, p.seen[f[1]] = f[1], true
		p.family = &dto.MetricFamily{Name: &f[1], Type: dto.MetricType_UNTYPED.Enum()}
	}
	require.Empty(p.t, p.family.Metric, "metadata after a sample: %s", line)
	require.False(p.t, p.seen[f[0]+" "+f[1]], "metadata twice: %s", line)
	p.seen[f[0]+" "+f[1]] = true
	switch f[0] {
	case "TYPE":
		kinds := map[string]dto.MetricType{"counter": dto.MetricType_COUNTER, "gauge": dto.MetricType_GAUGE, "unknown": dto.MetricType_UNTYPED}
		require.Contains(p.t, kinds, f[2])
		p.family.Type = kinds[f[2]].Enum()
	case "HELP":
		help := p.unescape(f[2])
		p.family.Help = &help
	case "UNIT":
		require.True(p.t, strings.HasSuffix(f[1], "_"+f[2]), line)
	default:
		require.Fail(p.t, "neither TYPE, HELP nor UNIT", line)
	}
}

// sample reads "name{label="value"} 1.5 1795249321.814".
func (p *openMetrics) sample(line string) {
	name := metricName.FindString(line)
	require.NotEmpty(p.t, name, line)
	require.NotNil(p.t, p.family, line)
	if p.family.GetType() == dto.MetricType_COUNTER {
		require.Equal(p.t, p.name+"_total", name)
	} else {
		require.Equal(p.t, p.name, name)
		if p.family.GetType() == dto.MetricType_GAUGE {
			require.False(p.t, strings.HasSuffix(name, "_total"), "a gauge: %s", name)
		}
	}
	if p.families[name] == nil {
		p.family.Name = &name
		p.families[name] = p.family
	}
	require.Same(p.t, p.family, p.families[name], "two families have samples %s", name)
	m := &dto.Metric{}
	rest := p.labels(m, line[len(name):])
	f := strings.Split(rest, " ")
	require.True(p.t, len(f) == 2 || len(f) == 3, line)
	require.Empty(p.t, f[0], line)
	require.Regexp(p.t, value, f[1])
	v, err := strconv.ParseFloat(f[1], 64)
	require.NoError(p.t, err)
	if len(f) == 3 {
		require.Regexp(p.t, timestamp, f[2])
		seconds, err := strconv.ParseFloat(f[2], 64)
		require.NoError(p.t, err)
		m.TimestampMs = new(int64(math.Round(seconds * 1000)))
	}
	switch p.family.GetType() {
	case dto.MetricType_COUNTER:
		require.GreaterOrEqual(p.t, v, 0.0, line)
		m.Counter = &dto.Counter{Value: &v}
	case dto.MetricType_GAUGE:
		m.Gauge = &dto.Gauge{Value: &v}
	default:
		m.Untyped = &dto.Untyped{Value: &v}
	}
	p.family.Metric = append(p.family.Metric, m)
}

// labels reads labels in brackets, if there are any, and returns the rest.
func (p *openMetrics) labels(m *dto.Metric, line string) string {
	rest, ok := strings.CutPrefix(line, "{")
	seen := map[string]bool{}
	for ok {
		name := labelName.FindString(rest)
		require.NotEmpty(p.t, name, line)
		require.False(p.t, seen[name], "a label twice: %s", line)
		seen[name] = true
		rest, ok = strings.CutPrefix(rest[len(name):], `="`)
		require.True(p.t, ok, line)
		end := 0
		for end < len(rest) && rest[end] != '"' {
			if rest[end] == '\\' {
				end++
			}
			end++
		}
		require.Less(p.t, end, len(rest), line) // a backslash has something after it
		text := p.unescape(rest[:end])
		m.Label = append(m.Label, &dto.LabelPair{Name: &name, Value: &text})
		rest = rest[end+1:]
		if rest, ok = strings.CutPrefix(rest, ","); !ok {
			rest, ok = strings.CutPrefix(rest, "}")
			require.True(p.t, ok, line)
			return rest
		}
	}
	return rest
}

// unescape reads the three escapes that there are.
func (p *openMetrics) unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' {
			i++
			from := strings.IndexByte(`\"n`, s[i:][0])
			require.GreaterOrEqual(p.t, from, 0, "an escape that is none: %s", s)
			c = "\\\"\n"[from]
		}
		b.WriteByte(c)
	}
	return b.String()
}
