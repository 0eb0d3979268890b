package procfs

import (
	"errors"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// A lineTable takes the lines of a text.
type lineTable interface {
	take(line []byte) error
	enough() bool // what is left changes nothing
	seen() *lines
}

// lines are those of a text that were taken.
type lines struct {
	line  int
	first error // about one that was not understood
}

func (l *lines) seen() *lines { return l }

// add gives a table the lines of a piece of the text, and returns what is left
// of a line that goes on in the next piece. The last piece has none.
func add(t lineTable, b []byte, last bool) (rest []byte) {
	seen := t.seen()
	for len(b) > 0 {
		line, after, ended := scan.Cut(b, '\n')
		if !ended && !last {
			return b
		}
		b = after
		seen.line++
		if err := t.take(line); err != nil && seen.first == nil {
			seen.first = NewParseError(seen.line, line, err)
		}
	}
	return nil
}

// shortRead is fewer bytes than the kernel gives as long as there are more: it
// fills a page with lines (seq_read_iter). To ask once more would be to have it
// walk through the sockets of the whole node again.
const shortRead = 1024

// pieces gives a table the text of a file of the process, a piece at a time, and
// not beyond what is needed. A file that is missing, without IPv6 for example,
// is empty. It fails with ErrTooMany if there is more than most bytes; what came
// before was taken.
func (p *Process) pieces(file, most int, t lineTable) error {
	fd, err := kernfs.OpenAt(p.dir, processFiles[file])
	if err != nil {
		if gone := p.ended(fileNetDev, nil); gone != nil {
			err = gone
		} else if errors.Is(err, kernfs.ErrAbsent) {
			return nil
		}
		return p.wrap(file, err)
	}
	defer kernfs.Close(&fd)
	buf, kept := p.proc.listBuf(), 0
	for read, last := 0, false; !last && !t.enough(); {
		if read >= most {
			return ErrTooMany
		}
		n, err := kernfs.ReadAt(fd, buf[kept:], int64(read))
		if err != nil {
			return p.wrap(file, err)
		}
		read += n
		last = n < shortRead
		rest := add(t, buf[:kept+n], last)
		if len(rest) == len(buf) {
			return p.wrap(file, NewParseError(t.seen().line+1, rest, ErrTooLarge))
		}
		kept = copy(buf, rest)
	}
	return p.wrap(file, t.seen().first)
}
