package kernfs

import "errors"

var (
	// ErrOtherMount says that a folder is not opened because the way to it
	// leads onto another mount.
	ErrOtherMount = errors.New("on another mount")
	// ErrNoQuota says that a folder's project is not accounted for, or that the
	// privilege to ask is missing.
	ErrNoQuota = errors.New("no quota accounting")
)

// A File is what an ordinary file system says about one file.
type File struct {
	Dev    uint64
	Ino    uint64
	Links  uint64
	Blocks uint64 // of 512 bytes, whatever the file system's own are
	IsDir  bool
}

// A Kind is what an Entry says that it is, as far as the file system tells
// without looking at the file.
type Kind uint8

const (
	// KindUnknown is left to LstatAt.
	KindUnknown Kind = iota
	// KindDir is a folder.
	KindDir
	// KindOther is anything else: files, links, FIFOs, sockets, devices.
	KindOther
)

// An Entry is one name in a folder.
type Entry struct {
	// ZName is the name and a NUL. It lies in the buffer it was read into.
	ZName []byte
	// Next is where the list goes on after it, for Seek. It holds for
	// descriptors of that folder that are opened later, too.
	Next int64
	Kind Kind
}

// Name returns the name without the NUL.
func (e *Entry) Name() []byte { return e.ZName[:len(e.ZName)-1] }

// Filling is how full a file system is.
type Filling struct {
	Mount      uint64 // ID of the mount that was asked, as in mountinfo; 0 if the kernel does not tell
	BlockSize  uint64 // in bytes
	Blocks     uint64
	BlocksFree uint64
	BlocksHave uint64 // those that ordinary users may still take
	Files      uint64
	FilesFree  uint64
}

// Quota is what the files of one project take.
type Quota struct {
	Bytes, Inodes uint64
}
