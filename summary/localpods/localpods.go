package localpods

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/nodegauge/nodegauge/summary"
)

// Options says where the host keeps what a Source reads. Every path is the
// host's own name of a folder, without Root; a folder that does not exist has
// no pods and is no error. The zero Options is right for a process that sees
// the host's files and runs as root.
type Options struct {
	// Root is where the host's root directory is mounted, such as /host in a
	// container. "" is "/". Symbolic links above the folders below mean what
	// they mean on the host: an absolute one starts again at Root.
	Root string

	// PodLogs is the folder with one folder per pod, the kubelet's
	// podLogsDir. "" is /var/log/pods.
	PodLogs string

	// ContainerLogs is the folder with one link per container.
	// "" is /var/log/containers.
	ContainerLogs string

	// ContainerdStates are the state folders of containerd ("state" in its
	// configuration). nil is /run/containerd and the folders of k3s and RKE2
	// (/run/k3s/containerd), k0s (/run/k0s/containerd) and MicroK8s
	// (/var/snap/microk8s/common/run/containerd). Empty and not nil is none.
	ContainerdStates []string

	// CRIOStorage is the folder in which CRI-O keeps a run directory per
	// container: its runroot and the name of the storage driver.
	// "" is /run/containers/storage/overlay-containers.
	CRIOStorage string

	// LogsOnly leaves containerd's and CRI-O's folders alone and reads the log
	// folders, for which no privilege is needed. No sandbox, image or time of
	// creation is known then. false is to read everything.
	LogsOnly bool
}

// maxEntries is the most entries read from one folder, and the most containers
// taken from log links. A node has a few hundred pods; what has more is not a
// folder of pods, and must not cost the embedder its memory.
const maxEntries = 100_000

// containerdStates are the state folders of containerd as distributions set it up.
var containerdStates = [...]string{
	"/run/containerd",
	"/run/k3s/containerd", // also RKE2
	"/run/k0s/containerd",
	"/var/snap/microk8s/common/run/containerd",
}

// A Source is a summary.PodSource that reads the node's own files. It
// remembers what it read from files that do not change, and holds nothing that
// has to be closed. It is safe for concurrent use: one call reads at a time.
type Source struct {
	root          string
	podLogs       string
	containerLogs string
	bundles       []*bundleDir
	limit         int           // entries; maxEntries but in tests
	turn          chan struct{} // a lock that a context can leave; it guards what follows
	found         found         // by the last call
	pods          []summary.Pod // what found came to
	overflow      error         // and the error it came with
}

var _ summary.PodSource = (*Source)(nil)

// New returns a Source for the host that o describes; nil is the zero Options.
// It reads nothing: Pods does.
func New(o *Options) *Source {
	if o == nil {
		o = &Options{}
	}
	s := &Source{
		root:          filepath.Clean(cmp.Or(o.Root, "/")),
		podLogs:       cmp.Or(o.PodLogs, "/var/log/pods"),
		containerLogs: cmp.Or(o.ContainerLogs, "/var/log/containers"),
		limit:         maxEntries,
		turn:          make(chan struct{}, 1),
	}
	if o.LogsOnly {
		return s
	}
	states := o.ContainerdStates
	if states == nil {
		states = containerdStates[:]
	}
	for _, state := range states {
		s.bundles = append(s.bundles,
			newBundleDir(filepath.Join(state, "io.containerd.runtime.v2.task", "k8s.io"), "", &vocabularies[containerd]),
			newBundleDir(filepath.Join(state, "io.containerd.runtime.v1.linux", "k8s.io"), "", &vocabularies[containerd])) // until containerd 2.0
	}
	storage := cmp.Or(o.CRIOStorage, "/run/containers/storage/overlay-containers")
	s.bundles = append(s.bundles, newBundleDir(storage, "userdata", &vocabularies[crio]))
	return s
}

// Pods returns the pods that the node's files name, sorted by namespace, name
// and UID, each with its containers sorted by name and ID. A file or folder
// that cannot be read or understood costs its own container at most: the error
// names it, and everything else is in the list. When ctx ends, Pods returns
// what it has found and the context's error. As long as nothing changes, the
// slice is the same in every call: it must not be written to.
func (s *Source) Pods(ctx context.Context) ([]summary.Pod, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, fmt.Errorf("localpods: %w", ctx.Err())
	}
	var p problems
	now := s.look(ctx, &p)
	if s.pods == nil || !now.equal(&s.found) {
		s.pods, s.overflow = merge(&now, s.limit)
		s.found = now
	}
	if s.overflow != nil {
		p.add(s.overflow)
	}
	return s.pods, p.join(ctx.Err())
}

// found is what one call has found in the folders.
type found struct {
	bundles []*bundle
	folders []string // names of folders in /var/log/pods
	links   []string // names in /var/log/containers
}

// equal says whether f and g are the same. A bundle is the same if it was not
// parsed again.
func (f *found) equal(g *found) bool {
	return slices.Equal(f.bundles, g.bundles) && slices.Equal(f.folders, g.folders) && slices.Equal(f.links, g.links)
}

// look goes through the folders.
func (s *Source) look(ctx context.Context, p *problems) found {
	now := found{ // as much as the last time
		bundles: make([]*bundle, 0, len(s.found.bundles)),
		folders: make([]string, 0, len(s.found.folders)),
		links:   make([]string, 0, len(s.found.links)),
	}
	for _, d := range s.bundles {
		now.bundles = d.scan(ctx, s, now.bundles, p)
	}
	_, entries := s.list(ctx, s.podLogs, p)
	for _, e := range entries {
		if e.IsDir() { // a link here is not the kubelet's, and may lead anywhere
			now.folders = append(now.folders, e.Name())
		}
	}
	_, entries = s.list(ctx, s.containerLogs, p)
	for _, e := range entries {
		now.links = append(now.links, e.Name())
	}
	return now
}

// maxProblems is how many errors are named; a node on which every file is
// broken is told by a few, and the rest is counted.
const maxProblems = 16

// problems collects the errors of one call.
type problems struct {
	errs []error
	more int
}

func (p *problems) add(err error) {
	if len(p.errs) == maxProblems {
		p.more++
		return
	}
	p.errs = append(p.errs, fmt.Errorf("localpods: %w", err))
}

// join returns the errors as one, last among them, or nil if there is none.
func (p *problems) join(last error) error {
	errs := p.errs
	if p.more > 0 {
		errs = append(errs, fmt.Errorf("localpods: and %d more errors", p.more))
	}
	if last != nil {
		errs = append(errs, fmt.Errorf("localpods: %w", last))
	}
	return errors.Join(errs...)
}
