package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/nodegauge/nodegauge/internal/diskwalk"
	"github.com/nodegauge/nodegauge/internal/kernfs"
)

const (
	// quantum is how many entries of one folder are looked at before it is
	// another's turn.
	quantum = 1024
	// spareWalks is how many finished walks are kept for the next ones.
	spareWalks = 8

	csiPlugin = "kubernetes.io~csi"
	csiMount  = "/mount" // where a CSI volume is, below its folder
)

// A folder is one folder of a pod: a volume, or one with logs.
type folder struct {
	tree   *tree
	pod    *pod
	path   string // below the tree's folder
	flat   bool   // only what lies directly in it: logs
	volume bool
	seen   uint64   // the round that found it
	mount  *mount   // that it is on
	own    bool     // it is on a device of its own: statfs tells, nothing is counted
	cross  bool     // the way to it leads onto another mount
	mounts []string // below it
	gone   bool     // it was not there when its turn came
	used   Used
	walk   *diskwalk.Walk // the count that is under way
	served uint64         // when it had its last turn

	project project // all in it belongs to it
	quota   kernfs.Quota
}

// A project is a project of quotas.
type project struct {
	device string
	id     uint32 // 0 is none
}

// place finds out which mount each folder is on, and which are mounted in it.
func (c *Collector) place() {
	for _, t := range c.trees() {
		if t.dir == "" {
			continue
		}
		top := c.mounts.of([]byte(t.dir))
		for _, f := range t.folders {
			full := t.zpath(t.dir, f.path)
			full = full[:len(full)-1]
			f.mount, f.mounts = c.mounts.of(full), f.mounts[:0] // also of one that was not listed in this round
			f.cross = f.mount != top
			f.own = f.cross && f.volume && f.mount.point == string(full) && f.mount.device != top.device
			if f.own {
				f.gone = false
				c.drop(f)
			}
			if f.volume {
				c.want(f.mount)
			}
		}
		for point := range c.mounts.byPoint {
			below, ok := strings.CutPrefix(point, t.dir+"/")
			for i := len(below) - 1; ok && i > 0; i-- {
				if f := t.folders[below[:i]]; below[i] == '/' && f != nil {
					f.mounts = append(f.mounts, below[i+1:])
				}
			}
		}
	}
}

// count lets the folders take turns until all are counted or the budget is
// used up. Who has waited longest is next.
func (c *Collector) count(ctx context.Context) {
	c.queue = c.queue[:0]
	for _, t := range c.trees() {
		for _, f := range t.folders {
			if t.dir != "" && !f.own && f.project.id == 0 && c.allowed(f.mount) {
				c.queue = append(c.queue, f)
			}
		}
	}
	slices.SortFunc(c.queue, func(a, b *folder) int {
		return cmp.Or(cmp.Compare(a.served, b.served), cmp.Compare(a.path, b.path)) // new ones have had no turn
	})
	end := c.o.Now().Add(c.o.Time)
	expired := func() bool { return ctx.Err() != nil || !c.o.Now().Before(end) }
	c.walker.Begin(c.o.Entries, expired)
	queue := c.queue
	for first := true; len(queue) > 0; first = false {
		unfinished := queue[:0]
		for i, f := range queue {
			if c.walker.Left == 0 || expired() && !(first && i == 0) {
				queue = nil // those that are left are first in the next round
				break
			}
			if !c.step(f) {
				unfinished = append(unfinished, f)
			}
		}
		if queue != nil {
			queue = unfinished
		}
	}
	c.looked = c.o.Entries - c.walker.Left
	clear(c.queue) // holds no folder that is gone
}

// step gives a folder its turn and reports whether it is done in this round.
func (c *Collector) step(f *folder) (done bool) {
	c.served++
	f.served = c.served
	if f.walk == nil {
		f.used.Counting = Counting{Since: c.o.Now()}
		f.walk = c.newWalk()
	}
	w := f.walk
	done, err := w.Step(f.tree.fd, &diskwalk.Root{
		ZPath:  f.tree.zpath(f.path),
		Cross:  f.cross,
		Flat:   f.flat,
		Mounts: f.mounts,
	}, &c.walker, quantum)
	f.used.Counting.Bytes, f.used.Counting.Inodes = w.Bytes, w.Inodes
	f.gone = errors.Is(err, diskwalk.ErrGone)
	switch {
	case err != nil:
		if !f.gone {
			c.add(fmt.Errorf("%s: %w", f.tree.dir, err))
		}
		c.drop(f)
		return true
	case !done:
		return false
	case w.Doubled:
		c.add(&fs.PathError{Op: "count", Path: f.tree.dir + "/" + f.path, Err: errDoubled})
	}
	f.used.Time = c.o.Now()
	f.used.Bytes, f.used.Inodes = number(w.Bytes), number(w.Inodes)
	c.drop(f)
	return true
}

func (c *Collector) newWalk() *diskwalk.Walk {
	if n := len(c.spare); n > 0 {
		w := c.spare[n-1]
		c.spare = c.spare[:n-1]
		return w
	}
	return &diskwalk.Walk{}
}

// drop ends the count that is under way.
func (c *Collector) drop(f *folder) {
	f.used.Counting = Counting{}
	if f.walk == nil {
		return
	}
	f.walk.Reset(&c.walker)
	if len(c.spare) < spareWalks {
		c.spare = append(c.spare, f.walk)
	}
	f.walk = nil
}

// readQuotas reads what file systems account for themselves. A project that
// several folders have does not tell what one of them takes: these are counted.
func (c *Collector) readQuotas() {
	clear(c.project)
	for _, f := range c.kubelet.folders {
		f.project = project{}
		if c.kubelet.dir != "" && !f.own && c.allowed(f.mount) && hasProjects(f.mount) {
			f.readQuota()
		}
		if f.project.id != 0 {
			c.project[f.project]++
		}
	}
	if len(c.project) == 0 {
		return
	}
	for _, f := range c.kubelet.folders {
		switch {
		case f.project.id == 0:
		case c.project[f.project] > 1:
			f.project = project{}
		default:
			c.drop(f)
			f.used = Used{Time: c.o.Now(), Bytes: number(f.quota.Bytes), Inodes: number(f.quota.Inodes)}
		}
	}
}

// hasProjects reports whether files of a file system can belong to projects.
func hasProjects(m *mount) bool {
	switch m.kind {
	case "ext4", "xfs", "f2fs":
		return true
	}
	return false
}

// readQuota reads what the folder's project takes. Where that is not to be had
// the folder is counted, which is no error.
func (f *folder) readQuota() {
	fd, err := kernfs.OpenListAt(f.tree.fd, f.tree.zpath(f.path), f.cross)
	if err != nil {
		return
	}
	defer kernfs.Close(&fd)
	id, err := kernfs.Project(fd)
	if err != nil || id == 0 {
		return
	}
	if f.quota, err = kernfs.ProjectQuota(fd, f.mount.source, id); err == nil {
		f.project = project{f.mount.device, id}
	}
}
