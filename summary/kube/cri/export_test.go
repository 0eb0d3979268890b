package cri

// NewAt is New for a runtime that may be at any of some sockets, as it is
// without an Endpoint.
func NewAt(paths []string, o *Options) (*Source, error) {
	s, err := New(o)
	if err == nil {
		s.line.paths = paths
	}
	return s, err
}
