package cgroupfs

import (
	"cmp"

	"github.com/nodegauge/nodegauge/internal/scan"
)

// The kernel has few formats, and most files are one of these: a single
// number, lines of a key and a number, or lines of a name and key=number
// items. What makes a parser of one takes a function that says where a key's
// number belongs and in which unit it comes; a nil Value is a key that we do
// not know, and is skipped.

// set puts the number in b into *v, and makes it absent if there is none.
func set(v *Value, u unit, b []byte) (err error) {
	*v, err = u.text(b)
	return err
}

// absent makes Values absent.
func absent(values ...*Value) {
	for _, v := range values {
		*v = Value{}
	}
}

// single completes the row of a file that is one number, such as:
//
//	225280
func single(f file, u unit, field func(*Sample) *Value) file {
	f.parse = number(u, field)
	f.reset = func(s *Sample) { absent(field(s)) }
	return f
}

func number(u unit, field func(*Sample) *Value) parser {
	return func(b []byte, s *Sample) error {
		b = scan.Trim(b)
		if err := set(field(s), u, b); err != nil {
			return newParseError(1, b, err)
		}
		return nil
	}
}

// lines makes the parser of a file whose lines are read one by one.
func lines(read func(line []byte, s *Sample) error) parser {
	return func(b []byte, s *Sample) error { return eachLine(b, s, read) }
}

func eachLine(b []byte, s *Sample, read func(line []byte, s *Sample) error) error {
	var first error
	for n := 1; len(b) > 0; n++ {
		var line []byte
		line, b = scan.Line(b)
		if err := read(line, s); err != nil && first == nil {
			first = newParseError(n, line, err)
		}
	}
	return first
}

// keyed makes the parser of a file that the kernel's documentation calls flat
// keyed:
//
//	usage_usec 388306
//	user_usec 203183
func keyed(field func(s *Sample, key []byte) (*Value, unit)) parser {
	return lines(func(line []byte, s *Sample) error {
		key, number, _ := scan.Cut(line, ' ')
		if v, u := field(s, key); v != nil {
			return set(v, u, number)
		}
		return nil
	})
}

// oneKey completes the row of a file with one such line, or one that we want.
func oneKey(f file, key string, u unit, field func(*Sample) *Value) file {
	f.parse = keyNumber(key, u, field)
	f.reset = func(s *Sample) { absent(field(s)) }
	return f
}

func keyNumber(wanted string, u unit, field func(*Sample) *Value) parser {
	return keyed(func(s *Sample, key []byte) (*Value, unit) {
		if string(key) == wanted {
			return field(s), u
		}
		return nil, count
	})
}

// setItems reads the part of a line that has items, in any order, into *e:
//
//	rbytes=2237440 wbytes=70545408
func setItems[E any](e *E, items []byte, field func(e *E, key []byte) (*Value, unit)) (first error) {
	for item, rest := scan.Field(items); len(item) > 0; item, rest = scan.Field(rest) {
		key, number, found := scan.Cut(item, '=')
		if !found {
			continue
		}
		if v, u := field(e, key); v != nil {
			first = cmp.Or(first, set(v, u, number))
		}
	}
	return first
}

// extend returns s with one more element, which is as an earlier round left
// it: a name in it may be the same again, and then need not be made anew.
func extend[E any](s []E) []E {
	if len(s) < cap(s) {
		return s[:len(s)+1]
	}
	var fresh E
	return append(s, fresh)
}

// sameString returns old if it has the text of b, and so costs nothing where
// nothing has changed.
func sameString(old string, b []byte) string {
	if old == string(b) {
		return old
	}
	return string(b)
}

// resetWithSection is the reset of rows that add to a list: their section's
// first row empties it, and all of them have the same metric.
func resetWithSection(*Sample) {}
