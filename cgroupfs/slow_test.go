package cgroupfs

import (
	"math/big"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The parsers again, slow and easy to believe: on strings, maps, regular
// expressions and reflection. Every parser is fuzzed against its slow one.

// A slowParser reads text into s and returns the first bad line's number, or 0.
type slowParser func(text string, s *Sample) (badLine int)

// saysNothing is the answer of a file that says nothing.
const saysNothing = -1

// slowUnits has how many of our units one of the kernel's is.
var slowUnits = map[string]int64{"": 1, "us": 1000, "ms": 1000000, "ticks": 10000000, "pages": int64(os.Getpagesize())}

var (
	slowDigits   = regexp.MustCompile(`^[0-9]+$`)
	slowNegative = regexp.MustCompile(`^-[0-9]+$`)
	slowDecimal  = regexp.MustCompile(`^[0-9]+\.[0-9]{2}$`)
	slowDevice   = regexp.MustCompile(`^([0-9]+):([0-9]+)$`)
)

// slowNumber reads a number in a unit; "max" and such are for the caller.
func slowNumber(text, unit string) (Value, bool) {
	if slowNegative.MatchString(text) {
		return Number(0), true
	}
	if !slowDigits.MatchString(text) {
		return Value{}, false
	}
	n, _ := new(big.Int).SetString(text, 10)
	if !n.IsUint64() {
		return Value{}, false
	}
	if !n.IsInt64() { // a negative one in the clothes of another
		return Number(0), true
	}
	n.Mul(n, big.NewInt(slowUnits[unit]))
	if largest := new(big.Int).SetUint64(1<<64 - 3); n.Cmp(largest) > 0 {
		n = largest
	}
	return Number(n.Uint64()), true
}

func slowLimit(text, unit string) (Value, bool) {
	if text == "max" {
		return Max(), true
	}
	return slowNumber(text, unit)
}

func slowQuota(text, unit string) (Value, bool) {
	if text == "-1" {
		return Max(), true
	}
	return slowLimit(text, unit)
}

func slowV1Limit(text, unit string) (Value, bool) {
	if n, err := strconv.ParseUint(text, 10, 64); err == nil && n >= 1<<62 {
		return Max(), true
	}
	return slowNumber(text, unit)
}

// A slowField is where a number belongs, by name, and how it is read.
type slowField struct {
	path string
	unit string
	read func(text, unit string) (Value, bool) // nil for slowNumber
}

// set puts the number in text into the field of the struct at p.
func (f slowField) set(p any, text string) bool {
	read := f.read
	if read == nil {
		read = slowNumber
	}
	v, ok := read(text, f.unit)
	at := reflect.ValueOf(p).Elem()
	for name := range strings.SplitSeq(f.path, ".") {
		at = at.FieldByName(name)
	}
	at.Set(reflect.ValueOf(v))
	return ok
}

func slowLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func slowFields(line string) []string {
	return strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
}

func slowEachLine(text string, read func(line string) bool) (badLine int) {
	for i, line := range slowLines(text) {
		if !read(line) && badLine == 0 {
			badLine = i + 1
		}
	}
	return badLine
}

func slowSingle(f slowField) slowParser {
	return func(text string, s *Sample) int {
		if !f.set(s, strings.Trim(text, " \t\n")) {
			return 1
		}
		return 0
	}
}

// slowKeyed reads lines of a key, a space and a number.
func slowKeyed(known map[string]slowField) slowParser {
	return func(text string, s *Sample) int {
		return slowEachLine(text, func(line string) bool {
			key, number, _ := strings.Cut(line, " ")
			f, ok := known[key]
			return !ok || f.set(s, number)
		})
	}
}

// slowItems reads key=number items into the struct at p.
func slowItems(p any, items []string, known map[string]slowField) bool {
	good := true
	for _, item := range items {
		key, number, found := strings.Cut(item, "=")
		if f, ok := known[key]; ok && found && !f.set(p, number) {
			good = false
		}
	}
	return good
}

// slowDeviceOf reads a device's number. A name without a colon is not known.
func slowDeviceOf(name string) (major, minor uint32, known, good bool) {
	if !strings.Contains(name, ":") {
		return 0, 0, false, true
	}
	m := slowDevice.FindStringSubmatch(name)
	if m == nil {
		return 0, 0, false, false
	}
	a, err := strconv.ParseUint(m[1], 10, 32)
	b, err2 := strconv.ParseUint(m[2], 10, 32)
	if err != nil || err2 != nil {
		return 0, 0, false, false
	}
	return uint32(a), uint32(b), true, true
}

// fuzzParser fuzzes the parser of the row that has id against its slow one. It
// reads into a Sample that was read into before, as a collector does.
func fuzzParser(f *testing.F, id string, slow slowParser, seeds ...string) {
	r, parse := rowOf(f, id)
	text := kernelText[id]
	f.Add(text)
	f.Add(strings.TrimSuffix(text, "\n"))
	f.Add(text[:len(text)/2])
	f.Add("\n" + text + text)
	f.Add(strings.ReplaceAll(text, "0", "-1"))
	f.Add(strings.ReplaceAll(text, "1", "x"))
	f.Add(strings.ReplaceAll(text, "0", "18446744073709551615"))
	f.Add(strings.ReplaceAll(text, "2", "18446744073709551616"))
	f.Add(strings.ReplaceAll(text, "\n", " 1 2\n"))
	f.Add("")
	f.Add("\n")
	f.Add("max\n")
	for _, seed := range seeds {
		f.Add(seed)
	}
	used := new(Sample)
	f.Fuzz(func(t *testing.T, text string) {
		r.resetSection(used)
		_ = parse([]byte(kernelText[id]), used)
		r.resetSection(used)
		err := parse([]byte(text), used)

		want := new(Sample)
		switch line := slow(text, want); line {
		case 0:
			require.NoError(t, err)
		case saysNothing:
			require.ErrorIs(t, err, errNothing)
		default:
			var parseError *ParseError
			require.ErrorAs(t, err, &parseError)
			require.Equal(t, line, parseError.Line)
			require.Error(t, parseError.Err)
		}
		assert.Equal(t, leaves(want), leaves(used))
	})
}
