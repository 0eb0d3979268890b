package storage

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/nodegauge/nodegauge/internal/kernfs"
)

// listKubelet finds the folders of volumes:
//
//	pods/UID/volumes/PLUGIN/NAME
//	pods/UID/volumes/kubernetes.io~csi/NAME/mount
func (c *Collector) listKubelet(ctx context.Context) {
	t := &c.kubelet
	defer t.plugin.Close()
	defer t.pod.Close()
	defer t.top.Close()
	c.listIn(t, &t.top, nil, t.zpath("."), func(e kernfs.Entry) {
		switch {
		case ctx.Err() != nil:
		case !isUID(e.Name()):
			c.bad(e.Name(), errUID, t.dir)
		default:
			if p := c.podOf(e.Name()); p != nil {
				p.dirSeen = c.round
				c.lookAtEtcHosts(p)
				c.listVolumes(p)
			}
		}
	})
}

// lookAtEtcHosts looks at the file that the pod's containers have as
// /etc/hosts. Its folder is the kubelet's own. A pod without one takes nothing.
func (c *Collector) lookAtEtcHosts(p *pod) {
	t := &c.kubelet
	p.etcHosts = Used{}
	switch f, err := kernfs.LstatAt(t.fd, t.zpath(p.uid, "etc-hosts")); {
	case errors.Is(err, kernfs.ErrAbsent):
		p.etcHosts = Used{Time: c.o.Now(), Bytes: number(0), Inodes: number(0)}
	case err == nil && !f.IsDir:
		p.etcHosts = Used{Time: c.o.Now(), Bytes: product(f.Blocks, 512), Inodes: number(1)}
	}
}

func (c *Collector) listVolumes(p *pod) {
	t := &c.kubelet
	c.listIn(t, &t.pod, p, t.zpath(p.uid, "volumes"), func(e kernfs.Entry) {
		if !isName(e.Name()) || bytes.IndexByte(e.Name(), '~') <= 0 {
			c.bad(e.Name(), errName, t.dir, p.uid, "volumes")
			return
		}
		c.listPlugin(p, string(e.Name()))
	})
}

func (c *Collector) listPlugin(p *pod, plugin string) {
	t := &c.kubelet
	c.listIn(t, &t.plugin, p, t.zpath(p.uid, "volumes", plugin), func(e kernfs.Entry) {
		if !isName(e.Name()) {
			c.bad(e.Name(), errName, t.dir, p.uid, "volumes", plugin)
			return
		}
		path := t.zpath(p.uid, "volumes", plugin, "")
		path = append(path[:len(path)-1], e.Name()...)
		if plugin == csiPlugin {
			path = append(path, csiMount...)
		}
		t.scratch = path
		if f := c.follow(t, p, path); f != nil {
			f.volume = true
		}
	})
}

// listLogs finds the folders of logs:
//
//	NAMESPACE_NAME_UID/CONTAINER
func (c *Collector) listLogs(ctx context.Context) {
	t := &c.logs
	defer t.pod.Close()
	defer t.top.Close()
	c.listIn(t, &t.top, nil, t.zpath("."), func(e kernfs.Entry) {
		if ctx.Err() != nil {
			return
		}
		uid, ok := uidOfLogs(e.Name())
		if !ok {
			c.bad(e.Name(), errLogs, t.dir)
			return
		}
		if p := c.podOf(uid); p != nil {
			c.listPodLogs(p, e.Name())
		}
	})
}

func (c *Collector) listPodLogs(p *pod, dir []byte) {
	t := &c.logs
	if p.logSeen == c.round {
		c.bad(dir, errSameUID, t.dir)
		return
	}
	p.logSeen = c.round
	if p.logDir != string(dir) {
		p.logDir = string(dir)
	}
	if f := c.follow(t, p, dir); f != nil {
		f.flat = true
	}
	c.listIn(t, &t.pod, p, t.zpath(p.logDir), func(e kernfs.Entry) {
		if !isName(e.Name()) {
			c.bad(e.Name(), errName, t.dir, p.logDir)
			return
		}
		t.scratch = append(append(append(t.scratch[:0], p.logDir...), '/'), e.Name()...)
		if f := c.follow(t, p, t.scratch); f != nil {
			f.flat = true
		}
	})
}

// forget forgets what is gone and puts what is there in order.
func (c *Collector) forget() {
	for _, p := range c.order {
		p.volumes, p.containers, p.logs = p.volumes[:0], p.containers[:0], nil
	}
	for _, t := range c.trees() {
		for path, f := range t.folders {
			if f.seen != c.round {
				c.drop(f)
				delete(t.folders, path)
				continue
			}
			f.belong()
		}
	}
	c.order = slices.DeleteFunc(c.order, func(p *pod) bool {
		if p.seen != c.round {
			delete(c.pods, p.uid)
			return true
		}
		if p.dirSeen != c.round {
			p.etcHosts = Used{}
		}
		slices.SortFunc(p.volumes, byPath)
		slices.SortFunc(p.containers, byPath)
		return false
	})
	slices.SortFunc(c.order, func(a, b *pod) int { return cmp.Compare(a.uid, b.uid) })
}

func (c *Collector) trees() [2]*tree { return [2]*tree{&c.kubelet, &c.logs} }

func byPath(a, b *folder) int { return cmp.Compare(a.path, b.path) }

// belong enters the folder in its pod's list.
func (f *folder) belong() {
	switch {
	case f.volume:
		f.pod.volumes = append(f.pod.volumes, f)
	case strings.Contains(f.path, "/"):
		f.pod.containers = append(f.pod.containers, f)
	default:
		f.pod.logs = f
	}
}
