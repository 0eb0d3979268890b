package procfs

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	tcpText = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23170 1 0000000000000000 100 0 0 10 0                     
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 23171 1 0000000000000000 20 0 0 10 -1                     
   2: 0100007F:D431 0100007F:1F90 06 00000000:00000000 03:00000F9B 00000000     0        0 0 3 0000000000000000                                      
`
	udpText = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            
  351: 00000000:0044 00000000:0000 07 00000001:00000A00 00:00000000 00000000     0        0 14281 2 0000000000000000 3         
  352: 0100007F:0045 0100007F:0046 01 00000000:00000001 00:00000000 00000000     0        0 14282 2 0000000000000000 4         
`
)

func counted(file int, text string, piece int) (Sockets, *socketTable) {
	t := &socketTable{file: file}
	var rest []byte
	for r := strings.NewReader(text); ; {
		b := make([]byte, piece)
		n, _ := r.Read(b)
		rest = add(t, append(rest, b[:n]...), n == 0)
		if n == 0 {
			return t.all, t
		}
	}
}

func TestSocketTable(t *testing.T) {
	udp := UDP{Sockets: 2, Dropped: 7, RxQueued: 0xA01, TxQueued: 1}
	tests := []struct {
		name string
		file int
		text string
		want Sockets
		err  string
	}{
		{"nothing", fileTCP, "", Sockets{}, ""},
		{"TCP", fileTCP, tcpText, Sockets{TCP: [12]uint64{1: 1, 6: 1, 10: 1}}, ""},
		{"TCP of IPv6", fileTCP6, tcpText, Sockets{TCP6: [12]uint64{1: 1, 6: 1, 10: 1}}, ""},
		{"UDP", fileUDP, udpText, Sockets{UDP: udp}, ""},
		{"UDP of IPv6", fileUDP6, udpText, Sockets{UDP6: udp}, ""},
		{"no newline at the end", fileTCP, "0: a b 01", Sockets{TCP: [12]uint64{1: 1}}, ""},
		{
			"odd lines between", fileTCP, "0: a b 01\n\n0: a b\n0: a b 00\n0: a b 0C\n0: a b x\n0: a b 0b\n",
			Sockets{TCP: [12]uint64{1: 1, 11: 1}}, `:3: "0: a b": too few fields`,
		},
		{"a state that is none", fileTCP, "0: a b 0C\n", Sockets{}, `:1: "0: a b 0C": not a state of a socket`},
		{"UDP without drops", fileUDP, "0: a b 07 0:0 0 0 0 0 0 0 0\n", Sockets{}, `:1: "0: a b 07 0:0 0 0 0 0 0 0 0": too few fields`},
		{"a queue that is none", fileUDP, "0: a b 07 0 0 0 0 0 0 0 0 0\n", Sockets{}, `:1: "0: a b 07 0 0 0 0 0 0 0 0 0": not the bytes in a queue`},
		{"drops that are no number", fileUDP, "0: a b 07 0:0 0 0 0 0 0 0 0 x\n", Sockets{}, `:1: "0: a b 07 0:0 0 0 0 0 0 0 0 x": not a number`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, piece := range []int{1, 7, 1 << 20} {
				got, table := counted(tt.file, tt.text, piece)
				assert.Equal(t, tt.want, got)
				checkError(t, tt.err, table.first)
			}
		})
	}
}

func TestSocketsOfAProcess(t *testing.T) {
	proc, dir := newProcess(t)
	p := process(t, proc, 7)
	s, err := p.Sockets()
	require.NoError(t, err, "without any of the files")
	assert.Equal(t, Sockets{}, s)

	many := tcpText + strings.Repeat("   1: 0100007F:1F90 0100007F:D431 01 0:0 00:0 0 0 0 0 1 0 20 4 30 10 -1 \n", 5000)
	write(t, dir, "7/net/tcp", many)
	write(t, dir, "7/net/udp6", udpText)
	s, err = p.Sockets()
	require.NoError(t, err)
	assert.Equal(t, Sockets{TCP: [12]uint64{1: 5001, 6: 1, 10: 1}, UDP6: UDP{2, 7, 0xA01, 1}}, s)

	long := write(t, dir, "7/net/tcp6", strings.Repeat(" ", 1<<20))
	s, err = p.Sockets()
	assert.ErrorContains(t, err, long+":1: ")
	assert.ErrorIs(t, err, ErrTooLarge)
	assert.EqualValues(t, 5001, s.TCP[1], "the others are there")

	f, err := os.OpenFile(filepath.Join(dir, "7/net/udp"), os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer f.Close()
	for range 33 {
		_, err = f.WriteString(strings.Repeat("\n", 1<<20))
		require.NoError(t, err)
	}
	s, err = p.Sockets()
	assert.Equal(t, ErrTooMany, err)
	assert.Equal(t, Sockets{}, s)
}

func slowSockets(file int, text string) (s Sockets, bad int) {
	for i, line := range slowLines(text) {
		f := slowFields(line)
		if len(f) == 0 || f[0] == "sl" {
			continue
		}
		if !slowSocket(&s, file, f) && bad == 0 {
			bad = i + 1
		}
	}
	return s, bad
}

func slowSocket(s *Sockets, file int, f []string) bool {
	hexNumber := func(s string) uint64 {
		n, err := strconv.ParseUint(s, 16, 32)
		if err != nil || !hexadecimal.MatchString(s) {
			return 1 << 40
		}
		return n
	}
	switch file {
	case fileTCP, fileTCP6:
		if len(f) < 4 {
			return false
		}
		n := hexNumber(f[3])
		if n == 0 || n > 11 {
			return false
		}
		if file == fileTCP {
			s.TCP[n]++
		} else {
			s.TCP6[n]++
		}
		return true
	}
	if len(f) < 13 {
		return false
	}
	tx, rx, _ := strings.Cut(f[4], ":")
	drops, ok := slowTimes(f[12], 1)
	sent, received := hexNumber(tx), hexNumber(rx)
	if !ok || sent == 1<<40 || received == 1<<40 {
		return false
	}
	u := &s.UDP
	if file == fileUDP6 {
		u = &s.UDP6
	}
	*u = UDP{u.Sockets + 1, u.Dropped + drops.N, u.RxQueued + received, u.TxQueued + sent}
	return true
}

func FuzzSockets(f *testing.F) {
	for _, text := range []string{tcpText, udpText, "0: a b 0C\n0: a b 1\r\nsl", "0: a b 07 0:0 0 0 0 0 0 0 0 -1", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, file := range []int{fileTCP, fileTCP6, fileUDP, fileUDP6} {
			want, bad := slowSockets(file, text)
			for _, piece := range []int{3, 1 << 20} {
				got, table := counted(file, text, piece)
				assert.Equal(t, want, got)
				checkBad(t, bad, table.first)
			}
		}
	})
}

func BenchmarkSockets(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("sockets=%d", n), func(b *testing.B) {
			proc, dir := newProcess(b)
			lines := strings.SplitAfterN(tcpText, "\n", 3)
			write(b, dir, "7/net/tcp", lines[0]+strings.Repeat(strings.SplitAfter(lines[2], "\n")[0], n))
			p := process(b, proc, 7)
			b.ReportAllocs()
			for range b.N {
				_, _ = p.Sockets()
			}
		})
	}
}
