package procfs

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const routeHeader = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       \n"

const (
	routeV4 = routeHeader +
		"eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0                                                                               \n" +
		"eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0                                                                               \n"
	zeroV6  = "00000000000000000000000000000000"
	routeV6 = "fe800000000000000000000000000000 40 " + zeroV6 + " 00 " + zeroV6 + " 00000100 00000002 00000000 00000001     eth0\n" +
		zeroV6 + " 00 " + zeroV6 + " 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth1\n" +
		zeroV6 + " 00 " + zeroV6 + " 00 " + zeroV6 + " ffffffff 00000001 00000000 00200200       lo\n"
)

// table gives a text to a routeTable in pieces of some length.
func table(text string, v6 bool, piece int) *routeTable {
	t := &routeTable{}
	t.reset(v6)
	var rest []byte
	for b := []byte(text); ; {
		n := min(piece, len(b))
		rest = add(t, append(rest, b[:n]...), n == 0)
		if n == 0 {
			return t
		}
		b = b[n:]
	}
}

func TestDefaultRoute(t *testing.T) {
	v4 := func(iface, flags, metric string) string {
		return iface + "\t00000000\t010200C0\t" + flags + "\t0\t0\t" + metric + "\t00000000\t0\t0\t0\n"
	}
	v6 := func(source, flags, iface string) string {
		return zeroV6 + " 00 " + source + " 00 " + zeroV6 + " 00000400 00000002 00000000 " + flags + " " + iface + "\n"
	}
	tests := []struct {
		name string
		v6   bool
		text string
		want string
		err  string
	}{
		{"nothing", false, "", "", ""},
		{"a header alone", false, routeHeader, "", ""},
		{"an ordinary host", false, routeV4, "eth0", ""},
		{"no header", false, v4("a", "0003", "0"), "a", ""},
		{"the lowest metric wins", false, v4("a", "0003", "600") + v4("b", "0003", "100") + v4("c", "0003", "200"), "b", ""},
		{"of equal metrics the first wins", false, v4("a", "0003", "1") + v4("b", "0003", "1"), "a", ""},
		{"the highest metric, which is printed as a negative one", false, v4("a", "0003", "-1") + v4("b", "0003", "2147483647"), "b", ""},
		{"a route that is down", false, v4("a", "0002", "0") + v4("b", "0003", "1"), "b", ""},
		{"a route that refuses", false, v4("*", "0201", "0"), "", ""},
		{"half of all addresses", false, "a\t00000000\t0\t0001\t0\t0\t0\t00000080\t0\t0\t0\n", "", ""},
		{"no end of line", false, strings.TrimSuffix(v4("a", "0003", "0"), "\n"), "a", ""},
		{"odd lines", false, "x\n" + v4("a", "zz", "0") + v4("b", "3", "0"), "b", `:1: "x": too few fields`},
		{"flags that are none", false, v4("a", "123456789", "0"), "", `:1: "a\t00000000\t010200C0\t123456789\t0\t0\t0\t00000000\t0\t0\t0": not a number`},
		{"a metric that is none", false, v4("a", "0003", "-0"), "", `:1: "a\t00000000\t010200C0\t0003\t0\t0\t-0\t00000000\t0\t0\t0": number is too large`},

		{"nothing", true, "", "", ""},
		{"an ordinary host", true, routeV6, "eth1", ""},
		{"the first will do", true, v6(zeroV6, "00000003", "a") + v6(zeroV6, "00000003", "b"), "a", ""},
		{"a route that refuses", true, v6(zeroV6, "00200200", "lo") + v6(zeroV6, "00200201", "lo"), "", ""},
		{"a route for one source", true, v6("fd000000000000000000000000000001", "00000003", "a"), "", ""},
		{"a route on no interface", true, v6(zeroV6, "00000003", ""), "", ""},
		{"odd lines", true, "x y\n" + v6(zeroV6, "x", "a") + v6(zeroV6, "1", "b"), "b", `:1: "x y": too few fields`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, piece := range []int{1, 7, 4096} {
				got := table(tt.text, tt.v6, piece)
				assert.Equal(t, tt.want, string(got.name))
				assert.Equal(t, tt.want != "", got.found)
				checkError(t, tt.err, got.first)
			}
		})
	}
}
