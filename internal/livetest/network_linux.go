package livetest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// StartApart does what Start does, with the process in a network namespace of
// its own, where nothing but a loopback is. It skips the test where there are
// no network namespaces.
func (h *Host) StartApart(cgroup string) *Process {
	h.tb.Helper()
	p, err := h.start(cgroup, &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET})
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EPERM) {
		h.tb.Skipf("no network namespace can be made here: %v", err)
	}
	if err != nil {
		h.tb.Fatal(err)
	}
	return p
}

// frame is how long the frames are that a Process sends.
const frame = 1000

// What netlink wants and package syscall has not.
const (
	infoKind, infoData = 1, 2 // IFLA_INFO_KIND, IFLA_INFO_DATA
	vethPeer           = 1    // VETH_INFO_PEER
	netNSPID           = 19   // IFLA_NET_NS_PID
	experimental       = 0x88b5
)

// veth makes a pair of interfaces with one name: one here, and one in the
// network namespace of a process.
func veth(name string, pid int) error {
	peer := make([]byte, syscall.SizeofIfInfomsg)
	peer = attribute(peer, syscall.IFLA_IFNAME, []byte(name+"\x00"))
	peer = attribute(peer, netNSPID, binary.NativeEndian.AppendUint32(nil, uint32(pid)))
	info := attribute(nil, infoKind, []byte("veth"))
	info = attribute(info, infoData, attribute(nil, vethPeer, peer))
	msg := make([]byte, syscall.SizeofIfInfomsg)
	msg = attribute(msg, syscall.IFLA_IFNAME, []byte(name+"\x00"))
	msg = attribute(msg, syscall.IFLA_LINKINFO, info)
	return netlink(syscall.RTM_NEWLINK, syscall.NLM_F_CREATE|syscall.NLM_F_EXCL, msg)
}

// up switches an interface on, without IPv6, which would send something of its
// own accord.
func up(name string) error {
	err := os.WriteFile("/proc/sys/net/ipv6/conf/all/disable_ipv6", []byte("1"), 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	msg := make([]byte, syscall.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(msg[8:], syscall.IFF_UP)  // flags
	binary.NativeEndian.PutUint32(msg[12:], syscall.IFF_UP) // those that change
	return netlink(syscall.RTM_NEWLINK, 0, attribute(msg, syscall.IFLA_IFNAME, []byte(name+"\x00")))
}

// route makes an interface that of the default route.
func route(name string) error {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	msg := []byte{syscall.AF_INET, 0, 0, 0, syscall.RT_TABLE_MAIN, syscall.RTPROT_STATIC, syscall.RT_SCOPE_LINK, syscall.RTN_UNICAST, 0, 0, 0, 0}
	msg = attribute(msg, syscall.RTA_OIF, binary.NativeEndian.AppendUint32(nil, uint32(i.Index)))
	return netlink(syscall.RTM_NEWROUTE, syscall.NLM_F_CREATE|syscall.NLM_F_EXCL, msg)
}

// send sends frames of a kind that nobody answers, n bytes in all.
func send(name string, n int) error {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return err
	}
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	b := make([]byte, frame)
	copy(b, "\xff\xff\xff\xff\xff\xff")
	binary.BigEndian.PutUint16(b[12:], experimental)
	for ; n >= frame; n -= frame {
		if err := syscall.Sendto(fd, b, 0, &syscall.SockaddrLinklayer{Ifindex: i.Index, Halen: 6}); err != nil {
			return err
		}
	}
	return nil
}

// attribute appends an attribute to a message.
func attribute(msg []byte, kind uint16, value []byte) []byte {
	msg = binary.NativeEndian.AppendUint16(msg, uint16(syscall.SizeofRtAttr+len(value)))
	msg = append(binary.NativeEndian.AppendUint16(msg, kind), value...)
	for len(msg)%syscall.RTA_ALIGNTO != 0 {
		msg = append(msg, 0)
	}
	return msg
}

// netlink sends a request and waits until the kernel has done it.
func netlink(kind, flags uint16, body []byte) error {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	msg := binary.NativeEndian.AppendUint32(nil, uint32(syscall.SizeofNlMsghdr+len(body)))
	msg = binary.NativeEndian.AppendUint16(msg, kind)
	msg = binary.NativeEndian.AppendUint16(msg, flags|syscall.NLM_F_REQUEST|syscall.NLM_F_ACK)
	msg = append(append(msg, make([]byte, 8)...), body...) // sequence, port
	if err := syscall.Sendto(fd, msg, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return err
	}
	buf := make([]byte, 4096)
	n, _, err := syscall.Recvfrom(fd, buf, 0)
	if err != nil {
		return err
	}
	answers, err := syscall.ParseNetlinkMessage(buf[:n])
	if err != nil || len(answers) == 0 || answers[0].Header.Type != syscall.NLMSG_ERROR || len(answers[0].Data) < 4 {
		return fmt.Errorf("an odd answer: %v, %w", answers, err)
	}
	if errno := int32(binary.NativeEndian.Uint32(answers[0].Data)); errno != 0 {
		return syscall.Errno(-errno)
	}
	return nil
}
