package cgroupfs

// cgroupStat knows the keys of cgroup.stat:
//
//	nr_descendants 49
//	nr_dying_descendants 29
func cgroupStat(s *Sample, key []byte) (*Value, unit) {
	switch string(key) {
	case "nr_descendants":
		return &s.Core.Descendants, count
	case "nr_dying_descendants":
		return &s.Core.DyingDescendants, count
	}
	return nil, count
}

func resetCgroupStat(s *Sample) { absent(&s.Core.Descendants, &s.Core.DyingDescendants) }

// cgroupEvents knows the keys of cgroup.events:
//
//	populated 1
//	frozen 0
func cgroupEvents(s *Sample, key []byte) (*Value, unit) {
	switch string(key) {
	case "populated":
		return &s.Core.Populated, count
	case "frozen":
		return &s.Core.Frozen, count
	}
	return nil, count
}

func resetCgroupEvents(s *Sample) { absent(&s.Core.Populated, &s.Core.Frozen) }
