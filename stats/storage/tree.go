package storage

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/nodegauge/nodegauge/internal/diskwalk"
	"github.com/nodegauge/nodegauge/internal/hostpath"
	"github.com/nodegauge/nodegauge/internal/kernfs"
)

const (
	// maxListed is how many entries of one folder are read where the folders of
	// pods, volumes and logs are listed.
	maxListed = 100_000
	// maxFolders is how many folders are followed in all. A node has some
	// thousands; what has more is not a kubelet's, and must not cost the
	// embedder its memory.
	maxFolders = 100_000
)

// A tree is one of the two folders below which pods have theirs.
type tree struct {
	dir     string    // where this process finds it; "" if it is not there
	fd      kernfs.FD // open during a round
	folders map[string]*folder

	top, pod, plugin diskwalk.Dir // for listing
	scratch          []byte
}

// A pod is what is known of one pod's folders.
type pod struct {
	uid        string
	seen       uint64 // the round that found a folder of it
	dirSeen    uint64 // the round that found the kubelet's
	logDir     string // the name of its folder of logs
	logSeen    uint64
	etcHosts   Used
	volumes    []*folder // by plugin and name
	logs       *folder   // what lies directly in logDir
	containers []*folder // by name
}

// open finds the tree's folder on the host and opens it. It reports false
// where it is not there or must not be touched.
func (c *Collector) open(t *tree, path string) bool {
	dir, err := c.hostPath(path)
	t.dir = dir
	if err == nil {
		t.fd, err = kernfs.OpenPath(dir)
	}
	if err == nil {
		return true
	}
	t.dir = ""
	if !errors.Is(err, fs.ErrNotExist) {
		c.add(&fs.PathError{Op: "open", Path: path, Err: err})
		t.keep(nil, c.round)
	}
	return false
}

// hostPath returns where this process finds a path of the host, if it may
// look there.
func (c *Collector) hostPath(path string) (string, error) {
	if err := c.mayTouch(filepath.Join(c.o.Root, path)); err != nil {
		return "", err
	}
	root, err := filepath.EvalSymlinks(c.o.Root)
	if err != nil {
		return "", err
	}
	return hostpath.Resolve(root, path, c.mayTouch)
}

func (c *Collector) mayTouch(path string) error {
	switch m := c.mounts.of([]byte(path)); {
	case m == nil:
		return errNoMount
	case !c.allowed(m):
		return errRemote
	}
	return nil
}

// keep keeps what is known of a pod, or of all if it is nil, where it cannot
// be said whether it is still there.
func (t *tree) keep(p *pod, round uint64) {
	for _, f := range t.folders {
		if p == nil || f.pod == p {
			f.seen, f.pod.seen, f.pod.dirSeen = round, round, round
		}
	}
}

// zpath makes a path below the tree's folder of names, with a NUL. It is valid
// until the next call.
func (t *tree) zpath(names ...string) []byte {
	t.scratch = t.scratch[:0]
	for i, name := range names {
		if i > 0 {
			t.scratch = append(t.scratch, '/')
		}
		t.scratch = append(t.scratch, name...)
	}
	t.scratch = append(t.scratch, 0)
	return t.scratch
}

// list calls yield with the folders in the one that d has open.
func list(d *diskwalk.Dir, yield func(kernfs.Entry)) error {
	for n := 0; ; n++ {
		e, ok, err := d.Next()
		switch {
		case errors.Is(err, kernfs.ErrAbsent), err == nil && !ok:
			return nil
		case err != nil:
			return err
		case n == maxListed:
			return errMany
		case d.Kind(e) == kernfs.KindDir:
			yield(e)
		}
	}
}

// listIn calls yield with the folders in one of a pod's. One that is not there
// is empty; what was found before in one that cannot be listed stays.
func (c *Collector) listIn(t *tree, d *diskwalk.Dir, p *pod, zpath []byte, yield func(kernfs.Entry)) {
	err := d.Open(t.fd, zpath, false)
	if err == nil {
		err = list(d, yield)
	}
	if err == nil || errors.Is(err, kernfs.ErrAbsent) {
		return
	}
	path := t.dir
	if p != nil {
		path += "/" + p.uid
	}
	c.add(&fs.PathError{Op: "list", Path: path, Err: err})
	t.keep(p, c.round)
}

// podOf returns the pod of a UID, which is made if there is none.
func (c *Collector) podOf(uid []byte) *pod {
	p := c.pods[string(uid)]
	if p == nil {
		if len(c.pods) >= maxFolders {
			c.add(errFolders)
			return nil
		}
		p = &pod{uid: string(uid)}
		c.pods[p.uid] = p
		c.order = append(c.order, p)
	}
	p.seen = c.round
	return p
}

// follow returns the folder at path in t, which is made if there is none.
func (c *Collector) follow(t *tree, p *pod, path []byte) *folder {
	f := t.folders[string(path)]
	if f == nil {
		if len(t.folders) >= maxFolders {
			c.add(errFolders)
			return nil
		}
		f = &folder{tree: t, path: string(path)}
		t.folders[f.path] = f
	}
	f.pod, f.seen = p, c.round
	return f
}
