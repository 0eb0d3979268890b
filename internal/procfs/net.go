package procfs

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// Net reads what processes see of the network. It keeps a proc open, and
// nothing of a process: an open net/dev would keep a network namespace from
// being removed. It is not safe for concurrent use.
type Net struct {
	proc  string
	dir   kernfs.FD
	text  []byte // of a file
	table routeTable
}

// NewNet returns a Net of the proc that is mounted at proc. It is opened when
// it is first needed.
func NewNet(proc string) *Net { return &Net{proc: proc, dir: kernfs.None} }

// Close gives back what is kept open. The Net may be used again.
func (n *Net) Close() { kernfs.Close(&n.dir) }

// A PID is the number of a process, prepared once so that its folder can be
// opened without allocating. The zero PID is no process.
type PID struct {
	n    int
	name kernfs.Name
}

// NewPID returns the PID n.
func NewPID(n int) PID { return PID{n, kernfs.NewName(strconv.Itoa(n))} }

// Int returns the number.
func (p PID) Int() int { return p.n }

var self = [...]kernfs.Name{kernfs.NewName("self")}

// Self returns the number that the calling process has in this proc, which is
// another one than os.Getpid's if it is a proc of another pid namespace. It
// fails with an error that satisfies fs.ErrNotExist where it has none.
func (n *Net) Self() (int, error) {
	if err := n.open(); err != nil {
		return 0, err
	}
	text, err := kernfs.ReadLinkAt(n.dir, self[0], n.buf())
	if err != nil {
		return 0, n.wrap("self", err)
	}
	num, err := scan.Uint32(text)
	if err != nil {
		return 0, WithPath(filepath.Join(n.proc, "self"), NewParseError(1, text, err))
	}
	return int(num), nil
}

func (n *Net) open() (err error) {
	if n.dir == kernfs.None {
		if n.dir, err = kernfs.OpenDir(n.proc); err != nil {
			return n.wrap("", err)
		}
	}
	return nil
}

func (n *Net) buf() []byte {
	if len(n.text) == 0 {
		n.text = make([]byte, minSize)
	}
	return n.text
}

// wrap says what an error is about. A missing file is so often none that it is
// told without.
func (n *Net) wrap(name string, err error) error {
	if err == nil || errors.Is(err, kernfs.ErrAbsent) {
		return err
	}
	path := filepath.Join(n.proc, name)
	var parse *ParseError
	if errors.As(err, &parse) {
		return WithPath(path, err)
	}
	return &fs.PathError{Op: "read", Path: path, Err: err}
}

// Process opens the folder of a process. It is that of this process for good:
// when the process has ended, nothing can be read any more, also if another one
// gets its number. Close it.
func (n *Net) Process(pid PID) (Process, error) {
	if err := n.open(); err != nil {
		return Process{}, err
	}
	dir, err := kernfs.OpenDirAt(n.dir, pid.name)
	if err != nil {
		return Process{}, n.wrap(pid.name.String(), err)
	}
	return Process{net: n, pid: pid, dir: dir}, nil
}

// A Process is the folder of a process, held open.
type Process struct {
	net *Net
	pid PID
	dir kernfs.FD
}

// Close gives the folder back.
func (p *Process) Close() { kernfs.Close(&p.dir) }

// The files that are read of a process.
const (
	fileNamespace = iota
	fileNetDev
	fileRoute
	fileRouteV6
)

var netFiles = [...]kernfs.Name{
	fileNamespace: kernfs.NewName("ns/net"),
	fileNetDev:    kernfs.NewName("net/dev"),
	fileRoute:     kernfs.NewName("net/route"),
	fileRouteV6:   kernfs.NewName("net/ipv6_route"),
}

func (p *Process) wrap(file int, err error) error {
	if err == nil || errors.Is(err, kernfs.ErrAbsent) {
		return err
	}
	return p.net.wrap(filepath.Join(p.pid.name.String(), netFiles[file].String()), err)
}

// Namespace returns the inode of the process's network namespace. It needs the
// privilege to trace the process.
func (p *Process) Namespace() (uint64, error) {
	text, err := kernfs.ReadLinkAt(p.dir, netFiles[fileNamespace], p.net.buf())
	if err != nil {
		return 0, p.wrap(fileNamespace, p.ended(err))
	}
	inode, err := ParseNamespace(text)
	return inode, p.wrap(fileNamespace, err)
}

// ParseNamespace returns the inode in the text of the link /proc/PID/ns/net:
//
//	net:[4026531840]
func ParseNamespace(b []byte) (uint64, error) {
	num, ok := bytes.CutPrefix(b, []byte("net:["))
	num, closed := bytes.CutSuffix(num, []byte("]"))
	inode, err := scan.Uint(num)
	if !ok || !closed || err != nil {
		return 0, NewParseError(1, b, errNamespace)
	}
	return inode, nil
}

// A NetDev is the file net/dev of a process, held open. It must be closed soon:
// the network namespace stays as long as it is open.
type NetDev struct {
	p  *Process
	fd kernfs.FD
	// ID is the file's inode. In a live proc each network namespace has its
	// own (proc_create_net), and who reads it needs no privilege.
	ID uint64
}

// NetDev opens net/dev.
func (p *Process) NetDev() (NetDev, error) {
	fd, err := kernfs.OpenAt(p.dir, netFiles[fileNetDev])
	if err != nil {
		return NetDev{}, p.wrap(fileNetDev, p.ended(err))
	}
	info, err := kernfs.Stat(fd)
	if err != nil {
		kernfs.Close(&fd)
		return NetDev{}, p.wrap(fileNetDev, p.ended(err))
	}
	return NetDev{p: p, fd: fd, ID: info.Ino}, nil
}

// Close gives the file back.
func (d *NetDev) Close() { kernfs.Close(&d.fd) }

// Interfaces appends the interfaces that the process sees, as ParseNetDev does.
func (d *NetDev) Interfaces(dst []Interface) ([]Interface, error) {
	text, grown, err := kernfs.Read(d.fd, d.p.net.text, true)
	d.p.net.text = grown
	if err != nil {
		return dst, d.p.wrap(fileNetDev, d.p.ended(err))
	}
	dst, err = ParseNetDev(text, dst)
	return dst, d.p.wrap(fileNetDev, err)
}

// ended returns kernfs.ErrAbsent instead of an error that comes from the
// process's end: the kernel has several.
func (p *Process) ended(err error) error {
	if _, gone := kernfs.StatAt(p.dir, netFiles[fileNetDev]); errors.Is(gone, kernfs.ErrAbsent) {
		return gone
	}
	return err
}

// DefaultRoute returns the interface of the default route that the process
// sees: of IPv4, or of IPv6 where IPv4 has none. It is empty if there is none,
// and, with kernfs.ErrAbsent, if the process has ended.
// Of a longer file than MaxSize the beginning counts. The string is known if it
// is the same.
func (p *Process) DefaultRoute(known string) (string, error) {
	err := p.route(fileRoute)
	if t := &p.net.table; !t.found {
		if err6 := p.route(fileRouteV6); err == nil {
			err = err6
		}
	}
	name := p.net.table.name
	if string(name) == known {
		return known, err
	}
	return string(name), err
}

// route reads a table, a piece at a time and not beyond what is needed.
func (p *Process) route(file int) error {
	t := &p.net.table
	t.reset(file == fileRouteV6)
	fd, err := kernfs.OpenAt(p.dir, netFiles[file])
	if err != nil {
		if gone := p.ended(nil); gone != nil {
			err = gone
		} else if errors.Is(err, kernfs.ErrAbsent) {
			return nil // without IPv6 for example
		}
		return p.wrap(file, err)
	}
	defer kernfs.Close(&fd)
	buf, kept := p.net.buf(), 0
	for read := 0; read < MaxSize && !(t.v6 && t.found); {
		n, err := kernfs.ReadAt(fd, buf[kept:], int64(read))
		if err != nil {
			return p.wrap(file, err)
		}
		read += n
		rest := t.add(buf[:kept+n], n == 0)
		if n == 0 {
			break
		}
		if len(rest) == len(buf) {
			return p.wrap(file, NewParseError(t.line+1, rest, ErrTooLarge))
		}
		kept = copy(buf, rest)
	}
	return p.wrap(file, t.first)
}
