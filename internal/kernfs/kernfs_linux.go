package kernfs

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

const dirFlags = unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC

// openAt is unix.Openat without the copy of the name that unix.Openat makes
// at each call. It and readLinkAt are the only uses of unsafe in the module.
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
	fd, err := openAt(int(dir), Name{".\x00"}, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC)
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
			if i := bytes.IndexByte(name, 0); i >= 0 {
				name = name[:i]
			}
			if isDir(fd, kind, name) {
				yield(name)
			}
			b = b[size:]
		}
	}
}

func isDir(dir FD, kind byte, name []byte) bool {
	switch {
	case len(name) == 0, string(name) == ".", string(name) == "..":
		return false
	case kind == unix.DT_DIR:
		return true
	case kind == unix.DT_UNKNOWN: // some file systems leave it to stat
		info, err := StatAt(dir, NewName(string(name)))
		return err == nil && info.IsDir
	}
	return false
}
