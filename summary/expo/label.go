package expo

import (
	"strings"
	"unicode/utf8"
)

// clean returns s as a label has it: valid UTF-8, and no two names become the
// same. A byte that is not part of valid UTF-8 becomes \xNN. A backslash stays,
// unless it begins what could have come of such a byte, or of such a
// backslash: then it becomes \x5c.
func clean(s string) string {
	i := unclean(s)
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i >= 0 {
		b.WriteString(s[:i])
		b.WriteString(`\x`)
		b.WriteByte(hex[s[i]>>4])
		b.WriteByte(hex[s[i]&15])
		s = s[i+1:]
		i = unclean(s)
	}
	b.WriteString(s)
	return b.String()
}

const hex = "0123456789abcdef"

// unclean returns where the first byte is that clean changes; -1 if none is.
func unclean(s string) int {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\\' && ambiguous(s[i+1:]):
			return i
		case c < utf8.RuneSelf:
			i++
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				return i
			}
			i += n
		}
	}
	return -1
}

// ambiguous reports whether a backslash before s would read as one that clean
// has written: \x5c, or \x80 and above.
func ambiguous(s string) bool {
	if len(s) < 3 || s[0] != 'x' {
		return false
	}
	high, low := strings.IndexByte(hex, s[1]), strings.IndexByte(hex, s[2])
	return high >= 8 && low >= 0 || s[1:3] == "5c"
}

// isPlain reports whether a value is printed as it is, which most are: it is
// ASCII and needs no escape.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c == '\\' || c == '"' || c == '\n' {
			return false
		}
	}
	return true
}

// appendLabel appends name="value", and returns the value as a registry gets it.
func appendLabel(b []byte, name, value string) (text []byte, cleaned string) {
	b = append(b, name...)
	b = append(b, '=', '"')
	if isPlain(value) {
		b = append(b, value...)
	} else {
		value = clean(value)
		b = appendEscaped(b, value)
	}
	return append(b, '"'), value
}

// appendEscaped appends a value as both formats want it in quotes.
func appendEscaped(b []byte, s string) []byte {
	from := 0
	for i := range len(s) {
		switch s[i] {
		case '\\', '"':
			b = append(b, s[from:i]...)
			b = append(b, '\\', s[i])
			from = i + 1
		case '\n':
			b = append(b, s[from:i]...)
			b = append(b, '\\', 'n')
			from = i + 1
		}
	}
	return append(b, s[from:]...)
}
