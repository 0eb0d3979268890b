package procfs

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The slow parsers do what the others do, written with strings and strconv.
// They return the number of the first bad line, or 0.

func slowLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func slowFields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' })
}

var decimal = regexp.MustCompile(`^-?[0-9]+$`)

func slowTimes(s string, unit uint64) (Number, bool) {
	if !decimal.MatchString(s) {
		return Number{}, false
	}
	if s[0] == '-' {
		return some(0), true
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > math.MaxUint64/unit {
		return Number{}, false
	}
	return some(n * unit), true
}

func slowMemInfo(text string) (m MemInfo, bad int) {
	dst := map[string]*Number{"MemTotal": &m.MemTotal, "MemFree": &m.MemFree, "SwapTotal": &m.SwapTotal, "SwapFree": &m.SwapFree}
	for i, line := range slowLines(text) {
		key, rest, _ := strings.Cut(line, ":")
		if dst[key] == nil {
			continue
		}
		f := slowFields(rest)
		ok := len(f) == 2 && f[1] == "kB"
		if ok {
			var n Number
			if n, ok = slowTimes(f[0], 1024); ok {
				*dst[key] = n
			}
		}
		if !ok && bad == 0 {
			bad = i + 1
		}
	}
	return m, bad
}

var cpuN = regexp.MustCompile(`^cpu[0-9]+$`)

func slowStat(text string) (s Stat, bad int) {
	for i, line := range slowLines(text) {
		f, ok := slowFields(line), true
		switch {
		case len(f) == 0:
		case cpuN.MatchString(f[0]):
			s.CPUs++
		case f[0] == "btime":
			var n Number
			// It is a line of its own, so that more fields are an error.
			if n, ok = slowTimes(strings.Join(f[1:], " "), 1); ok {
				s.BootTime = n
			}
		case f[0] == "cpu":
			var t [8]uint64
			ok = len(f) >= 9
			for j := 0; ok && j < 8; j++ {
				var n Number
				n, ok = slowTimes(f[j+1], nanosPerTick)
				t[j] = n.N
			}
			if ok {
				s.CPU = CPUTimes{t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], true}
			}
		}
		if !ok && bad == 0 {
			bad = i + 1
		}
	}
	return s, bad
}

func slowCgroups(text string) (list []Cgroup, bad int) {
	for i, line := range slowLines(text) {
		f := strings.SplitN(line, ":", 3)
		ok := len(f) == 3 && strings.HasPrefix(f[2], "/")
		if ok {
			var n Number
			if n, ok = slowTimes(f[0], 1); ok {
				c := Cgroup{Hierarchy: n.N, Controllers: f[1], Path: f[2]}
				if n.N == 0 && f[1] == "" && strings.HasSuffix(f[2], " (deleted)") {
					c.Path, c.Deleted = f[2][:len(f[2])-len(" (deleted)")], true
				}
				c.Outside = strings.HasPrefix(c.Path+"/", "/../")
				list = append(list, c)
			}
		}
		if !ok && bad == 0 {
			bad = i + 1
		}
	}
	return list, bad
}

func checkBad(t *testing.T, bad int, err error) {
	t.Helper()
	var p *ParseError
	if errors.As(err, &p); p == nil {
		assert.Zero(t, bad, "%v", err)
		return
	}
	assert.Equal(t, bad, p.Line, "%v", err)
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		memInfo, stat, "MemTotal: 1 kB 2\nSwapFree:\t-1 kB\nMemFree: 99999999999999999 kB", "cpu 1 2 3\ncpu1\nbtime 1 2\nbtime  7 \n",
		"0::/a:b (deleted)\n-1:pids:/../x\n2:a\n3::x", "1 (a) b)" + afterComm, "0.1 0.2 0.3 1/80 5\n", "12\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := []byte(text)
		m, err := ParseMemInfo(b)
		wantM, bad := slowMemInfo(text)
		assert.Equal(t, wantM, m)
		checkBad(t, bad, err)

		s, err := ParseStat(b)
		wantS, bad := slowStat(text)
		assert.Equal(t, wantS, s)
		checkBad(t, bad, err)

		list, err := ParseCgroups(b)
		wantC, bad := slowCgroups(text)
		assert.Equal(t, wantC, list)
		checkBad(t, bad, err)

		n, err := ParseTasks(b)
		line, _, _ := strings.Cut(text, "\n")
		var wantN Number
		if f := slowFields(line); len(f) > 3 {
			_, num, _ := strings.Cut(f[3], "/")
			wantN, _ = slowTimes(num, 1)
		}
		assert.Equal(t, wantN, n)
		assert.Equal(t, wantN.OK, err == nil)

		n, err = ParseNumber(b)
		wantN, _ = slowTimes(strings.Trim(text, " \t\n"), 1)
		assert.Equal(t, wantN, n)
		assert.Equal(t, wantN.OK, err == nil)

		p, err := ParseProcStat(b)
		wantN = Number{}
		if i := strings.LastIndex(text, ")"); i >= 0 {
			if f := slowFields(strings.Trim(text[i+1:], " \t\n")); len(f) > 19 {
				wantN, _ = slowTimes(f[19], nanosPerTick)
			}
		}
		assert.Equal(t, wantN.N, p.StartNanos)
		assert.Equal(t, wantN.OK, err == nil)
	})
}
