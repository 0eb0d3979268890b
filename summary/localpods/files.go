package localpods

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nodegauge/nodegauge/internal/hostpath"
)

var (
	errNotRegular = errors.New("not a regular file")
	errTooLarge   = fmt.Errorf("larger than %d bytes", maxConfig)
	errReplaced   = errors.New("replaced while it was opened")
	errTooMany    = errors.New("too many entries, the rest is not read")
	errTooManyLog = errors.New("too many containers in log links, the rest is left out")
)

// list returns the entries of a folder of the host, and where the folder is.
// Its errors go to p; a folder that does not exist is empty.
func (s *Source) list(ctx context.Context, folder string, p *problems) (dir string, entries []fs.DirEntry) {
	dir, err := hostPath(s.root, folder)
	if err == nil {
		entries, err = listDir(ctx, dir, s.limit)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && ctx.Err() == nil {
		p.add(err)
	}
	return dir, entries
}

// listDir returns at most limit entries of dir, in no order. It looks at
// names and types alone: what a link points at is never looked up.
func listDir(ctx context.Context, dir string, limit int) ([]fs.DirEntry, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var entries []fs.DirEntry
	for {
		if err := ctx.Err(); err != nil {
			return entries, err
		}
		batch, err := f.ReadDir(1024)
		entries = append(entries, batch...)
		switch {
		case len(entries) > limit:
			return entries[:limit], fmt.Errorf("%s: %w", dir, errTooMany)
		case err == io.EOF:
			return entries, nil
		case err != nil:
			return entries, err
		}
	}
}

// hostPath returns where a folder of the host is for this process.
func hostPath(root, p string) (string, error) {
	if root == filepath.Clean("/") {
		return filepath.Clean(p), nil
	}
	return hostpath.Resolve(root, p, nil)
}

// readRegular returns the contents of the file that info describes, of at most
// maxConfig bytes. It opens nothing but a regular file and no link, and makes
// sure that it has opened the very file that info, an Lstat, has seen.
func readRegular(name string, info fs.FileInfo) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", name, errNotRegular)
	}
	if info.Size() > maxConfig {
		return nil, fmt.Errorf("%s: %w", name, errTooLarge)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	opened, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !os.SameFile(info, opened) {
		return nil, fmt.Errorf("%s: %w", name, errReplaced)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1)) // it may have grown
	if err == nil && len(data) > maxConfig {
		err = fmt.Errorf("%s: %w", name, errTooLarge)
	}
	return data, err
}
