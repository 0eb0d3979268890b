package storage

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// hostPath returns where this process finds the host's path p: below root,
// without links, those of the host read as the host reads them: an absolute
// one starts again at root. May is asked before a link is followed.
func hostPath(root, p string, may func(path string) error) (string, error) {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return "", err
	}
	at, rest := "/", p
	for links := 0; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		next := filepath.Join(at, name) // ".." ends at the root, as it does in the kernel
		info, err := os.Lstat(filepath.Join(root, next))
		if err != nil {
			return "", err
		}
		if next == "/" || info.Mode()&fs.ModeSymlink == 0 {
			at = next
			continue
		}
		if links++; links > 40 { // as many as the kernel follows
			return "", fmt.Errorf("%s: %w", p, errLinks)
		}
		target, err := os.Readlink(filepath.Join(root, next))
		if err != nil {
			return "", err
		}
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = target + "/" + rest
		if err := may(filepath.Join(root, filepath.Join(at, rest))); err != nil {
			return "", err
		}
	}
	return filepath.Join(root, at), nil
}
