//go:build !linux && !darwin

package kernfs

import (
	"errors"
	"io/fs"
	"time"
)

// OpenDir answers errors.ErrUnsupported.
func OpenDir(string) (FD, error) { return None, errors.ErrUnsupported }

// OpenDirAt answers errors.ErrUnsupported.
func OpenDirAt(FD, Name) (FD, error) { return None, errors.ErrUnsupported }

// OpenAt answers errors.ErrUnsupported.
func OpenAt(FD, Name) (FD, error) { return None, errors.ErrUnsupported }

// Close does nothing: nothing can have been opened.
func Close(*FD) {}

// Read answers errors.ErrUnsupported.
func Read(_ FD, buf []byte, _ int) (text, grown []byte, err error) {
	return nil, buf, errors.ErrUnsupported
}

// ReadAt answers errors.ErrUnsupported.
func ReadAt(FD, []byte, int64) (int, error) { return 0, errors.ErrUnsupported }

// ReadLinkAt answers errors.ErrUnsupported.
func ReadLinkAt(FD, Name, []byte) ([]byte, error) { return nil, errors.ErrUnsupported }

// Stat answers errors.ErrUnsupported.
func Stat(FD) (Info, error) { return Info{}, errors.ErrUnsupported }

// StatAt answers errors.ErrUnsupported.
func StatAt(FD, Name) (Info, error) { return Info{}, errors.ErrUnsupported }

// Missing reports false: nothing is known.
func Missing(FD, Name) bool { return false }

// TypeOf answers errors.ErrUnsupported.
func TypeOf(FD) (Type, error) { return Ordinary, errors.ErrUnsupported }

// Dirs answers errors.ErrUnsupported.
func Dirs(FD, []byte, func([]byte)) error { return errors.ErrUnsupported }

// Entries answers errors.ErrUnsupported.
func Entries(FD, Name, []byte, func(FD, Name) bool) error { return errors.ErrUnsupported }

// MaxOpenFiles returns a guess.
func MaxOpenFiles() uint64 { return 1024 }

// CPUTime returns 0: it is not known.
func CPUTime() time.Duration { return 0 }

// IsDenied reports whether err says that the privilege is missing.
func IsDenied(err error) bool { return errors.Is(err, fs.ErrPermission) }
