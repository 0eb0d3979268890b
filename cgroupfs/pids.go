package cgroupfs

import "bytes"

// lineCount makes the parser of a file with a line for each process or
// thread, such as cgroup.procs:
//
//	977
//	1021
func lineCount(field func(*Sample) *Value) parser {
	return func(b []byte, s *Sample) error {
		n := bytes.Count(b, []byte{'\n'})
		if len(b) > 0 && b[len(b)-1] != '\n' {
			n++
		}
		*field(s) = Number(uint64(n))
		return nil
	}
}

func pidsCurrent(s *Sample) *Value   { return &s.PIDs.Current }
func pidsProcesses(s *Sample) *Value { return &s.PIDs.Processes }

func resetPIDsCurrent(s *Sample) { absent(&s.PIDs.Current) }
func resetProcesses(s *Sample)   { absent(&s.PIDs.Processes) }
