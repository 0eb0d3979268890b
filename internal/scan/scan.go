// Package scan takes the text of kernel files apart: lines, fields, numbers.
// Nothing in it allocates, and every slice it returns lies in the text it was
// given: use it before the buffer is filled again, and keep none of it.
package scan

import (
	"bytes"
	"errors"
)

var (
	// ErrSyntax says that the text is not a decimal number.
	ErrSyntax = errors.New("not a number")
	// ErrRange says that the number does not fit its type.
	ErrRange = errors.New("number is too large")
)

// Line cuts the first line off b, without its newline. A last line may lack
// one: a torn read is a line too, and its parser decides.
func Line(b []byte) (line, rest []byte) {
	line, rest, _ = Cut(b, '\n')
	return line, rest
}

// Field cuts the first field off a line. Spaces and tabs stand between
// fields; the field is empty where the line has no more.
func Field(line []byte) (field, rest []byte) {
	i := 0
	for i < len(line) && isSpace(line[i]) {
		i++
	}
	j := i
	for j < len(line) && !isSpace(line[j]) {
		j++
	}
	return line[i:j], line[j:]
}

// Cut returns what stands before and after the first sep.
func Cut(b []byte, sep byte) (before, after []byte, found bool) {
	if i := bytes.IndexByte(b, sep); i >= 0 {
		return b[:i], b[i+1:], true
	}
	return b, nil, false
}

// Trim returns b without spaces, tabs and newlines at its ends.
func Trim(b []byte) []byte {
	for len(b) > 0 && (isSpace(b[0]) || b[0] == '\n') {
		b = b[1:]
	}
	for len(b) > 0 && (isSpace(b[len(b)-1]) || b[len(b)-1] == '\n') {
		b = b[:len(b)-1]
	}
	return b
}

// HasKey reports whether b begins with a key and a space.
func HasKey(b []byte, key string) bool {
	return len(b) > len(key) && b[len(key)] == ' ' && string(b[:len(key)]) == key
}

// UintLine cuts a line off b that is a decimal number of at most 19 digits, as
// most are. For any other it reports false.
func UintLine(b []byte) (n uint64, rest []byte, ok bool) {
	i := 0
	for i < len(b) && b[i]-'0' < 10 {
		n = n*10 + uint64(b[i]-'0')
		i++
	}
	switch {
	case i == 0 || i > 19:
		return 0, nil, false
	case i == len(b):
		return n, nil, true
	}
	return n, b[i+1:], b[i] == '\n'
}

// Uint returns the decimal number that is all of b. A negative number is 0:
// the kernel prints some unsigned counters as signed ones, and per-CPU sums
// may be below zero for a moment.
func Uint(b []byte) (uint64, error) {
	if len(b) > 1 && b[0] == '-' && digits(b[1:]) {
		return 0, nil
	}
	if !digits(b) {
		return 0, ErrSyntax
	}
	var n uint64
	for i, c := range b {
		d := uint64(c - '0')
		if i >= 19 && n > (1<<64-1-d)/10 { // fewer digits always fit
			return 0, ErrRange
		}
		n = n*10 + d
	}
	return n, nil
}

// Uint32 returns the decimal number that is all of b, for what is numbered:
// devices, nodes, CPUs. None of these is ever negative.
func Uint32(b []byte) (uint32, error) {
	if !digits(b) {
		return 0, ErrSyntax
	}
	n, err := Uint(b)
	if err != nil || n > 1<<32-1 {
		return 0, ErrRange
	}
	return uint32(n), nil
}

// Hundredths returns a hundred times the number that is all of b, which has
// two decimals: 1234 for "12.34". Averages of pressure are printed so.
func Hundredths(b []byte) (uint64, error) {
	whole, decimals, _ := Cut(b, '.')
	if !digits(whole) || !digits(decimals) || len(decimals) != 2 {
		return 0, ErrSyntax
	}
	n, err := Uint(whole)
	rest := uint64(decimals[0]-'0')*10 + uint64(decimals[1]-'0')
	if err != nil || n > (1<<64-1-rest)/100 {
		return 0, ErrRange
	}
	return n*100 + rest, nil
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }
