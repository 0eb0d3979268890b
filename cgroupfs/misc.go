package cgroupfs

import (
	"bytes"

	"github.com/nodegauge/nodegauge/internal/scan"
)

// misc makes the parser of misc.current, misc.max and misc.peak, which have a
// line for each resource that the host has:
//
//	sev 3
//	sev_es max
func misc(u unit, field func(*MiscResource) *Value) parser {
	return lines(func(line []byte, s *Sample) error {
		name, number, _ := scan.Cut(line, ' ')
		if len(name) == 0 {
			return nil
		}
		return set(field(s.miscResource(name)), u, number)
	})
}

// miscEventsLine reads a line of misc.events:
//
//	sev.max 0
func miscEventsLine(line []byte, s *Sample) error {
	key, number, _ := scan.Cut(line, ' ')
	name, found := bytes.CutSuffix(key, []byte(".max"))
	if !found || len(name) == 0 {
		return nil
	}
	return set(&s.miscResource(name).EventsMax, count, number)
}

func (s *Sample) miscResource(name []byte) *MiscResource {
	for i := range s.Misc {
		if s.Misc[i].Name == string(name) {
			return &s.Misc[i]
		}
	}
	s.Misc = extend(s.Misc)
	r := &s.Misc[len(s.Misc)-1]
	*r = MiscResource{Name: sameString(r.Name, name)}
	return r
}

func (r *MiscResource) current() *Value { return &r.Current }
func (r *MiscResource) max() *Value     { return &r.Max }
func (r *MiscResource) peak() *Value    { return &r.Peak }

func resetMisc(s *Sample) { s.Misc = s.Misc[:0] }
