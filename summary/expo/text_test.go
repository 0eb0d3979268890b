package expo

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestNumbersArePrintedAsDecimals(t *testing.T) {
	for text, v := range map[string]number{
		"0":                    {},
		"-1":                   {n: 1, minus: true},
		"18446744073709551613": integer(1<<64 - 3),
		"37.429671":            nanos(37_429_671_000),
		"0.000000001":          nanos(1),
		"9007199.254740991":    nanos(1<<53 - 1),
		"9.007199254740993e+06": {
			n: 1<<53 + 1, digits: 9, // more than the decimal would parse to something else
		},
		"1767366245.678": millis(1767366245678),
		"2":              micros(2_000_000),
		"0.00000212":     nanos(2120),
	} {
		require.Equal(t, text, string(v.append(nil)))
	}
}

// FuzzNumber: what is printed parses to what a kubelet computes, to the last bit.
func FuzzNumber(f *testing.F) {
	f.Add(uint64(37_429_671_000), uint8(3), false)
	f.Add(uint64(1<<53+1), uint8(3), true)
	f.Add(uint64(1<<64-1), uint8(1), false)
	f.Fuzz(func(t *testing.T, n uint64, thousands uint8, minus bool) {
		v := number{n: n, digits: thousands % 4 * 3, minus: minus}
		got, err := strconv.ParseFloat(string(v.append(nil)), 64)
		require.NoError(t, err)
		want := float64(n) / []float64{1, 1e3, 1e6, 1e9}[thousands%4]
		if minus {
			want = -want
		}
		require.Equal(t, want, got)
		require.Equal(t, want, v.float())
	})
}

func TestLabelsAreUTF8(t *testing.T) {
	for value, want := range map[string]string{
		"":                  "",
		"/system.slice":     "/system.slice",
		"schön\n\"x\"":      "schön\n\"x\"",
		`dev-disk-by\x2did`: `dev-disk-by\x2did`,
		"a\xffb":            `a\xffb`,
		`a\xffb`:            `a\x5cxffb`,
		`a\x5cxffb`:         `a\x5cx5cxffb`,
		"\xe2\x82":          `\xe2\x82`,
		`\`:                 `\`,
		`\xf`:               `\xf`,
		`\xFF`:              `\xFF`,
		"\\\xff":            `\\xff`,
	} {
		require.Equal(t, want, clean(value))
	}
	text, _ := appendLabel(nil, "x", "a\\b\"\nc")
	require.Equal(t, `x="a\\b\"\nc"`, string(text))
}

// dirty undoes clean: that it can be undone shows that no two names become one.
func dirty(s string) string {
	var b strings.Builder
	for s != "" {
		if s[0] == '\\' && ambiguous(s[1:]) {
			n, _ := strconv.ParseUint(s[2:4], 16, 8)
			b.WriteByte(byte(n))
			s = s[4:]
			continue
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}

func FuzzClean(f *testing.F) {
	f.Add("a\xffb")
	f.Add(`\x5cxff\x80`)
	f.Add("\\\xff\\x")
	f.Add(strings.Repeat("\\x\xf0", 1000))
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		require.True(t, utf8.ValidString(got))
		require.Equal(t, s, dirty(got))
	})
}

func TestOnlyOldDisksHaveNames(t *testing.T) {
	for name, want := range map[string]bool{
		"sda": true, "sda1": true, "vdb": true, "xvda12": true, "dm-0": true, "sdaa": true,
		"nvme0n1": false, "loop0": false, "md0": false, "dm-": false, "dm-x": false, "sd": false, "sd1": false, "sda1x": false, "sdA": false, "": false,
	} {
		require.Equal(t, want, isOldDisk(name), name)
	}
}
