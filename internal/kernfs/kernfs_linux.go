package kernfs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

const dirFlags = unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC

// openAt is unix.Openat without the copy of the name that unix.Openat makes
// at each call. The unsafe of the module is in this package and nowhere else.
func openAt(dir int, name Name, flags int) (FD, error) {
	for {
		fd, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(dir),
			uintptr(unsafe.Pointer(unsafe.StringData(name.z))), uintptr(flags|unix.O_LARGEFILE), 0, 0, 0)
		switch errno {
		case 0:
			return FD(fd), nil
		case unix.EINTR:
		default:
			return None, classify(errno)
		}
	}
}

// readLinkAt is unix.Readlinkat without its copy of the name.
func readLinkAt(dir int, name Name, buf []byte) (int, error) {
	n, _, errno := unix.Syscall6(unix.SYS_READLINKAT, uintptr(dir), uintptr(unsafe.Pointer(unsafe.StringData(name.z))),
		uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// Missing reports whether there is no such file below dir, without allocating.
func Missing(dir FD, name Name) bool {
	fd, err := openAt(int(dir), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC)
	Close(&fd)
	return errors.Is(err, ErrAbsent)
}

// TypeOf returns the type of fd's file system.
func TypeOf(fd FD) (Type, error) {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(fd), &st); err != nil {
		return Ordinary, classify(err)
	}
	switch int64(st.Type) {
	case unix.CGROUP_SUPER_MAGIC:
		return Cgroup1, nil
	case unix.CGROUP2_SUPER_MAGIC:
		return Cgroup2, nil
	}
	return Ordinary, nil
}

// Dirs calls yield with the name of each folder in dir, in the file system's
// order. The name is valid until yield returns. Buf is for the kernel's
// answer, at least 1 KiB.
func Dirs(dir FD, buf []byte, yield func(name []byte)) error {
	return list(dir, here[0], buf, func(in FD, kind byte, name []byte) bool {
		if name = name[:len(name)-1]; isDir(in, kind, name) {
			yield(name)
		}
		return true
	})
}

// Entries calls yield with the name of each file in a folder below dir, until
// it returns false. The folder is open as in; the name, which is relative to
// it, is valid until yield returns. Buf is as for Dirs.
func Entries(dir FD, folder Name, buf []byte, yield func(in FD, name Name) bool) error {
	return list(dir, folder, buf, func(in FD, _ byte, name []byte) bool { return yield(in, Borrow(name)) })
}

var here = [...]Name{{".\x00"}}

// list calls yield with each entry but "." and ".."; its name ends in a NUL.
func list(dir FD, folder Name, buf []byte, yield func(in FD, kind byte, name []byte) bool) error {
	fd, err := openAt(int(dir), folder, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC|unix.O_NOFOLLOW)
	if err != nil {
		return err
	}
	defer Close(&fd)
	for {
		n, errno := unix.Getdents(int(fd), buf)
		if errno == unix.EINTR {
			continue
		}
		if errno != nil {
			return classify(errno)
		}
		if n == 0 {
			return nil
		}
		for b := buf[:n]; len(b) >= 19; {
			// struct linux_dirent64: ino 8, off 8, reclen 2, type 1, name.
			size := int(binary.NativeEndian.Uint16(b[16:]))
			if size < 19 || size > len(b) {
				break
			}
			kind, name := b[18], b[19:size]
			end := bytes.IndexByte(name, 0)
			b = b[size:]
			if end <= 0 || string(name[:end]) == "." || string(name[:end]) == ".." {
				continue
			}
			if !yield(fd, kind, name[:end+1]) {
				return nil
			}
		}
	}
}

func isDir(dir FD, kind byte, name []byte) bool {
	switch kind {
	case unix.DT_DIR:
		return true
	case unix.DT_UNKNOWN: // some file systems leave it to stat
		info, err := StatAt(dir, NewName(string(name)))
		return err == nil && info.IsDir
	}
	return false
}
