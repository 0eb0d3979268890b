package procfs

import (
	"os"
	"path/filepath"
)

// A Reader reads the files of one proc file system that are wanted again and
// again. It opens each on first use and keeps its descriptor, and it keeps one
// buffer, so that after the first time it allocates nothing. A missing file is
// an error that satisfies errors.Is(err, fs.ErrNotExist). A Reader is not safe
// for concurrent use.
type Reader struct {
	proc   string
	files  [len(readerFiles)]*os.File
	buf    []byte
	closed bool
}

// readerFiles are the files a Reader keeps, below its folder.
var readerFiles = [...]string{
	fileMemInfo:    "meminfo",
	fileStat:       "stat",
	fileLoadAvg:    "loadavg",
	filePIDMax:     "sys/kernel/pid_max",
	fileThreadsMax: "sys/kernel/threads-max",
}

const (
	fileMemInfo = iota
	fileStat
	fileLoadAvg
	filePIDMax
	fileThreadsMax
)

// NewReader returns a Reader of the proc file system at proc, for example
// "/proc". It opens nothing yet.
func NewReader(proc string) *Reader { return &Reader{proc: proc} }

// MemInfo reads the node's memory and swap from meminfo.
func (r *Reader) MemInfo() (MemInfo, error) {
	b, err := r.read(fileMemInfo)
	if err != nil {
		return MemInfo{}, err
	}
	m, err := ParseMemInfo(b)
	return m, r.wrap(fileMemInfo, err)
}

// Stat reads the node's CPU time and the time of its start from stat.
func (r *Reader) Stat() (Stat, error) {
	b, err := r.read(fileStat)
	if err != nil {
		return Stat{}, err
	}
	s, err := ParseStat(b)
	return s, r.wrap(fileStat, err)
}

// Tasks reads from loadavg how many tasks there are: threads, not processes.
func (r *Reader) Tasks() (Number, error) {
	b, err := r.read(fileLoadAvg)
	if err != nil {
		return Number{}, err
	}
	n, err := ParseTasks(b)
	return n, r.wrap(fileLoadAvg, err)
}

// MaxTasks reads how many tasks there may be: the smaller of
// sys/kernel/pid_max and sys/kernel/threads-max. If one of them cannot be read
// it returns the other, and the error.
func (r *Reader) MaxTasks() (Number, error) {
	var (
		least Number
		first error
	)
	for _, i := range [...]int{filePIDMax, fileThreadsMax} {
		var n Number
		b, err := r.read(i)
		if err == nil {
			n, err = ParseNumber(b)
			err = r.wrap(i, err)
		}
		if err != nil && first == nil {
			first = err
		}
		if n.OK && (!least.OK || n.N < least.N) {
			least = n
		}
	}
	return least, first
}

// Close closes the descriptors. A closed Reader reads nothing more.
func (r *Reader) Close() error {
	r.closed = true
	var first error
	for i := range r.files {
		if err := r.drop(i); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// read returns the text of a file, which is valid until the next read.
func (r *Reader) read(i int) ([]byte, error) {
	if r.closed {
		return nil, os.ErrClosed
	}
	if r.files[i] == nil {
		f, err := os.Open(r.path(i))
		if err != nil {
			return nil, err
		}
		r.files[i] = f
	}
	b, err := readAll(r.files[i], r.buf, MaxSize)
	if err != nil {
		_ = r.drop(i) // the read's error tells more; next time it is opened again
		return nil, err
	}
	r.buf = b
	return b, nil
}

func (r *Reader) drop(i int) error {
	f := r.files[i]
	if f == nil {
		return nil
	}
	r.files[i] = nil
	return f.Close()
}

func (r *Reader) path(i int) string {
	return filepath.Join(r.proc, filepath.FromSlash(readerFiles[i]))
}

// wrap adds the path to a parser's error. It builds no path without need.
func (r *Reader) wrap(i int, err error) error {
	if err == nil {
		return nil
	}
	return WithPath(r.path(i), err)
}
