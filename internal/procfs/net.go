package procfs

import (
	"bytes"
	"errors"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// Namespace returns the inode of the process's network namespace. It needs the
// privilege to trace the process.
func (p *Process) Namespace() (uint64, error) {
	text, err := kernfs.ReadLinkAt(p.dir, processFiles[fileNamespace], p.proc.buf())
	if err != nil {
		return 0, p.wrap(fileNamespace, p.ended(fileNetDev, err))
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
	fd, err := kernfs.OpenAt(p.dir, processFiles[fileNetDev])
	if err != nil {
		return NetDev{}, p.wrap(fileNetDev, p.ended(fileNetDev, err))
	}
	info, err := kernfs.Stat(fd)
	if err != nil {
		kernfs.Close(&fd)
		return NetDev{}, p.wrap(fileNetDev, p.ended(fileNetDev, err))
	}
	return NetDev{p: p, fd: fd, ID: info.Ino}, nil
}

// Close gives the file back.
func (d *NetDev) Close() { kernfs.Close(&d.fd) }

// netDevRecord is more than a line of net/dev has: a name of 15 bytes and 16
// numbers of up to 20 digits.
const netDevRecord = 512

// Interfaces appends the interfaces that the process sees, as ParseNetDev does.
func (d *NetDev) Interfaces(dst []Interface) ([]Interface, error) {
	text, grown, err := kernfs.Read(d.fd, d.p.proc.text, netDevRecord)
	d.p.proc.text = grown
	if err != nil {
		return dst, d.p.wrap(fileNetDev, d.p.ended(fileNetDev, err))
	}
	dst, err = ParseNetDev(text, dst)
	return dst, d.p.wrap(fileNetDev, err)
}

// DefaultRoute returns the interface of the default route that the process
// sees: of IPv4, or of IPv6 where IPv4 has none. It is empty if there is none,
// and, with kernfs.ErrAbsent, if the process has ended.
// Of a longer file than MaxSize the beginning counts. The string is known if it
// is the same.
func (p *Process) DefaultRoute(known string) (string, error) {
	err := p.route(fileRoute)
	if t := &p.proc.table; !t.found {
		if err6 := p.route(fileRouteV6); err == nil {
			err = err6
		}
	}
	name := p.proc.table.name
	if string(name) == known {
		return known, err
	}
	return string(name), err
}

// route reads a table, and not beyond what is needed.
func (p *Process) route(file int) error {
	t := &p.proc.table
	t.reset(file == fileRouteV6)
	if err := p.pieces(file, MaxSize, t); !errors.Is(err, ErrTooMany) {
		return err
	}
	return p.wrap(file, t.first)
}
