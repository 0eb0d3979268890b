package kernfs

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// HasDisks reports whether the functions of this file do anything.
const HasDisks = true

// zpointer returns where a name that ends in a NUL begins; nil for any other,
// which the kernel answers with EFAULT.
func zpointer(zname []byte) unsafe.Pointer {
	if len(zname) == 0 || zname[len(zname)-1] != 0 {
		return nil
	}
	return unsafe.Pointer(unsafe.SliceData(zname))
}

// OpenPath opens the folder at path for use as a starting point. Links on the
// way are followed: the path is its caller's.
func OpenPath(path string) (FD, error) { return OpenDir(path) }

// OpenListAt opens a folder below dir for listing. The path, which ends in a
// NUL, leads neither over a link nor out of dir; onto another mount, which
// is ErrOtherMount, only if cross is set. Nothing but a folder is opened.
func OpenListAt(dir FD, zpath []byte, cross bool) (FD, error) {
	how := unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC | unix.O_LARGEFILE,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
	}
	if cross {
		how.Resolve &^= unix.RESOLVE_NO_XDEV
	}
	for {
		fd, _, errno := unix.Syscall6(unix.SYS_OPENAT2, uintptr(dir), uintptr(zpointer(zpath)),
			uintptr(unsafe.Pointer(&how)), unsafe.Sizeof(how), 0, 0)
		switch errno {
		case 0:
			return FD(fd), nil
		case unix.EINTR, unix.EAGAIN: // EAGAIN: something was renamed meanwhile
		case unix.ENOSYS, unix.EPERM: // a filter of system calls that does not know it
			return openSteps(dir, zpath, cross)
		case unix.EXDEV:
			return None, ErrOtherMount
		default:
			return None, classify(errno)
		}
	}
}

// openSteps is OpenListAt where a filter of system calls hides openat2: one
// folder at a time, of which none may be a link. A mount of the same device
// passes.
func openSteps(dir FD, zpath []byte, cross bool) (FD, error) {
	at := dir
	for rest := bytes.TrimSuffix(zpath, []byte{0}); ; {
		var name []byte
		name, rest, _ = bytes.Cut(rest, []byte{'/'})
		fd, err := openStep(at, string(name), len(rest) == 0, cross)
		if at != dir {
			Close(&at)
		}
		if err != nil || len(rest) == 0 {
			return fd, err
		}
		at = fd
	}
}

func openStep(dir FD, name string, last, cross bool) (FD, error) {
	flags := dirFlags
	if last {
		flags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NONBLOCK | unix.O_CLOEXEC
	}
	if name == ".." {
		return None, ErrOtherMount
	}
	above, err := StatFile(dir)
	if err != nil {
		return None, err
	}
	fd, err := openAt(int(dir), NewName(name), flags|unix.O_NOFOLLOW)
	if err != nil || cross {
		return fd, err
	}
	if f, err := StatFile(fd); err != nil || f.Dev != above.Dev {
		Close(&fd)
		return None, ErrOtherMount
	}
	return fd, nil
}

// LstatAt returns what is known about a file in dir, by a name that ends in a
// NUL. Links are not followed, nothing is opened or mounted for it.
func LstatAt(dir FD, zname []byte) (File, error) {
	return statx(dir, zname, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT)
}

// StatFile returns what is known about fd's file.
func StatFile(fd FD) (File, error) {
	zempty := [1]byte{}
	return statx(fd, zempty[:], unix.AT_EMPTY_PATH)
}

func statx(dir FD, zname []byte, flags int) (File, error) {
	var st unix.Statx_t
	const mask = unix.STATX_TYPE | unix.STATX_NLINK | unix.STATX_INO | unix.STATX_BLOCKS
	for {
		_, _, errno := unix.Syscall6(unix.SYS_STATX, uintptr(dir), uintptr(zpointer(zname)),
			uintptr(flags), mask, uintptr(unsafe.Pointer(&st)), 0)
		switch errno {
		case 0:
			return File{
				Dev:    uint64(st.Dev_major)<<32 | uint64(st.Dev_minor),
				Ino:    st.Ino,
				Links:  uint64(st.Nlink),
				Blocks: st.Blocks,
				IsDir:  st.Mode&unix.S_IFMT == unix.S_IFDIR,
			}, nil
		case unix.EINTR:
		default:
			return File{}, classify(errno)
		}
	}
}

// Seek sets where List goes on: 0, or an Entry's Next.
func Seek(fd FD, offset int64) error {
	_, err := unix.Seek(int(fd), offset, unix.SEEK_SET)
	return classify(err)
}

// List fills buf, of at least 1 KiB, with the next names in a folder, for
// NextEntry. It returns 0 at the end.
func List(fd FD, buf []byte) (int, error) {
	for {
		n, errno := unix.Getdents(int(fd), buf)
		if errno == unix.EINTR {
			continue
		}
		return max(n, 0), classify(errno)
	}
}

// NextEntry cuts the first entry off what List has filled. Its ZName is empty
// where the text is not what the kernel writes.
func NextEntry(b []byte) (e Entry, rest []byte) {
	// struct linux_dirent64: ino 8, off 8, reclen 2, type 1, name.
	if len(b) < 20 {
		return Entry{}, nil
	}
	size := int(binary.NativeEndian.Uint16(b[16:]))
	if size < 20 || size > len(b) {
		return Entry{}, nil
	}
	end := bytes.IndexByte(b[19:size], 0)
	if end <= 0 {
		return Entry{}, nil
	}
	e = Entry{ZName: b[19 : 19+end+1], Next: int64(binary.NativeEndian.Uint64(b[8:])), Kind: KindOther}
	switch b[18] {
	case unix.DT_DIR:
		e.Kind = KindDir
	case unix.DT_UNKNOWN:
		e.Kind = KindUnknown
	}
	return e, b[size:]
}

// Statfs asks how full the file system at path is. On a network that does not
// answer it waits for ever.
func Statfs(path string) (Filling, error) {
	fd, err := OpenDir(path) // O_PATH: asks nobody
	if err != nil {
		return Filling{}, err
	}
	defer Close(&fd)
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(fd), &st); err != nil {
		return Filling{}, classify(err)
	}
	f := Filling{
		BlockSize:  uint64(st.Frsize),
		Blocks:     st.Blocks,
		BlocksFree: st.Bfree,
		BlocksHave: st.Bavail,
		Files:      st.Files,
		FilesFree:  st.Ffree,
	}
	if f.BlockSize == 0 {
		f.BlockSize = uint64(st.Bsize)
	}
	var stx unix.Statx_t
	if unix.Statx(int(fd), "", unix.AT_EMPTY_PATH|unix.AT_STATX_DONT_SYNC, unix.STATX_MNT_ID, &stx) == nil &&
		stx.Mask&unix.STATX_MNT_ID != 0 {
		f.Mount = stx.Mnt_id
	}
	return f, nil
}
