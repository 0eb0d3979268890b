package cri

import (
	"context"

	"github.com/nodegauge/nodegauge/stats/storage"
	"github.com/nodegauge/nodegauge/summary"
)

// A Source knows what a container runtime knows: as a summary.PodSource the
// names of pods and containers, as a storage.Source what images and writable
// layers take. It is safe for concurrent use. Close it.
type Source struct {
	o    Options
	line *line

	pods  *shared[[]summary.Pod]
	known podState // guarded by the turn of pods

	layers *shared[storage.Layers]
	used   storage.Layers // as known last; guarded by the turn of layers
}

var (
	_ summary.PodSource = (*Source)(nil)
	_ storage.Source    = (*Source)(nil)
)

// New returns a Source for the runtime that o names; nil is the zero Options.
// It connects to nothing: Pods and Layers do, and again when the runtime was
// restarted. An error says that o cannot be meant.
func New(o *Options) (*Source, error) {
	full, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	paths, err := candidates(full.Endpoint)
	if err != nil {
		return nil, err
	}
	return &Source{
		o:      full,
		line:   newLine(paths, full.Timeout),
		pods:   newShared[[]summary.Pod](),
		layers: newShared[storage.Layers](),
	}, nil
}

// Pods returns the pods that a kubelet would list, sorted by namespace, name
// and UID, each with its sandboxes and its running containers, sorted by name
// and ID. If the runtime does not answer, the error says why and the pods are
// the last ones known, for as long as that lasts: what has ended meanwhile has
// no cgroup. The slice is shared and must not be written to.
func (s *Source) Pods(ctx context.Context) ([]summary.Pod, error) {
	return s.pods.get(ctx, &s.o, s.askPods)
}

// Layers returns what images and writable layers take. If the runtime does not
// answer, the error says why and the figures are the last ones known, each with
// the time of its own. The slices are shared and must not be written to.
func (s *Source) Layers(ctx context.Context) (storage.Layers, error) {
	return s.layers.get(ctx, &s.o, s.askLayers)
}

// Close ends the calls under way and closes the connection. Pods and Layers
// then return what they know last, and an error that is ErrClosed.
func (s *Source) Close() error {
	s.line.close()
	return nil
}
