package procfs

import (
	"errors"

	"github.com/nodegauge/nodegauge/internal/kernfs"
	"github.com/nodegauge/nodegauge/internal/scan"
)

// Sockets counts those of a network namespace.
type Sockets struct {
	TCP, TCP6 [12]uint64 // by state, from 1 on
	UDP, UDP6 UDP
}

// UDP is UDP sockets of all states.
type UDP struct{ Sockets, Dropped, RxQueued, TxQueued uint64 }

// maxSocketText bounds what is read of one file of sockets, of which each takes
// 150 bytes.
const maxSocketText = 32 << 20

var (
	errState = errors.New("not a state of a socket")
	errQueue = errors.New("not the bytes in a queue")
)

// Sockets counts the sockets that the process sees: those of net/tcp, net/tcp6,
// net/udp and net/udp6. A family that is missing has none. It fails with
// ErrTooMany if there are more than can be read, and with kernfs.ErrAbsent
// if the process has ended. Lines that are not understood are left out.
func (p *Process) Sockets() (Sockets, error) {
	var first error
	t := &p.proc.sockets
	t.all = Sockets{}
	for _, file := range [...]int{fileTCP, fileTCP6, fileUDP, fileUDP6} {
		t.file, t.line, t.first = file, 0, nil
		err := p.pieces(file, maxSocketText, t)
		if errors.Is(err, kernfs.ErrAbsent) || errors.Is(err, ErrTooMany) {
			return Sockets{}, err
		}
		if err != nil && first == nil {
			first = err
		}
	}
	return t.all, first
}

// A socketTable counts the sockets in the texts of the files.
type socketTable struct {
	all  Sockets
	file int // which is read now
	lines
}

func (t *socketTable) enough() bool { return false }

// take counts a line. Of the columns the fourth is the state, the fifth bytes
// to be sent and bytes that were received, and UDP's thirteenth what was dropped.
//
//	sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
//	21: 00000000:0044 00000000:0000 07 00000000:00000A00 00:00000000 00000000     0        0 14281 2 0000000000000000 3
func (t *socketTable) take(line []byte) error {
	var f [13][]byte
	n := fields(line, f[:])
	if n == 0 || string(f[0]) == "sl" {
		return nil
	}
	switch {
	case n < 4, n < len(f) && (t.file == fileUDP || t.file == fileUDP6):
		return errFields
	case t.file == fileTCP:
		return countState(f[3], &t.all.TCP)
	case t.file == fileTCP6:
		return countState(f[3], &t.all.TCP6)
	case t.file == fileUDP:
		return t.all.UDP.count(f[4], f[12])
	}
	return t.all.UDP6.count(f[4], f[12])
}

func countState(b []byte, dst *[12]uint64) error {
	n, err := hex(b)
	if err != nil || n == 0 || n >= uint64(len(dst)) {
		return errState
	}
	dst[n]++
	return nil
}

func (u *UDP) count(queues, drops []byte) error {
	tx, rx, _ := scan.Cut(queues, ':')
	sent, err := hex(tx)
	received, err2 := hex(rx)
	if err != nil || err2 != nil {
		return errQueue
	}
	dropped, err := scan.Uint(drops)
	if err != nil {
		return err
	}
	u.Sockets++
	u.Dropped += dropped
	u.RxQueued += received
	u.TxQueued += sent
	return nil
}
