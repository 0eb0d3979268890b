package stats

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
)

// A group is a cgroup that the Collector follows.
type group struct {
	info     *Info
	handle   *cgroupfs.Group
	name     string
	parent   *group        // nil for the root
	children []*group      // by name
	listed   uint64        // the listing that saw it among its parent's children
	dirty    bool          // a child is gone: its links may be as many as before
	gone     bool          // and to be swept
	gen      uint64        // the round that read it
	slowAt   time.Duration // when the slow metrics were last read
	slow     cgroupfs.SlowPart
	points   points
	network  *attachment // nil for what has no network of its own
	threads  *threads    // nil if they are not read
	err      error

	index, next int32 // where it is in the Snapshot, and where it belongs
}

// maxPasses is how often a round looks again after a cgroup went while it was
// read. What comes after that is found in the next round.
const maxPasses = 4

// discover lists the children of the cgroups whose children changed. Those that
// come meanwhile have their turn at the end.
func (c *Collector) discover() {
	for i := 0; i < len(c.parents); i++ {
		if g := c.parents[i]; !g.gone {
			c.listIfChanged(g)
		}
	}
	c.parents = slices.DeleteFunc(c.parents, func(g *group) bool { return g.gone })
}

func (c *Collector) listIfChanged(g *group) {
	changed, err := g.handle.ChildrenChanged()
	if err == nil && (changed || g.dirty) {
		err = c.list(g)
	}
	switch {
	case errors.Is(err, cgroupfs.ErrRemoved):
		g.gone, c.lost = true, true
	case err != nil:
		c.errs.add(err)
	}
}

// list makes g.children what the kernel says they are. Those it knows are
// kept: if one is another cgroup of that name by now, reading it will tell.
func (c *Collector) list(g *group) error {
	c.listing++
	c.names = c.names[:0]
	err := g.handle.Children(&c.buf, func(name []byte) {
		if i, ok := search(g.children, name); ok {
			g.children[i].listed = c.listing
			return
		}
		c.names = append(c.names, string(name))
	})
	again := c.openAll(g)
	if err != nil {
		return err
	}
	g.dirty = again
	c.again = c.again || again
	g.children = slices.DeleteFunc(g.children, func(child *group) bool {
		if child.listed != c.listing {
			c.changed = true
			child.close()
			return true
		}
		return false
	})
	return nil
}

// openAll follows the children called c.names from now on, and reports whether
// there are some that it could not open. They are opened in the order in which
// they are read: what is kept of them lies in memory in that order then, and the
// processor has the next when it is needed.
func (c *Collector) openAll(g *group) (again bool) {
	slices.Sort(c.names)
	for _, name := range c.names {
		child, settled := c.open(g, name)
		if child != nil {
			child.listed = c.listing
			c.follow(g, child)
		}
		again = again || !settled
	}
	if len(c.names) > 0 {
		slices.SortFunc(g.children, byName)
	}
	clear(c.names)
	return again
}

// follow adds a child that is followed from now on.
func (c *Collector) follow(parent, child *group) {
	c.changed = true
	child.parent = parent
	parent.children = append(parent.children, child)
	if child.info.Descend() {
		c.parents = append(c.parents, child)
	}
}

func byName(a, b *group) int { return strings.Compare(a.name, b.name) }

// search is slices.BinarySearchFunc without making a string of the name.
func search(groups []*group, name []byte) (int, bool) {
	lo, hi := 0, len(groups)
	for lo < hi {
		mid := (lo + hi) / 2
		switch {
		case groups[mid].name == string(name):
			return mid, true
		case groups[mid].name < string(name):
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return lo, false
}

// open follows a cgroup from now on. It returns nil for one of no interest,
// and for one that could not be opened; only the former is settled, while the
// latter's parent has to be listed again. Who it is, is parsed here, once.
func (c *Collector) open(parent *group, name string) (g *group, settled bool) {
	path := "/"
	if parent != nil {
		path = strings.TrimSuffix(parent.info.Path, "/") + "/" + name
	}
	if c.identify(parent, path).Kind == KindIgnored {
		return nil, true
	}
	handle, err := c.h.Group(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			c.errs.add(err)
		}
		return nil, false
	}
	created, _ := handle.ModTime() // if it is gone again its read will tell
	if !created.IsZero() && created.Before(c.node.BootTime) {
		created = c.node.BootTime
	}
	path = handle.Path() // all that is kept of it are pieces of this one
	return &group{
		name:   path[strings.LastIndexByte(path, '/')+1:],
		handle: handle,
		info:   &Info{Path: path, Inode: handle.Inode(), Identity: c.identify(parent, path), CreatedAt: created},
	}, true
}

func (c *Collector) identify(parent *group, path string) Identity {
	if parent == nil {
		return Identity{Kind: KindRoot}
	}
	return identify(parent.info.Identity, path, c.kubepodsRoot)
}

// sweep forgets the cgroups that turned out to be gone, and reports whether
// there were any. Their parents are to be listed again: another one may have
// come under the same name.
func (c *Collector) sweep(g *group) bool {
	swept := false
	g.children = slices.DeleteFunc(g.children, func(child *group) bool {
		if child.gone {
			child.close()
			g.dirty, swept, c.changed = true, true, true
			return true
		}
		return false
	})
	for _, child := range g.children {
		swept = c.sweep(child) || swept
	}
	return swept
}

// close gives back what a group and those below it hold.
func (g *group) close() {
	g.gone = true
	for _, child := range g.children {
		child.close()
	}
	if g.network != nil {
		g.network.forget()
	}
	g.handle.Close()
}

// forget makes everything absent that was read.
func (g *group) forget() {
	g.slow, g.gen, g.err = cgroupfs.SlowPart{}, 0, nil
	for _, child := range g.children {
		child.forget()
	}
}
