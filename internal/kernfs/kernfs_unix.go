//go:build linux || darwin

package kernfs

import (
	"errors"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// classify returns what an errno means here; nil for none.
func classify(err error) error {
	is := func(errnos ...syscall.Errno) bool {
		return slices.ContainsFunc(errnos, func(errno syscall.Errno) bool { return errors.Is(err, errno) })
	}
	switch {
	case is(unix.ENOENT, unix.ENOTDIR, unix.EOPNOTSUPP, unix.ENOTSUP, unix.ELOOP, unix.ESRCH):
		return ErrAbsent
	case is(unix.ENODEV):
		return ErrDead
	case is(unix.EMFILE, unix.ENFILE):
		return ErrFull
	}
	return err
}

// OpenDir opens the folder at path for use as a starting point.
func OpenDir(path string) (FD, error) {
	return openAt(unix.AT_FDCWD, NewName(path), dirFlags)
}

// OpenDirAt opens a folder below dir for use as a starting point.
func OpenDirAt(dir FD, name Name) (FD, error) {
	return openAt(int(dir), name, dirFlags|unix.O_NOFOLLOW)
}

// OpenAt opens a file below dir for reading. A FIFO does not block it, and a
// link is absent.
func OpenAt(dir FD, name Name) (FD, error) {
	return openAt(int(dir), name, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK)
}

// Close closes fd, if it is open, and makes it None.
func Close(fd *FD) {
	if *fd >= 0 {
		_ = unix.Close(int(*fd)) // nothing was written: there is nothing to lose
	}
	*fd = None
}

// Read returns the text of fd's file in buf, which it lets grow up to MaxFile,
// and returns grown. A file that the kernel shows in one piece, whose record is
// 0, ends where a read is short. One that is shown in pieces of whole records,
// none of them longer than record, ends where a read gives nothing; or where one
// had room for another record, in buf and in the kernel's page (seq_read_iter).
func Read(fd FD, buf []byte, record int) (text, grown []byte, err error) {
	n := 0
	for {
		if n == len(buf) {
			if n >= MaxFile {
				return nil, buf, ErrTooLarge
			}
			grownBuf := make([]byte, max(4096, 2*len(buf)))
			copy(grownBuf, buf)
			buf = grownBuf
			if record == 0 {
				n = 0 // one cut in time: from the start, into the larger buffer
			}
		}
		m, errno := unix.Pread(int(fd), buf[n:], int64(n))
		if errno == unix.EINTR {
			continue
		}
		if errno != nil {
			return nil, buf, classify(errno)
		}
		n += m
		if m == 0 || n < len(buf) && (record == 0 || m+record < minPage && n+record < len(buf)) {
			return buf[:n], buf, nil
		}
	}
}

// minPage is the least that a page has, in bytes.
const minPage = 4096

// ReadAt reads a piece of fd's file into buf, from an offset on. It returns 0
// at the end.
func ReadAt(fd FD, buf []byte, offset int64) (int, error) {
	for {
		n, errno := unix.Pread(int(fd), buf, offset)
		switch {
		case errno == unix.EINTR:
		case errno != nil:
			return 0, classify(errno)
		default:
			return n, nil
		}
	}
}

// ReadLinkAt returns where a link below dir leads, in buf. It follows none.
func ReadLinkAt(dir FD, name Name, buf []byte) ([]byte, error) {
	n, err := readLinkAt(int(dir), name, buf)
	if err != nil {
		return nil, classify(err)
	}
	if n == len(buf) {
		return nil, ErrTooLarge // it may have been cut
	}
	return buf[:n], nil
}

// Stat returns what is known about fd's file.
func Stat(fd FD) (Info, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(fd), &st); err != nil {
		return Info{}, classify(err)
	}
	return infoOf(&st), nil
}

// StatAt returns what is known about a file below dir. Links are not followed.
func StatAt(dir FD, name Name) (Info, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(int(dir), name.String(), &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return Info{}, classify(err)
	}
	return infoOf(&st), nil
}

func infoOf(st *unix.Stat_t) Info {
	sec, nsec := st.Mtim.Unix()
	return Info{
		Dev:     uint64(st.Dev),
		Ino:     st.Ino,
		Links:   uint64(st.Nlink),
		ModTime: time.Unix(sec, nsec),
		IsDir:   st.Mode&unix.S_IFMT == unix.S_IFDIR,
	}
}

// MaxOpenFiles returns how many descriptors the process may have.
func MaxOpenFiles() uint64 {
	var lim unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &lim); err != nil {
		return 1024
	}
	return lim.Cur
}

// CPUTime returns the CPU time that the process has used.
func CPUTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// IsDenied reports whether err says that the privilege is missing.
func IsDenied(err error) bool {
	return errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM)
}
