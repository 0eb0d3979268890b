package scan

import (
	"bytes"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLine(t *testing.T) {
	tests := []struct{ name, text, line, rest string }{
		{"two lines", "anon 1\nfile 2\n", "anon 1", "file 2\n"},
		{"the last line", "file 2\n", "file 2", ""},
		{"a last line without a newline", "file 2", "file 2", ""},
		{"an empty line", "\nfile 2\n", "", "file 2\n"},
		{"nothing", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			line, rest := Line([]byte(tt.text))
			assert.Equal(t, tt.line, string(line))
			assert.Equal(t, tt.rest, string(rest))
		})
	}
}

func TestField(t *testing.T) {
	tests := []struct{ name, text, field, rest string }{
		{"two fields", "max 100000", "max", " 100000"},
		{"spaces before a field", "  max", "max", ""},
		{"tabs between fields", "user\t12", "user", "\t12"},
		{"only spaces", "  ", "", ""},
		{"nothing", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			field, rest := Field([]byte(tt.text))
			assert.Equal(t, tt.field, string(field))
			assert.Equal(t, tt.rest, string(rest))
		})
	}
}

func TestUint(t *testing.T) {
	tests := []struct {
		name, text string
		want       uint64
		err        error
	}{
		{"zero", "0", 0, nil},
		{"a number", "4096", 4096, nil},
		{"leading zeros", "007", 7, nil},
		{"the largest number", "18446744073709551615", math.MaxUint64, nil},
		{"one more than the largest", "18446744073709551616", 0, ErrRange},
		{"a number of a hundred digits", strings.Repeat("9", 100), 0, ErrRange},
		{"a negative number is zero", "-4096", 0, nil},
		{"only a minus", "-", 0, ErrSyntax},
		{"two minuses", "--1", 0, ErrSyntax},
		{"a plus", "+1", 0, ErrSyntax},
		{"a word", "max", 0, ErrSyntax},
		{"a number with a unit", "4096kB", 0, ErrSyntax},
		{"a fraction", "1.5", 0, ErrSyntax},
		{"nothing", "", 0, ErrSyntax},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := Uint([]byte(tt.text))
			require.ErrorIs(t, err, tt.err)
			assert.Equal(t, tt.want, n)
		})
	}
}

func TestUint32(t *testing.T) {
	tests := []struct {
		name, text string
		want       uint32
		err        error
	}{
		{"a number", "254", 254, nil},
		{"the largest number", "4294967295", math.MaxUint32, nil},
		{"one more than the largest", "4294967296", 0, ErrRange},
		{"more than 64 bits", "18446744073709551616", 0, ErrRange},
		{"a negative number", "-1", 0, ErrSyntax},
		{"nothing", "", 0, ErrSyntax},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := Uint32([]byte(tt.text))
			require.ErrorIs(t, err, tt.err)
			assert.Equal(t, tt.want, n)
		})
	}
}

func TestHundredths(t *testing.T) {
	tests := []struct {
		name, text string
		want       uint64
		err        error
	}{
		{"zero", "0.00", 0, nil},
		{"two decimals", "74.75", 7475, nil},
		{"a leading zero of the decimals", "3.07", 307, nil},
		{"one decimal", "1.5", 0, ErrSyntax},
		{"three decimals", "1.500", 0, ErrSyntax},
		{"no point", "100", 0, ErrSyntax},
		{"two points", "1.0.0", 0, ErrSyntax},
		{"a negative number", "-1.00", 0, ErrSyntax},
		{"no whole part", ".50", 0, ErrSyntax},
		{"too large", "18446744073709551615.00", 0, ErrRange},
		{"nothing", "", 0, ErrSyntax},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := Hundredths([]byte(tt.text))
			require.ErrorIs(t, err, tt.err)
			assert.Equal(t, tt.want, n)
		})
	}
}

func TestNoAllocs(t *testing.T) {
	text := []byte(" 254:16 rbytes=4096 avg10=12.34\n")
	allocs := testing.AllocsPerRun(100, func() {
		line, _ := Line(Trim(text))
		field, _ := Field(line)
		before, _, _ := Cut(field, ':')
		_, _ = Uint(before)
		_, _ = Uint32(before)
		_, _ = Hundredths(before)
	})
	assert.Zero(t, allocs)
}

func FuzzLine(f *testing.F) {
	f.Add("anon 1\nfile 2\n")
	f.Add("a torn line")
	f.Add("\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		var got []string
		for rest := []byte(text); len(rest) > 0; {
			var line []byte
			line, rest = Line(rest)
			got = append(got, string(line))
		}
		var want []string
		if text != "" {
			want = strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		}
		assert.Equal(t, want, got)
	})
}

func FuzzField(f *testing.F) {
	f.Add("254:16 rbytes=2237440 wbytes=70545408")
	f.Add("\t 7:7 ")
	f.Fuzz(func(t *testing.T, text string) {
		var got []string
		for field, rest := Field([]byte(text)); len(field) > 0; field, rest = Field(rest) {
			got = append(got, string(field))
		}
		want := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' })
		assert.Equal(t, len(want), len(got))
		assert.Equal(t, strings.Join(want, " "), strings.Join(got, " "))
	})
}

func FuzzCut(f *testing.F) {
	f.Add("avg10=0.00", byte('='))
	f.Add("254:16", byte(':'))
	f.Add("max", byte(' '))
	f.Fuzz(func(t *testing.T, text string, sep byte) {
		before, after, found := Cut([]byte(text), sep)
		wantBefore, wantAfter, wantFound := bytes.Cut([]byte(text), []byte{sep})
		assert.Equal(t, string(wantBefore), string(before))
		assert.Equal(t, string(wantAfter), string(after))
		assert.Equal(t, wantFound, found)
	})
}

func FuzzTrim(f *testing.F) {
	f.Add("225280\n")
	f.Add("\n \t")
	f.Fuzz(func(t *testing.T, text string) {
		assert.Equal(t, strings.Trim(text, " \t\n"), string(Trim([]byte(text))))
	})
}

func FuzzUint(f *testing.F) {
	for _, text := range []string{"0", "4096", "-4096", "max", "+1", "1_000", "18446744073709551615", "18446744073709551616", "-99999999999999999999"} {
		f.Add(text)
	}
	negative := regexp.MustCompile(`^-[0-9]+$`)
	f.Fuzz(func(t *testing.T, text string) {
		want, wantErr := strconv.ParseUint(text, 10, 64)
		if negative.MatchString(text) {
			want, wantErr = 0, nil
		}
		got, err := Uint([]byte(text))
		require.Equal(t, wantErr == nil, err == nil, "Uint(%q): %v, want %v", text, err, wantErr)
		if err == nil {
			assert.Equal(t, want, got)
		}
	})
}

func FuzzUint32(f *testing.F) {
	for _, text := range []string{"0", "254", "-1", "4294967295", "4294967296"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, wantErr := strconv.ParseUint(text, 10, 32)
		got, err := Uint32([]byte(text))
		require.Equal(t, wantErr == nil, err == nil, "Uint32(%q): %v, want %v", text, err, wantErr)
		if err == nil {
			assert.Equal(t, uint32(want), got)
		}
	})
}

func FuzzHundredths(f *testing.F) {
	for _, text := range []string{"0.00", "74.74", "100.00", "1.5", "-1.00", "184467440737095515.00", "184467440737095516.00"} {
		f.Add(text)
	}
	decimal := regexp.MustCompile(`^[0-9]+\.[0-9]{2}$`)
	f.Fuzz(func(t *testing.T, text string) {
		want, ok := new(big.Int).SetString(strings.Replace(text, ".", "", 1), 10)
		ok = ok && decimal.MatchString(text) && want.IsUint64()
		got, err := Hundredths([]byte(text))
		require.Equal(t, ok, err == nil, "Hundredths(%q): %v", text, err)
		if ok {
			assert.Equal(t, want.Uint64(), got)
		}
	})
}

// TestUintLine holds that what it takes is what Line and Uint take.
func TestUintLine(t *testing.T) {
	for _, tt := range []struct {
		text, rest string
		n          uint64
		ok         bool
	}{
		{"4096\nfile 1\n", "file 1\n", 4096, true},
		{"4096", "", 4096, true},
		{"4096\n", "", 4096, true},
		{"9999999999999999999\n", "", 9_999_999_999_999_999_999, true},
		{"18446744073709551615\n", "", 0, false},
		{"-1\n", "", 0, false},
		{"\n", "", 0, false},
		{"", "", 0, false},
		{"1 \n", "", 0, false},
		{"1\r\n", "", 0, false},
	} {
		n, rest, ok := UintLine([]byte(tt.text))
		require.Equal(t, tt.ok, ok, "%q", tt.text)
		if ok {
			line, after := Line([]byte(tt.text))
			want, err := Uint(line)
			require.NoError(t, err)
			require.Equal(t, want, n, "%q", tt.text)
			require.Equal(t, tt.n, n, "%q", tt.text)
			require.Equal(t, string(after), string(rest), "%q", tt.text)
			require.Equal(t, tt.rest, string(rest), "%q", tt.text)
		}
	}
}

func TestHasKey(t *testing.T) {
	for text, want := range map[string]bool{"file 1": true, "file ": true, "file": false, "file_mapped 1": false, "fil 1": false, "": false} {
		require.Equal(t, want, HasKey([]byte(text), "file"), "%q", text)
	}
}
