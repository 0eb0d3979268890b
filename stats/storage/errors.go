package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/nodegauge/nodegauge/internal/procfs"
)

// maxExamples bounds how many errors a Snapshot quotes.
const maxExamples = 8

var (
	errUID     = errors.New("not a pod's UID")
	errLogs    = errors.New("not a pod's folder of logs, NAMESPACE_NAME_UID")
	errName    = errors.New("not a name that Kubernetes would allow")
	errSameUID = errors.New("another folder of logs has the same UID")
	errMany    = fmt.Errorf("more than %d entries, the rest is left out", maxListed)
	errFolders = fmt.Errorf("more than %d folders to follow, the rest is left out", maxFolders)
	errRemote  = errors.New("on a network or FUSE file system, which Options.Remote would allow")
	errNoMount = errors.New("on a file system that this process's mountinfo does not have")
	errDoubled = errors.New("too many files with several names: each of their names counts")
)

// A nameError says that a name on the disk is not what belongs there.
type nameError struct {
	dir, name string
	err       error
}

func (e *nameError) Error() string { return fmt.Sprintf("%s: %q: %v", e.dir, e.name, e.err) }
func (e *nameError) Unwrap() error { return e.err }

// add counts an error of the round.
func (c *Collector) add(err error) {
	if len(c.errs.Examples) < maxExamples {
		c.errs.Examples = append(c.errs.Examples, fmt.Errorf("storage: %w", err))
	}
	var name *nameError
	var parse *procfs.ParseError
	switch {
	case errors.As(err, &name), errors.As(err, &parse):
		c.errs.Parse++
	case errors.Is(err, fs.ErrPermission):
		c.errs.Denied++
	default:
		c.errs.Other++
	}
}

// bad counts an error about a name in the folder that dir leads to.
func (c *Collector) bad(name []byte, err error, dir ...string) {
	c.add(&nameError{strings.Join(dir, "/"), string(name[:min(len(name), 128)]), err})
}
