package procfs

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func slowNetDev(text string) (list []Interface, bad int) {
	received := 8
	for i, line := range slowLines(text) {
		ok := true
		switch f := slowFields(line); {
		case len(f) == 0:
		case strings.Contains(line, "|") && !strings.Contains(line, ":"):
			part := strings.SplitN(line, "|", 3)
			if strings.Trim(part[0], " \t\n") != "face" {
				continue
			}
			part = append(part, "", "")
			received = 0
			const columns = "bytes packets errs drop"
			rx, tx := slowFields(part[1]), slowFields(part[2])
			if ok = len(rx) > 3 && len(tx) > 3 && strings.Join(rx[:4], " ") == columns && strings.Join(tx[:4], " ") == columns; ok {
				received = len(rx)
			}
		case received > 0:
			var one Interface
			if one, ok = slowInterface(f, received); ok {
				list = append(list, one)
			}
		}
		if !ok && bad == 0 {
			bad = i + 1
		}
	}
	return list, bad
}

func slowInterface(f []string, received int) (Interface, bool) {
	colon := strings.LastIndex(f[0], ":")
	if colon <= 0 {
		return Interface{}, false
	}
	name, numbers := f[0][:colon], f[1:]
	if colon+1 < len(f[0]) {
		numbers = append([]string{f[0][colon+1:]}, numbers...)
	}
	if len(numbers) < received+4 {
		return Interface{}, false
	}
	var v [8]uint64
	for i, num := range append(numbers[:4:4], numbers[received:received+4]...) {
		n, ok := slowTimes(num, 1)
		if !ok {
			return Interface{}, false
		}
		v[i] = n.N
	}
	return Interface{name, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]}, true
}

var hexadecimal = regexp.MustCompile(`^[0-9a-fA-F]{1,8}$`)

// slowFlags reports whether a route is up and does not refuse, if the text is
// a number.
func slowFlags(s string) (usable, ok bool) {
	n, err := strconv.ParseUint(s, 16, 32)
	return n&0x201 == 1, err == nil && hexadecimal.MatchString(s)
}

func slowRouteV4(text string) (iface string, bad int) {
	var best uint64
	for i, line := range slowLines(text) {
		f := slowFields(line)
		if len(f) == 0 || i == 0 && len(f) > 1 && f[1] == "Destination" {
			continue
		}
		ok := len(f) > 7
		if ok && f[1] == "00000000" && f[7] == "00000000" {
			var up bool
			if up, ok = slowFlags(f[3]); ok {
				n, err := strconv.ParseInt(f[6], 10, 64)
				metric := uint64(uint32(n))
				ok = err == nil && decimal.MatchString(f[6]) && n >= -1<<31 && n < 1<<32 && f[6] != "-"+strings.Repeat("0", len(f[6])-1)
				if ok && up && (iface == "" || metric < best) {
					iface, best = f[0], metric
				}
			}
		}
		if !ok && bad == 0 {
			bad = i + 1
		}
	}
	return iface, bad
}

func slowRouteV6(text string) (iface string, bad int) {
	for i, line := range slowLines(text) {
		f := slowFields(line)
		ok := len(f) == 0 || len(f) >= 9
		if iface == "" && len(f) > 9 && strings.Join(f[:4], " ") == zeroV6+" 00 "+zeroV6+" 00" {
			var up bool
			if up, ok = slowFlags(f[8]); ok && up {
				iface = f[9]
			}
		}
		if !ok && bad == 0 {
			bad = i + 1
		}
	}
	return iface, bad
}

func FuzzNet(f *testing.F) {
	for _, text := range []string{
		netDev, netDevHeader + "eth0:1:2 3", "a:1 2 3 4 5 6 7 8 9 10 11 12\na: -1 2 3 4 5 6 7 8 9 10 11 12\n",
		"face|bytes packets errs drop|bytes packets errs drop\na:1 2 3 4 5 6 7 8\nb|:1 2 3 4 5 6 7\n|:", "face|bytes\na:1 2 3 4 5 6 7 8 9 10 11 12",
		routeV4, "a\t00000000\t0\t1\t0\t0\t-5\t00000000\nb 00000000 0 0203 0 0 1 00000000\n c", routeV6, "net:[4026531840]", "net:[]",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := []byte(text)
		list, err := ParseNetDev(b, nil)
		want, bad := slowNetDev(text)
		assert.Equal(t, want, list)
		checkBad(t, bad, err)
		again, _ := ParseNetDev(b, list[:0])
		assert.Equal(t, len(want), len(again))

		for _, piece := range []int{3, 1 << 20} {
			for _, v6 := range []bool{false, true} {
				want, bad := slowRouteV4(text)
				if v6 {
					want, bad = slowRouteV6(text)
				}
				got := table(text, v6, piece)
				assert.Equal(t, want, string(got.name))
				checkBad(t, bad, got.first)
			}
		}

		inode, err := ParseNamespace(b)
		num, found := strings.CutPrefix(text, "net:[")
		num, closed := strings.CutSuffix(num, "]")
		n, ok := slowTimes(num, 1)
		assert.Equal(t, found && closed && ok, err == nil)
		if err == nil {
			assert.Equal(t, n.N, inode)
		}
	})
}
