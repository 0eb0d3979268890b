package mountinfo

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/nodegauge/nodegauge/internal/procfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// A Line is one line of a mountinfo, taken apart. Its fields lie in the text,
// escaped as the kernel has them: Unescape what is needed.
type Line struct {
	ID, Device, Root, MountPoint, FSType, Source, SuperOptions []byte
}

// Unescape undoes the kernel's escapes of a Line's field.
func Unescape(field []byte) string { return unescape(field) }

// ReadLines calls yield with each line of the mountinfo at path, in its order:
// a mount hides the earlier ones with its MountPoint. It needs no more memory
// than buf, which a line must fit in. A line that is not understood does not
// hide the others; ReadLines returns a *procfs.ParseError for the first.
func ReadLines(path string, buf []byte, yield func(*Line)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return procfs.WithPath(path, lines(f, buf, yield))
}

func lines(r io.Reader, buf []byte, yield func(*Line)) error {
	var first error
	sc := bufio.NewScanner(r)
	sc.Buffer(buf, len(buf))
	sc.Split(splitLines)
	for n := 1; sc.Scan(); n++ {
		l, err := cutLine(sc.Bytes())
		if err == nil && (len(l.MountPoint) == 0 || l.MountPoint[0] != '/') {
			err = errPath
		}
		switch {
		case err == nil:
			yield(&l)
		case first == nil:
			first = procfs.NewParseError(n, sc.Bytes(), err)
		}
	}
	return errors.Join(sc.Err(), first)
}

// splitLines is bufio.ScanLines, which takes a carriage return for an end too.
func splitLines(b []byte, end bool) (n int, line []byte, err error) {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return i + 1, b[:i], nil
	}
	if end && len(b) > 0 {
		return len(b), b, nil
	}
	return 0, nil, nil
}

// cutLine takes a line apart. Fields are apart by exactly one space: a source,
// which few need, may be empty.
func cutLine(line []byte) (Line, error) {
	var fields [6][]byte // id, parent, device, root, mount point, options
	rest := line
	var found bool
	for i := range fields {
		if fields[i], rest, found = scan.Cut(rest, ' '); !found {
			return Line{}, errFields
		}
	}
	for field := []byte(nil); string(field) != "-"; { // optional fields
		if field, rest, found = scan.Cut(rest, ' '); !found {
			return Line{}, errFields
		}
	}
	fsType, rest, _ := scan.Cut(rest, ' ')
	source, options, found := scan.Cut(rest, ' ')
	if !found {
		return Line{}, errFields
	}
	return Line{
		ID: fields[0], Device: fields[2], Root: fields[3], MountPoint: fields[4],
		FSType: fsType, Source: source, SuperOptions: options,
	}, nil
}
