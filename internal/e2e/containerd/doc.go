// Package containerd runs a containerd of its own for a test, and pods in it:
// its folders, its socket, its pods' network and cgroups are apart from those
// of any other, and are gone after the test. It exists on Linux only.
//
// It needs root and the programs containerd, runc, ctr and busybox (static),
// and for pods with a network of their own the CNI plugins ptp, host-local and
// loopback.
package containerd
