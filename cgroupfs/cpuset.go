package cgroupfs

import (
	"errors"

	"github.com/nodegauge/nodegauge/internal/scan"
)

var errList = errors.New("not a list of numbers")

// listed completes the row of a file that is a list of CPUs or memory nodes,
// or an empty line:
//
//	0-3,8
func listed(f file, field func(*Sample) *List) file {
	f.parse = func(b []byte, s *Sample) error {
		b = scan.Trim(b)
		for _, c := range b {
			if (c < '0' || c > '9') && c != '-' && c != ',' {
				return newParseError(1, b, errList)
			}
		}
		field(s).set(b)
		return nil
	}
	f.reset = func(s *Sample) { field(s).reset() }
	return f
}
