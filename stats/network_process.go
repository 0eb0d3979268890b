package stats

import (
	"cmp"
	"errors"
	"slices"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// An attachment is how the network of a pod is seen: through one of its
// processes.
type attachment struct {
	pid   int
	in    *cgroupfs.Group // whose process it is; nil for the node's
	own   bool            // in was opened for this
	space *netns          // nil if it was not read in this round
	alone *netns          // what is read into where the namespace is not known
}

const (
	// maxProcesses bounds how many processes of a cgroup are tried, and
	// maxBelow how many cgroups that a container made: what it does costs
	// nobody anything.
	maxProcesses = 4
	maxBelow     = 16
)

func (a *attachment) forget() {
	if a.own {
		a.in.Close()
	}
	*a = attachment{alone: a.alone}
}

// readNetwork reads the network of a pod, or of a container in none: through
// the process of the round before, or else through another one. The oldest
// container comes first, which is the sandbox.
func (c *Collector) readNetwork(pod *group) {
	if pod.network == nil {
		pod.network = new(attachment)
	}
	a := pod.network
	a.space = nil
	if a.in != nil && c.visit(a, pod) {
		return
	}
	a.forget()
	for g := c.container(pod, nil); g != nil; g = c.container(pod, g) {
		found, empty := c.search(pod, g.handle)
		if empty {
			found = c.searchBelow(pod, g)
		}
		if found {
			return
		}
	}
}

// container returns the container that was made next after another one, or
// the first.
func (c *Collector) container(pod, after *group) *group {
	if pod.info.Kind == KindContainer {
		if after == nil {
			return pod
		}
		return nil
	}
	var next *group
	for _, g := range pod.children {
		if g.info.Kind == KindContainer && (after == nil || c.older(after, g)) && (next == nil || c.older(g, next)) {
			next = g
		}
	}
	return next
}

// older reports whether a was made before b. A cgroup file system counts its
// inodes up, and may date a folder anew.
func (c *Collector) older(a, b *group) bool {
	order := a.info.CreatedAt.Compare(b.info.CreatedAt)
	if c.h.Live() {
		order = cmp.Compare(a.info.Inode, b.info.Inode)
	}
	return cmp.Or(order, cmp.Compare(a.name, b.name)) < 0
}

// search looks for a process of a cgroup that shows its network, and remembers
// it.
func (c *Collector) search(pod *group, in *cgroupfs.Group) (found, empty bool) {
	pids, err := in.Processes(c.networks.pids[:0], &c.buf)
	c.networks.pids = pids
	c.note(pod, err)
	if len(pids) == 0 {
		return false, err == nil
	}
	var few [maxProcesses]int // the list is read into again
	for _, pid := range few[:copy(few[:], pids)] {
		pod.network.pid, pod.network.in = pid, in
		if c.visit(pod.network, pod) {
			return true, false
		}
	}
	pod.network.forget()
	return false, false
}

// searchBelow looks among the cgroups that a container made, when it has no
// process itself: crun moves the container's into one, and so does a systemd.
func (c *Collector) searchBelow(pod, container *group) bool {
	var names []string
	err := container.handle.Children(&c.buf, func(name []byte) {
		if len(names) < maxBelow {
			names = append(names, string(name))
		}
	})
	c.note(pod, err)
	slices.Sort(names)
	for _, name := range names {
		in, err := c.h.Group(container.info.Path + "/" + name)
		if err != nil {
			c.note(pod, err)
			continue
		}
		if found, _ := c.search(pod, in); found {
			pod.network.own = true
			return true
		}
		in.Close()
	}
	return false
}

// visit reads the network of a pod through a process, if it can: it reports
// whether that was so.
func (c *Collector) visit(a *attachment, g *group) bool {
	err := c.look(a, g)
	if errors.Is(err, kernfs.ErrFull) {
		c.giveBack()
		err = c.look(a, g)
	}
	c.note(g, err)
	return a.space != nil
}

// look opens the folder of the process, and then sees whether the process is
// still in its cgroup: whoever had its number before has another folder.
func (c *Collector) look(a *attachment, g *group) error {
	a.space = nil
	p, err := c.networks.proc.Process(a.pid)
	if err != nil {
		return err
	}
	defer p.Close()
	if a.in != nil {
		pids, err := a.in.Processes(c.networks.pids[:0], &c.buf)
		c.networks.pids = pids
		if !slices.Contains(pids, a.pid) {
			return err
		}
	}
	a.space, err = c.namespace(&p, a, g)
	return err
}

// giveBack closes half of what is kept open: the process has no descriptors
// left.
func (c *Collector) giveBack() {
	half := c.h.OpenFiles() / 2
	if half == 0 {
		half = -1 // 0 would be the default
	}
	c.h.SetMaxOpenFiles(half)
}
