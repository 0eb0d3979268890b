package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/internal/e2e/containerd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	statsapi "k8s.io/kubelet/pkg/apis/stats/v1alpha1"
)

// sent: datagrams go to the pod and come back one at a time, so that none is
// lost. What else the interface carries meanwhile is a few packets in which
// neighbours are looked for. The node's end of the pair counts the same the
// other way round.
func (n *node) sent(t *testing.T) {
	const (
		count, payload = 200, 1000
		frame          = payload + 8 + 20 + 14 // UDP, IPv4 and Ethernet
		others         = 20                    // packets, of at most 128 bytes
	)
	host := routeTo(t, n.web.IP)
	before := interfaceOf(t, find(t, n.build(t, n.cri), "web-0"))
	echo(t, n.web, count, payload)
	low := counters(t, host)
	s := n.build(t, n.cri)
	high := counters(t, host)
	after := interfaceOf(t, find(t, s, "web-0"))

	assert.Equal(t, "eth0", after.Name)
	rx, tx := *after.RxBytes-*before.RxBytes, *after.TxBytes-*before.TxBytes
	t.Logf("%d bytes received and %d sent, of which %d ours", rx, tx, count*frame)
	assert.GreaterOrEqual(t, rx, uint64(count*frame))
	assert.LessOrEqual(t, rx, uint64(count*frame+others*128))
	assert.GreaterOrEqual(t, tx, uint64(count*frame))
	assert.LessOrEqual(t, tx, uint64(count*frame+others*128))
	for i, got := range []uint64{*after.RxBytes, *after.TxBytes, *after.RxErrors, *after.TxErrors} {
		assert.GreaterOrEqual(t, got, low[i], i)
		assert.LessOrEqual(t, got, high[i], i)
	}
	for _, node := range s.Node.Network.Interfaces {
		assert.NotEqual(t, host, node.Name, "the end of a pod's interface is none of the node's own")
	}
}

// hostNetwork: a pod in the node's own network namespace is known by that, and
// its interfaces are not counted twice.
func (n *node) hostNetwork(t *testing.T) {
	s := n.round(t)
	web := s.Find(n.Kubepods() + "/besteffort/pod" + n.web.UID)
	require.NotNil(t, web)
	assert.Equal(t, inode(t, n.web), web.Network.Namespace)
	agent := s.Find(n.Kubepods() + "/besteffort/pod" + n.agent.UID)
	require.NotNil(t, agent)
	assert.Equal(t, inode(t, n.agent), agent.Network.Namespace)
	assert.Equal(t, s.Node.Network.Namespace, agent.Network.Namespace)
	assert.NotEqual(t, s.Node.Network.Namespace, web.Network.Namespace)
	built := n.build(t, n.cri)
	assert.Nil(t, find(t, built, "agent").Network)
	assert.NotNil(t, built.Node.Network)
}

// inode returns the inode of a pod's network namespace.
func inode(t *testing.T, p *containerd.Pod) uint64 {
	t.Helper()
	var own unix.Stat_t
	require.NoError(t, unix.Stat(fmt.Sprintf("/proc/%d/ns/net", p.PID), &own))
	return own.Ino
}

// interfaceOf returns the only interface of a pod, which is the default one.
func interfaceOf(t *testing.T, p *statsapi.PodStats) statsapi.InterfaceStats {
	t.Helper()
	require.NotNil(t, p.Network)
	require.Len(t, p.Network.Interfaces, 1)
	require.Equal(t, p.Network.Interfaces[0], p.Network.InterfaceStats)
	return p.Network.InterfaceStats
}

// echo sends datagrams from the node to the pod and back.
func echo(t *testing.T, p *containerd.Pod, count, payload int) {
	t.Helper()
	pod := listen(t, p.PID, p.IP)
	defer pod.Close()
	host, err := net.ListenUDP("udp4", nil)
	require.NoError(t, err)
	defer host.Close()
	deadline := time.Now().Add(time.Minute)
	require.NoError(t, pod.SetDeadline(deadline))
	require.NoError(t, host.SetDeadline(deadline))
	buf := make([]byte, payload)
	for range count {
		_, err := host.WriteTo(buf, pod.LocalAddr())
		require.NoError(t, err)
		_, from, err := pod.ReadFrom(buf)
		require.NoError(t, err)
		_, err = pod.WriteTo(buf, from)
		require.NoError(t, err)
		size, _, err := host.ReadFrom(buf)
		require.NoError(t, err)
		require.Equal(t, payload, size)
	}
}

// listen returns a socket in the network namespace of a process. A socket stays
// in the namespace in which it was made; the thread goes back.
func listen(t *testing.T, pid int, ip string) *net.UDPConn {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	home, err := os.Open("/proc/thread-self/ns/net")
	require.NoError(t, err)
	defer home.Close()
	there, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", pid))
	require.NoError(t, err)
	defer there.Close()
	require.NoError(t, unix.Setns(int(there.Fd()), unix.CLONE_NEWNET))
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(ip)})
	require.NoError(t, unix.Setns(int(home.Fd()), unix.CLONE_NEWNET), "the thread is lost")
	require.NoError(t, err)
	return conn
}

// routeTo returns the interface of the node's route to an address.
//
//	Iface   Destination Gateway  Flags RefCnt Use Metric Mask     …
//	veth0a  026433C6    00000000 0005  0      0   0      FFFFFFFF …
func routeTo(t *testing.T, ip string) string {
	t.Helper()
	text, err := os.ReadFile("/proc/net/route")
	require.NoError(t, err)
	a := net.ParseIP(ip).To4()
	require.NotNil(t, a, ip)
	for in := bufio.NewScanner(bytes.NewReader(text)); in.Scan(); {
		if f := strings.Fields(in.Text()); len(f) > 7 && f[1] == fmt.Sprintf("%02X%02X%02X%02X", a[3], a[2], a[1], a[0]) {
			return f[0]
		}
	}
	t.Fatalf("no route to %s in\n%s", ip, text)
	return ""
}

// counters returns what the node's end of a pod's interface has sent and
// received, bytes and errors: what the pod has received and sent.
func counters(t *testing.T, name string) (values [4]uint64) {
	t.Helper()
	for i, file := range [...]string{"tx_bytes", "rx_bytes", "tx_errors", "rx_errors"} {
		text, err := os.ReadFile(filepath.Join("/sys/class/net", name, "statistics", file))
		require.NoError(t, err)
		values[i], err = strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
		require.NoError(t, err)
	}
	return values
}
