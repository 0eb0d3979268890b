package storage

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/stats"
)

// collect takes a round. File systems are asked first, and their answers are
// waited for last: the counting goes on meanwhile.
func (c *Collector) collect(ctx context.Context) error {
	c.round++
	c.errs = stats.Errors{Examples: c.errs.Examples[:0]}
	c.looked = 0
	if err := c.readMounts(); err != nil {
		return err
	}
	c.readSource(ctx)
	c.node = c.nodeMount()
	c.want(c.node)
	defer c.closeTrees()
	if c.open(&c.kubelet, path.Join(c.o.KubeletRoot, "pods")) {
		c.listKubelet(ctx)
	}
	if c.open(&c.logs, c.o.LogRoot) {
		c.listLogs(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err // what was not looked at may not be gone
	}
	c.forget()
	c.place()
	c.ask()
	c.readQuotas()
	c.count(ctx)
	if err := ctx.Err(); err != nil {
		return err
	}
	c.await(ctx)
	return ctx.Err()
}

// nodeMount returns the mount that holds the kubelet's folder, or would hold it
// if it were made.
func (c *Collector) nodeMount() *mount {
	dir := c.o.KubeletRoot
	for dir != path.Dir(dir) {
		if _, err := c.hostPath(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		dir = path.Dir(dir)
	}
	return c.mountOf(dir)
}

func (c *Collector) closeTrees() {
	for _, t := range c.trees() {
		kernfs.Close(&t.fd)
	}
}

// readSource asks who knows about images and writable layers, and finds the
// mounts that they are on.
func (c *Collector) readSource(ctx context.Context) {
	clear(c.places)
	c.layers = Layers{}
	if c.o.Source == nil {
		return
	}
	var err error
	if c.layers, err = c.o.Source.Layers(ctx); err != nil {
		c.add(err)
	}
	for _, list := range [][]Folder{c.layers.Images, c.layers.Containers} {
		for _, f := range list[:min(len(list), 1)] {
			c.want(c.mountOf(f.Path))
		}
	}
	for _, l := range c.layers.Writable {
		c.want(c.mountOf(l.Path))
	}
}

// mountOf returns the mount that holds a folder of the host, or nil if it is
// not there or unknown. A path is looked up once a round.
func (c *Collector) mountOf(path string) *mount {
	if path == "" {
		return nil
	}
	m, known := c.places[path]
	if known {
		return m
	}
	dir, err := c.hostPath(path)
	switch {
	case err == nil:
		m = c.mounts.of([]byte(dir))
	case !errors.Is(err, fs.ErrNotExist):
		c.add(&fs.PathError{Op: "find", Path: path, Err: err})
	}
	if c.places == nil {
		c.places = map[string]*mount{}
	}
	c.places[path] = m
	return m
}

// fill makes a Snapshot of what is known.
func (c *Collector) fill() *Snapshot {
	s := &Snapshot{
		Time:    c.o.Now(),
		Node:    fsOf(c.node),
		Image:   c.filled(c.layers.Images),
		Entries: c.looked,
		Errors:  c.errs,
	}
	s.Errors.Examples = slices.Clone(c.errs.Examples)
	s.Container = s.Image
	if len(c.layers.Containers) > 0 {
		s.Container = c.filled(c.layers.Containers)
	}
	c.fillPods(s)
	s.Layers = make([]Layer, len(c.layers.Writable))
	for i, l := range c.layers.Writable {
		s.Layers[i] = Layer{l.ContainerID, Filled{fsOf(c.mountOf(l.Path)), l.Used}}
	}
	slices.SortStableFunc(s.Layers, func(a, b Layer) int { return cmp.Compare(a.ContainerID, b.ContainerID) })
	c.layers = Layers{} // the Source's own memory is not kept
	return s
}

// filled shows the first of some folders, as the kubelet does.
func (c *Collector) filled(list []Folder) Filled {
	if len(list) == 0 {
		return Filled{}
	}
	return Filled{fsOf(c.mountOf(list[0].Path)), list[0].Used}
}

func fsOf(m *mount) FS {
	if m == nil {
		return FS{}
	}
	return m.fs
}

// fillPods makes three pieces of memory for all pods.
func (c *Collector) fillPods(s *Snapshot) {
	volumes, containers := 0, 0
	for _, p := range c.order {
		volumes += len(p.volumes)
		containers += len(p.containers)
	}
	s.Pods = make([]Pod, len(c.order))
	v, l := make([]Volume, 0, volumes), make([]Logs, 0, containers)
	for i, p := range c.order {
		vFrom, lFrom := len(v), len(l)
		for _, f := range p.volumes {
			if !f.gone { // a CSI driver makes its folder later, or has removed it
				v = append(v, f.show())
			}
		}
		for _, f := range p.containers {
			l = append(l, Logs{Name: path.Base(f.path), Used: f.used})
		}
		s.Pods[i] = Pod{
			UID:        p.uid,
			Volumes:    v[vFrom:len(v):len(v)],
			EtcHosts:   p.etcHosts,
			Containers: l[lFrom:len(l):len(l)],
		}
		if p.logs != nil {
			s.Pods[i].Logs = p.logs.used
		}
	}
}

// show makes a Volume of a folder. The names are pieces of its path.
func (f *folder) show() Volume {
	_, rest, _ := strings.Cut(f.path, "/volumes/")
	plugin, name, _ := strings.Cut(rest, "/")
	if plugin == csiPlugin {
		name = strings.TrimSuffix(name, csiMount)
	}
	v := Volume{Name: name, Plugin: pluginOf(plugin), Filled: Filled{fsOf(f.mount), f.used}}
	if f.own {
		v.Memory = f.mount.class == classMemory
		v.Used = Used{Time: v.FS.Time, Bytes: v.FS.UsedBytes, Inodes: v.FS.InodesUsed}
	}
	return v
}
