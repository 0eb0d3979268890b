package procfs

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// Proc reads what processes have and what they see of the network, and the
// node's disks, without allocating. It keeps a proc open, and nothing of a
// process: an open net/dev would keep a network namespace from being removed.
// It is not safe for concurrent use.
type Proc struct {
	proc string
	dir  kernfs.FD
	text []byte   // of a file
	list []byte   // of a folder
	name [32]byte // of a process or a thread
	link [64]byte // where a descriptor leads

	table   routeTable
	sockets socketTable
}

// listSize is how much of a folder is listed at once: a thousand descriptors.
const listSize = 32 << 10

// NewProc returns a Proc of what is mounted at proc. It is opened when it is
// first needed.
func NewProc(proc string) *Proc { return &Proc{proc: proc, dir: kernfs.None} }

// Close gives back what is kept open. The Proc may be used again.
func (p *Proc) Close() { kernfs.Close(&p.dir) }

var procFiles = [...]kernfs.Name{
	fileSelf:      kernfs.NewName("self"),
	fileDiskStats: kernfs.NewName("diskstats"),
}

// The files that are read of the node.
const (
	fileSelf = iota
	fileDiskStats
)

// Self returns the number that the calling process has in this proc, which is
// another one than os.Getpid's if it is a proc of another pid namespace. It
// fails with an error that satisfies fs.ErrNotExist where it has none.
func (p *Proc) Self() (int, error) {
	if err := p.open(); err != nil {
		return 0, err
	}
	text, err := kernfs.ReadLinkAt(p.dir, procFiles[fileSelf], p.buf())
	if err != nil {
		return 0, p.wrap("self", err)
	}
	num, err := scan.Uint32(text)
	if err != nil {
		return 0, WithPath(filepath.Join(p.proc, "self"), NewParseError(1, text, err))
	}
	return int(num), nil
}

// Disks reads the node's disks, and appends them as ParseDiskStats does. Where
// there is no such file it fails with kernfs.ErrAbsent.
func (p *Proc) Disks(dst []Disk) ([]Disk, error) {
	if err := p.open(); err != nil {
		return dst, err
	}
	text, err := p.read(p.dir, procFiles[fileDiskStats])
	if err == nil {
		dst, err = ParseDiskStats(text, dst)
	}
	return dst, p.wrap("diskstats", err)
}

func (p *Proc) open() (err error) {
	if p.dir == kernfs.None {
		if p.dir, err = kernfs.OpenDir(p.proc); err != nil {
			return p.wrap("", err)
		}
	}
	return nil
}

// read returns the text of a file below dir, which is good until the next one.
func (p *Proc) read(dir kernfs.FD, name kernfs.Name) ([]byte, error) {
	fd, err := kernfs.OpenAt(dir, name)
	if err != nil {
		return nil, err
	}
	defer kernfs.Close(&fd)
	text, grown, err := kernfs.Read(fd, p.text, kernfs.AnyRecord)
	p.text = grown
	return text, err
}

func (p *Proc) buf() []byte {
	if len(p.text) == 0 {
		p.text = make([]byte, minSize)
	}
	return p.text
}

func (p *Proc) listBuf() []byte {
	if p.list == nil {
		p.list = make([]byte, listSize)
	}
	return p.list
}

// wrap says what an error is about. A missing file is so often none that it is
// told without.
func (p *Proc) wrap(name string, err error) error {
	if err == nil || errors.Is(err, kernfs.ErrAbsent) {
		return err
	}
	path := filepath.Join(p.proc, name)
	var parse *ParseError
	if errors.As(err, &parse) {
		return WithPath(path, err)
	}
	return &fs.PathError{Op: "read", Path: path, Err: err}
}

// Process opens the folder of a process. It is that of this process for good:
// when the process has ended, nothing can be read any more, also if another one
// gets its number. Close it.
func (p *Proc) Process(pid int) (Process, error) {
	if err := p.open(); err != nil {
		return Process{dir: kernfs.None}, err
	}
	name := append(strconv.AppendInt(p.name[:0], int64(pid), 10), 0)
	dir, err := kernfs.OpenDirAt(p.dir, kernfs.Borrow(name))
	if err != nil {
		return Process{dir: kernfs.None}, p.wrapPID(pid, "", err)
	}
	return Process{proc: p, pid: pid, dir: dir}, nil
}

// A Process is the folder of a process, held open.
type Process struct {
	proc *Proc
	pid  int
	dir  kernfs.FD
}

// Close gives the folder back.
func (p *Process) Close() { kernfs.Close(&p.dir) }

// The files and folders that are read of a process.
const (
	fileNamespace = iota
	fileNetDev
	fileRoute
	fileRouteV6
	fileTCP
	fileTCP6
	fileUDP
	fileUDP6
	fileStart
	fileLimits
	fileDescriptors
	fileTasks
)

var processFiles = [...]kernfs.Name{
	fileNamespace:   kernfs.NewName("ns/net"),
	fileNetDev:      kernfs.NewName("net/dev"),
	fileRoute:       kernfs.NewName("net/route"),
	fileRouteV6:     kernfs.NewName("net/ipv6_route"),
	fileTCP:         kernfs.NewName("net/tcp"),
	fileTCP6:        kernfs.NewName("net/tcp6"),
	fileUDP:         kernfs.NewName("net/udp"),
	fileUDP6:        kernfs.NewName("net/udp6"),
	fileStart:       kernfs.NewName("stat"),
	fileLimits:      kernfs.NewName("limits"),
	fileDescriptors: kernfs.NewName("fd"),
	fileTasks:       kernfs.NewName("task"),
}

func (p *Process) wrap(file int, err error) error {
	return p.proc.wrapPID(p.pid, processFiles[file].String(), err)
}

func (p *Proc) wrapPID(pid int, name string, err error) error {
	if err == nil || errors.Is(err, kernfs.ErrAbsent) {
		return err // without making the path
	}
	return p.wrap(filepath.Join(strconv.Itoa(pid), name), err)
}

// ended returns kernfs.ErrAbsent instead of an error that comes from the
// process's end: the kernel has several.
func (p *Process) ended(file int, err error) error {
	if kernfs.Missing(p.dir, processFiles[file]) {
		return kernfs.ErrAbsent
	}
	return err
}
