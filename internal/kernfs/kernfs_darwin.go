package kernfs

import (
	"errors"

	"golang.org/x/sys/unix"
)

const dirFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC

func openAt(dir int, name Name, flags int) (FD, error) {
	fd, err := unix.Openat(dir, name.String(), flags, 0)
	if err != nil {
		return None, classify(err)
	}
	return FD(fd), nil
}

func readLinkAt(dir int, name Name, buf []byte) (int, error) {
	return unix.Readlinkat(dir, name.String(), buf)
}

// Missing reports whether there is no such file below dir.
func Missing(dir FD, name Name) bool {
	_, err := StatAt(dir, name)
	return errors.Is(err, ErrAbsent)
}

// TypeOf returns Ordinary: macOS has no cgroups.
func TypeOf(FD) (Type, error) { return Ordinary, nil }

// Dirs calls yield with the name of each folder in dir, in the file system's
// order. The name is valid until yield returns. Buf is for the kernel's
// answer, at least 1 KiB.
func Dirs(dir FD, buf []byte, yield func(name []byte)) error {
	return Entries(dir, NewName("."), buf, func(in FD, name Name) bool {
		if info, err := StatAt(in, name); err == nil && info.IsDir {
			yield([]byte(name.String()))
		}
		return true
	})
}

// Entries calls yield with the name of each file in a folder below dir, until
// it returns false. The folder is open as in; the name, which is relative to
// it, is valid until yield returns. Buf is as for Dirs.
func Entries(dir FD, folder Name, buf []byte, yield func(in FD, name Name) bool) error {
	fd, err := openAt(int(dir), folder, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC|unix.O_NOFOLLOW)
	if err != nil {
		return err
	}
	defer Close(&fd)
	for {
		n, err := unix.ReadDirent(int(fd), buf)
		if err != nil {
			return classify(err)
		}
		if n == 0 {
			return nil
		}
		var names []string
		for b := buf[:n]; len(b) > 0; {
			used, _, more := unix.ParseDirent(b, -1, nil)
			names, b = append(names, more...), b[used:]
		}
		for _, name := range names {
			if !yield(fd, NewName(name)) {
				return nil
			}
		}
	}
}
