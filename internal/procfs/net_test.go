package procfs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func link(t testing.TB, dir, name, to string) string {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.Symlink(to, path))
	return path
}

func openNet(t testing.TB, proc string) *Proc {
	t.Helper()
	n := NewProc(proc)
	if err := n.open(); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("not on " + runtime.GOOS)
	}
	t.Cleanup(n.Close)
	return n
}

func process(t testing.TB, n *Proc, pid int) *Process {
	t.Helper()
	p, err := n.Process(pid)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return &p
}

func interfaces(p *Process) ([]Interface, error) {
	d, err := p.NetDev()
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Interfaces(nil)
}

func TestNet(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "7/net/dev", netDev)
	route := write(t, dir, "7/net/route", routeV4)
	write(t, dir, "7/net/ipv6_route", routeV6)
	link(t, dir, "7/ns/net", "net:[4026531840]")
	link(t, dir, "self", "7")
	n := openNet(t, dir)
	self, err := n.Self()
	require.NoError(t, err)
	assert.Equal(t, 7, self)

	p := process(t, n, self)
	assert.Equal(t, 7, p.pid)
	inode, err := p.Namespace()
	require.NoError(t, err)
	assert.EqualValues(t, 4026531840, inode)
	list, err := interfaces(p)
	require.NoError(t, err)
	assert.Len(t, list, 2)
	name, err := p.DefaultRoute("")
	require.NoError(t, err)
	assert.Equal(t, "eth0", name)

	// IPv6 counts where IPv4 has none.
	require.NoError(t, os.WriteFile(route, []byte(routeHeader), 0o600))
	name, err = p.DefaultRoute("eth0")
	require.NoError(t, err)
	assert.Equal(t, "eth1", name)
	require.NoError(t, os.Remove(route))
	name, err = p.DefaultRoute("eth1")
	require.NoError(t, err)
	assert.Equal(t, "eth1", name)
	require.NoError(t, os.Remove(filepath.Join(dir, "7", "net", "ipv6_route")))
	name, err = p.DefaultRoute("eth1")
	require.NoError(t, err)
	assert.Empty(t, name)

	n.Close()
	_, err = n.Process(8)
	assert.ErrorIs(t, err, fs.ErrNotExist, "it is opened again")
}

func TestNetIsTheSameProcessForGood(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "7/net/dev", netDev)
	n := openNet(t, dir)
	p := process(t, n, 7)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "7")))
	write(t, dir, "7/net/dev", netDev) // another process with its number
	_, err := interfaces(p)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = p.Namespace()
	assert.ErrorIs(t, err, fs.ErrNotExist)
	name, err := p.DefaultRoute("eth0")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.Empty(t, name)
}

func TestNetErrorsNameTheirFile(t *testing.T) {
	dir := t.TempDir()
	dev := write(t, dir, "7/net/dev", "garbage\n")
	route := write(t, dir, "7/net/route", "garbage\n")
	ns := link(t, dir, "7/ns/net", "garbage")
	self := link(t, dir, "self", "garbage")
	n := openNet(t, dir)
	p := process(t, n, 7)
	_, err := interfaces(p)
	assert.EqualError(t, err, dev+`:1: "garbage": no name of an interface`)
	_, err = p.DefaultRoute("")
	assert.EqualError(t, err, route+`:1: "garbage": too few fields`)
	_, err = p.Namespace()
	assert.EqualError(t, err, ns+`:1: "garbage": not a network namespace`)
	_, err = n.Self()
	assert.EqualError(t, err, self+`:1: "garbage": not a number`)

	require.NoError(t, os.Remove(ns))
	write(t, dir, "7/ns/net", "")
	_, err = p.Namespace()
	assert.ErrorContains(t, err, ns, "not a link")
	require.NoError(t, os.WriteFile(route, []byte(strings.Repeat("x", 100_000)), 0o600))
	_, err = p.DefaultRoute("")
	assert.ErrorIs(t, err, ErrTooLarge, "no line is so long")
	require.NoError(t, os.WriteFile(dev, make([]byte, MaxSize), 0o600))
	_, err = interfaces(p)
	assert.ErrorContains(t, err, dev)
}

// TestRoutesAreReadOnlySoFar: a node that knows the ways of the internet has a
// table of a hundred megabytes.
func TestRoutesAreReadOnlySoFar(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "7/net/dev", netDev)
	line := "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0" + strings.Repeat(" ", 79) + "\n"
	last := strings.Replace(routeV4, routeHeader, "", 1)
	route := write(t, dir, "7/net/route", strings.Repeat(line, MaxSize/len(line)-10)+last)
	n := openNet(t, dir)
	p := process(t, n, 7)
	name, err := p.DefaultRoute("")
	require.NoError(t, err)
	assert.Equal(t, "eth0", name)
	require.NoError(t, os.WriteFile(route, []byte(strings.Repeat(line, MaxSize/len(line)+1)+last), 0o600))
	name, err = p.DefaultRoute("eth0")
	require.NoError(t, err)
	assert.Empty(t, name)
}

func TestNetAllocs(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "7/net/dev", netDev)
	write(t, dir, "7/net/route", routeHeader)
	write(t, dir, "7/net/ipv6_route", routeV6)
	link(t, dir, "7/ns/net", "net:[4026531840]")
	n, pid := openNet(t, dir), 7
	var list []Interface
	var name string
	read := func() {
		p, err := n.Process(pid)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = p.Namespace()
		d, err := p.NetDev()
		if err != nil {
			t.Fatal(err)
		}
		list, _ = d.Interfaces(list[:0])
		d.Close()
		name, _ = p.DefaultRoute(name)
		p.Close()
	}
	read()
	require.Len(t, list, 2)
	require.Equal(t, "eth1", name)
	if runtime.GOOS != "linux" {
		t.Skip("only the Linux part promises it")
	}
	assert.Zero(t, testing.AllocsPerRun(100, read))
}

func TestLiveNet(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc on " + runtime.GOOS)
	}
	n := openNet(t, "/proc")
	pid, err := n.Self()
	require.NoError(t, err)
	require.Equal(t, os.Getpid(), pid)
	p := process(t, n, pid)
	inode, err := p.Namespace()
	require.NoError(t, err)
	to, err := os.Readlink("/proc/self/ns/net")
	require.NoError(t, err)
	assert.Equal(t, "net:["+strconv.FormatUint(inode, 10)+"]", to)
	list, err := interfaces(p)
	require.NoError(t, err)
	require.NotEmpty(t, list)
	_, err = p.DefaultRoute("")
	require.NoError(t, err)

	d, err := p.NetDev()
	require.NoError(t, err)
	defer d.Close()
	info, err := os.Stat("/proc/thread-self/net/dev")
	require.NoError(t, err)
	file, err := os.Stat("/proc/self/net/dev")
	require.NoError(t, err)
	assert.True(t, os.SameFile(info, file), "one namespace, one file")
}
