// Package kernfs opens, reads and lists the files of a cgroup file system
// through directory descriptors, without allocating, and looks at ordinary
// files in the same way for what they take of a disk. It is the only package
// with build tags. On Linux it is complete; on macOS it serves ordinary
// folders as cgroups, so that fakes and captured copies can be read; elsewhere
// everything answers errors.ErrUnsupported.
package kernfs

import (
	"errors"
	"io/fs"
	"time"
	"unsafe"
)

// An FD is an open descriptor.
type FD int32

// None is no descriptor.
const None FD = -1

var (
	// ErrAbsent says that there is no such file, or that the kernel was built
	// or booted without what it would tell, or that the process whose file it
	// is has ended (ESRCH). EOPNOTSUPP is among these: a
	// pressure file of a kernel booted with psi=0, or cgroup.procs of a
	// threaded cgroup. It is checked first, because that error satisfies
	// errors.Is(err, errors.ErrUnsupported) too.
	ErrAbsent error = absentError{}
	// ErrDead says that a descriptor's file is gone for good, while the cgroup
	// may live: its controller was switched off, say.
	ErrDead = errors.New("file of a removed or disabled cgroup controller")
	// ErrFull says that there are no more descriptors to have.
	ErrFull = errors.New("too many open files")
	// ErrTooLarge says that a file is larger than MaxFile.
	ErrTooLarge = errors.New("file is larger than 1 MiB")
)

// MaxFile is how large a file may be, in bytes.
const MaxFile = 1 << 20

// AnyRecord is for Read, where nothing is known of the length of records.
const AnyRecord = MaxFile

type absentError struct{}

func (absentError) Error() string        { return "no such file" }
func (absentError) Is(target error) bool { return target == fs.ErrNotExist }

// A Name is the name of a file or a folder, relative to a descriptor, prepared
// once so that opening it does not allocate. The zero Name is invalid.
type Name struct {
	z string // ends in a NUL
}

// NewName returns the Name of name. A name with a NUL in it names what stands
// before the NUL, as it does for the kernel.
func NewName(name string) Name { return Name{name + "\x00"} }

// Borrow returns the Name in z, which ends in a NUL. It shares z's memory, and
// is good only as long as that stays as it is.
func Borrow(z []byte) Name { return Name{unsafe.String(unsafe.SliceData(z), len(z))} }

// Tail returns the Name of what follows the first skip bytes. It shares n's
// memory.
func (n Name) Tail(skip int) Name { return Name{n.z[skip:]} }

// String returns the name, which shares n's memory.
func (n Name) String() string { return n.z[:max(0, len(n.z)-1)] }

// Info is what the file system says about a file.
type Info struct {
	Dev     uint64
	Ino     uint64
	Links   uint64 // of a cgroup directory: 2 and one for each child
	ModTime time.Time
	IsDir   bool
}

// A Type is the type of a file system.
type Type uint8

const (
	// Ordinary is anything but a cgroup file system.
	Ordinary Type = iota
	// Cgroup1 is one hierarchy of cgroup v1.
	Cgroup1
	// Cgroup2 is the hierarchy of cgroup v2.
	Cgroup2
)
