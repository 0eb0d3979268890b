package cgroupfstest

import (
	"fmt"
	"strings"
)

// Machine is what a fake node is made of, for tests that do not care about
// single files. What is zero or empty has no file.
type Machine struct {
	// Sockets, CoresPerSocket and ThreadsPerCore are the CPUs, all of which are
	// online; 0 is 1, and without Sockets nothing is known of them.
	Sockets, CoresPerSocket, ThreadsPerCore int
	// Memory and Swap are bytes, all of which is free. Without Memory
	// proc/meminfo stays as it is.
	Memory, Swap uint64
	// ID is /etc/machine-id, SystemUUID that of the hardware, BootID that of the
	// node's run.
	ID, SystemUUID, BootID string
	// KernelVersion is what uname -r tells, OSVersion what the system calls
	// itself.
	KernelVersion, OSVersion string
}

// PutMachine says what the node is made of, and what it is called.
func (t *Tree) PutMachine(m Machine) {
	t.tb.Helper()
	if cpus := m.Sockets * max(m.CoresPerSocket, 1) * max(m.ThreadsPerCore, 1); cpus > 0 {
		t.Write("sys/devices/system/cpu/online", fmt.Sprintf("0-%d\n", cpus-1))
		for cpu := range cpus {
			core := cpu / max(m.ThreadsPerCore, 1)
			at := fmt.Sprintf("sys/devices/system/cpu/cpu%d/topology/", cpu)
			t.Write(at+"physical_package_id", fmt.Sprintf("%d\n", core/max(m.CoresPerSocket, 1)))
			t.Write(at+"core_id", fmt.Sprintf("%d\n", core%max(m.CoresPerSocket, 1)))
		}
	}
	if m.Memory > 0 {
		t.Write("proc/meminfo", fmt.Sprintf("MemTotal: %[1]d kB\nMemFree: %[1]d kB\nSwapTotal: %[2]d kB\nSwapFree: %[2]d kB\n", m.Memory>>10, m.Swap>>10))
	}
	for name, text := range map[string]string{
		"etc/machine-id":                 m.ID,
		"sys/class/dmi/id/product_uuid":  m.SystemUUID,
		"proc/sys/kernel/random/boot_id": m.BootID,
		"proc/sys/kernel/osrelease":      m.KernelVersion,
	} {
		if text != "" {
			t.Write(name, text+"\n")
		}
	}
	if m.OSVersion != "" {
		t.Write("etc/os-release", fmt.Sprintf("NAME=fake\nPRETTY_NAME=\"%s\"\n", strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(m.OSVersion)))
	}
}
