package cgroupfs

// sizedNumber makes the parsers, one for each page size, of a file that is
// one number:
//
//	hugetlb.2MB.current: 0
//	hugetlb.2MB.max: max
func sizedNumber(u unit, field func(*HugePages) *Value) func(pageSize uint64) parser {
	return func(size uint64) parser {
		return number(u, func(s *Sample) *Value { return field(s.hugePages(size)) })
	}
}

// hugeTLBEvents makes the parsers of hugetlb.<size>.events:
//
//	max 0
func hugeTLBEvents(size uint64) parser {
	return keyNumber("max", count, func(s *Sample) *Value { return &s.hugePages(size).EventsMax })
}

func (s *Sample) hugePages(size uint64) *HugePages {
	for i := range s.HugeTLB {
		if s.HugeTLB[i].PageSize == size {
			return &s.HugeTLB[i]
		}
	}
	s.HugeTLB = append(s.HugeTLB, HugePages{PageSize: size})
	return &s.HugeTLB[len(s.HugeTLB)-1]
}

func (h *HugePages) current() *Value     { return &h.Current }
func (h *HugePages) max() *Value         { return &h.Max }
func (h *HugePages) peak() *Value        { return &h.Peak }
func (h *HugePages) eventsMax() *Value   { return &h.EventsMax }
func (h *HugePages) rsvdCurrent() *Value { return &h.RsvdCurrent }
func (h *HugePages) rsvdMax() *Value     { return &h.RsvdMax }
