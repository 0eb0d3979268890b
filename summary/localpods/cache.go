package localpods

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nodegauge/nodegauge/summary"
)

// configFile is the file of a bundle that is read.
const configFile = "config.json"

// bundleDir is a folder with one bundle per container, and what its
// config.json files said. A runtime writes one before it starts the container
// and then leaves it alone, so in a round that finds the same file again the
// Lstat that says so is all there is to do.
type bundleDir struct {
	dir   string // on the host
	sub   string // the folder in each bundle that has the config.json; "" is the bundle itself
	file  string // the config.json below a bundle
	words *vocabulary
	known map[string]*knownBundle // by container ID
	round uint64
}

// knownBundle is a config.json that was parsed: the outcome, be it an error,
// holds while the file is the one that info describes.
type knownBundle struct {
	info   fs.FileInfo
	bundle bundle
	err    error
	round  uint64 // the last in which it was there
}

func newBundleDir(dir, sub string, words *vocabulary) *bundleDir {
	file := filepath.Join(sub, configFile)
	return &bundleDir{dir: dir, sub: sub, file: file, words: words, known: map[string]*knownBundle{}}
}

// scan appends the bundles of pods in d to found, and forgets what is gone.
func (d *bundleDir) scan(ctx context.Context, s *Source, found []*bundle, p *problems) []*bundle {
	dir, entries := s.list(ctx, d.dir, p)
	d.round++
	for _, e := range entries {
		if ctx.Err() != nil {
			return found // what was not looked at may not be gone
		}
		if !isID(e.Name()) || !e.IsDir() {
			continue
		}
		switch b, err := d.read(dir, e.Name()); {
		case err == nil && b.kind != summary.KindUnknown:
			found = append(found, b)
		case err != nil && !errors.Is(err, fs.ErrNotExist): // deleted meanwhile, or not written yet
			p.add(err)
		}
	}
	for id, k := range d.known {
		if k.round != d.round {
			delete(d.known, id)
		}
	}
	return found
}

// read returns what the config.json of the bundle id says.
func (d *bundleDir) read(dir, id string) (*bundle, error) {
	name := dir + string(filepath.Separator) + id + string(filepath.Separator) + d.file // Join would clean what is clean
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	k := d.known[id]
	if k == nil || !unchanged(k.info, info) {
		if err := d.checkSub(dir, id); err != nil {
			return nil, err
		}
		data, err := readRegular(name, info)
		if err != nil {
			return nil, err
		}
		k = &knownBundle{info: info}
		if k.bundle, err = parseConfig(data, d.words); err != nil {
			k.err = fmt.Errorf("%s: %w", name, err)
		}
		k.bundle.id = id
		d.known[id] = k
	}
	k.round = d.round
	return &k.bundle, k.err
}

// checkSub makes sure that the folder between a bundle and its config.json is
// one, and not a link to one. The bundle itself is a folder by its entry.
func (d *bundleDir) checkSub(dir, id string) error {
	if d.sub == "" {
		return nil
	}
	name := filepath.Join(dir, id, d.sub)
	info, err := os.Lstat(name)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s: not a folder", name)
	}
	return err
}

// unchanged says whether a file is still the one it was. The times alone would
// not tell a rewrite within the clock's grain.
func unchanged(was, is fs.FileInfo) bool {
	return os.SameFile(was, is) && was.Size() == is.Size() && was.ModTime().Equal(is.ModTime())
}
