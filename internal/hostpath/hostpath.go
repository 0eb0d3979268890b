// Package hostpath finds the host's files where its root is mounted elsewhere.
package hostpath

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// ErrLinks says that a path leads over too many links, in a circle for example.
var ErrLinks = errors.New("too many symbolic links")

// Resolve returns where the host's path p is for this process, if the host's
// root directory is at root: without links, those of the host read as the host
// reads them. A plain join would let an absolute link on the way (/var/log/pods
// moved to a data disk) leave the host for this process's own file system, where
// a folder of that name may exist too. May is asked where a link leads before it
// is followed; nil allows all.
func Resolve(root, p string, may func(path string) error) (string, error) {
	at, rest := "/", filepath.ToSlash(p)
	for links := 0; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		next := path.Join(at, name) // ".." ends at the root, as it does in the kernel
		info, err := os.Lstat(filepath.Join(root, next))
		if err != nil {
			return "", err
		}
		if next == "/" || info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if links++; links > 40 { // as many as the kernel follows
			return "", fmt.Errorf("%s: %w", p, ErrLinks)
		}
		target, err := os.Readlink(filepath.Join(root, next))
		if err != nil {
			return "", err
		}
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = filepath.ToSlash(target) + "/" + rest
		if may == nil {
			continue
		}
		if err := may(filepath.Join(root, path.Join(at, rest))); err != nil {
			return "", err
		}
	}
	return filepath.Join(root, at), nil
}
