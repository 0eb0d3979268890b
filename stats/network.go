package stats

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/procfs"
)

// A netns is a network namespace: what is read of it serves all that share it.
type netns struct {
	inode      uint64 // 0 if it is not known
	gen        uint64 // the round that read it
	failed     uint64 // the round that could not
	at         time.Time
	interfaces []procfs.Interface
	route      string        // the interface of the default route
	routeAt    time.Duration // when that was asked
	routed     bool          // and whether it was

	copied     uint64 // the round that copied it into a Snapshot,
	begin, end int    // and where to
}

// networks is what a Collector knows about networks.
type networks struct {
	proc   *procfs.Proc
	node   attachment
	spaces map[uint64]*netns // by id, those of the last round
	pids   []int

	ownID, own uint64 // the namespace that this process is in
}

// errPIDs is what is told where a pod's processes cannot be known: their
// numbers are those of the reader's pid namespace in cgroup.procs, and those of
// the mounter's in proc.
var errPIDs = errors.New("stats: proc is missing or of another pid namespace: the processes of pods are not known, nor their networks")

func newNetworks(proc *procfs.Proc) *networks {
	return &networks{
		proc:   proc,
		node:   attachment{pid: 1}, // this process may be in another namespace than the node
		spaces: make(map[uint64]*netns),
	}
}

// readNetworks reads the network of the node, and of all pods.
func (c *Collector) readNetworks(ctx context.Context) error {
	if c.networks == nil {
		return nil
	}
	unknown := c.lookAtSelf()
	if errors.Is(unknown, kernfs.ErrFull) {
		c.giveBack()
		unknown = c.lookAtSelf()
	}
	if !c.visit(&c.networks.node, nil) {
		c.networks.proc.Close() // another may be mounted there by the next round
	}
	if unknown != nil {
		c.errs.add(unknown)
		c.root.forgetNetworks()
	} else if err := c.readNetworksBelow(ctx, c.root); err != nil {
		return err
	}
	for id, ns := range c.networks.spaces {
		if ns.gen != c.gen {
			delete(c.networks.spaces, id)
		}
	}
	return nil
}

// lookAtSelf finds out which namespace this process is in: to see that one
// needs no privilege. It fails if proc does not number processes as
// cgroup.procs does.
func (c *Collector) lookAtSelf() error {
	n := c.networks
	n.ownID, n.own = 0, 0
	if !c.h.Live() {
		return nil
	}
	pid, err := n.proc.Self()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errPIDs
	case err != nil:
		return err
	}
	p, err := n.proc.Process(pid)
	if err != nil {
		return err
	}
	defer p.Close()
	dev, err := p.NetDev()
	if err != nil {
		return err
	}
	defer dev.Close()
	if n.own, err = p.Namespace(); err == nil {
		n.ownID = dev.ID
	}
	if pid != os.Getpid() {
		return errPIDs
	}
	return nil
}

func (c *Collector) readNetworksBelow(ctx context.Context, g *group) error {
	if g.hasNetwork() {
		c.readNetwork(g)
		return ctx.Err()
	}
	for _, child := range g.children {
		if err := c.readNetworksBelow(ctx, child); err != nil {
			return err
		}
	}
	return nil
}

// hasNetwork reports whether a cgroup has a network of its own: containers of
// a pod have the pod's.
func (g *group) hasNetwork() bool {
	return g.info.Kind == KindPod || g.info.Kind == KindContainer && g.info.PodUID == ""
}

func (g *group) forgetNetworks() {
	if g.network != nil {
		g.network.forget()
	}
	for _, child := range g.children {
		child.forgetNetworks()
	}
}

// namespace returns the network namespace of a process, which is read unless
// it was in this round. It fails if the interfaces cannot be read at all, and
// returns nil where that is known of this round.
func (c *Collector) namespace(p *procfs.Process, a *attachment, g *group) (*netns, error) {
	dev, id, err := c.netDev(p)
	if err != nil {
		return nil, err
	}
	defer dev.Close()
	ns := c.networks.space(id, a)
	if id != 0 && ns.failed == c.gen {
		return nil, nil // another of its processes would fare no better
	}
	if ns.gen != c.gen {
		if err := c.readNamespace(ns, p, &dev, g); err != nil {
			return nil, err
		}
	}
	return ns, nil
}

// netDev opens net/dev of a process, and returns what tells its network
// namespace from others in this round; 0 is not known.
func (c *Collector) netDev(p *procfs.Process) (procfs.NetDev, uint64, error) {
	dev, err := p.NetDev()
	id := dev.ID
	if err == nil && !c.h.Live() { // the files of a folder tell nothing
		id, _ = p.Namespace()
	}
	return dev, id, err
}

// readNamespace reads a network namespace through a process. What goes wrong
// beside the interfaces is noted with g.
func (c *Collector) readNamespace(ns *netns, p *procfs.Process, dev *procfs.NetDev, g *group) error {
	list, err := dev.Interfaces(ns.interfaces[:0])
	if err != nil && !isParseError(err) {
		if !errors.Is(err, fs.ErrNotExist) { // the process has ended
			ns.failed = c.gen
		}
		return err
	}
	c.note(g, err)
	inode := c.networks.own
	if dev.ID != c.networks.ownID {
		if inode, err = p.Namespace(); !errors.Is(err, fs.ErrPermission) { // else it is not known, which is no error
			c.note(g, err)
		}
	}
	if inode != ns.inode {
		ns.routed = false // another namespace has its number
	}
	ns.inode, ns.gen, ns.at, ns.interfaces = inode, c.gen, c.now(), list
	if age := c.began - ns.routeAt; !ns.routed || age < 0 || age >= c.slowInterval || !ns.has(ns.route) {
		name, err := p.DefaultRoute(ns.route)
		ns.route, ns.routeAt, ns.routed = name, c.began, !errors.Is(err, kernfs.ErrFull) && !errors.Is(err, fs.ErrNotExist)
		c.note(g, err)
	}
	return nil
}

// space returns where a namespace is read into. One that is not known is not
// shared.
func (n *networks) space(id uint64, a *attachment) *netns {
	if id == 0 {
		if a.alone == nil {
			a.alone = new(netns)
		}
		return a.alone
	}
	a.alone = nil
	ns := n.spaces[id]
	if ns == nil {
		ns = new(netns)
		n.spaces[id] = ns
	}
	return ns
}

// has reports whether an interface is there, or none is asked for.
func (ns *netns) has(name string) bool {
	return name == "" || slices.ContainsFunc(ns.interfaces, func(i procfs.Interface) bool { return i.Name == name })
}

func isParseError(err error) bool {
	var parse *procfs.ParseError
	return errors.As(err, &parse)
}

// note counts an error about the network of a cgroup, or of the node. That
// something is gone is none.
func (c *Collector) note(g *group, err error) {
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrClosed) {
		return
	}
	c.errs.add(err)
	if g != nil && g.err == nil {
		g.err = err
	}
}

// fill returns the network as the Snapshot has it. The interfaces are copied
// into its memory, once for all that share them.
func (a *attachment) fill(dst *Snapshot) Network {
	if a == nil || a.space == nil {
		return Network{}
	}
	ns := a.space
	if ns.copied != dst.Generation {
		ns.copied, ns.begin = dst.Generation, len(dst.interfaces)
		for i := range ns.interfaces {
			if ns.interfaces[i].Name != "lo" {
				dst.interfaces = append(dst.interfaces, Interface(ns.interfaces[i]))
			}
		}
		ns.end = len(dst.interfaces)
	}
	return Network{Time: ns.at, Namespace: ns.inode, Interfaces: dst.interfaces[ns.begin:ns.end:ns.end], Default: ns.route}
}
