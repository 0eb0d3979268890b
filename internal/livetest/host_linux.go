// Package livetest makes cgroups of its own on a live kernel, and processes in
// them, for tests. It exists on Linux only.
package livetest

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/internal/mountinfo"
)

// A Host is the cgroup file systems that are mounted here, with one folder in
// each that belongs to the test.
type Host struct {
	tb     testing.TB
	mounts []*Mount
	path   string
}

// A Mount is one mounted hierarchy.
type Mount struct {
	tb          testing.TB
	root        string
	v2          bool
	controllers []string // of v2 those that the test's cgroup has
}

// wanted are the controllers that tests use. In v1 a cpuset takes no process
// before it is configured, and nothing here needs one.
var wanted = [...]string{"memory", "cpuacct", "cpu", "pids", "blkio", "io"}

// New returns the Host with a cgroup for the test, which is removed at its
// end. It skips the test where that cannot be had. Tests with a Host wait for
// each other, those of other processes included; one has one Host.
func New(tb testing.TB) *Host {
	tb.Helper()
	if os.Getuid() != 0 {
		tb.Skip("only root may make cgroups")
	}
	h := &Host{tb: tb, mounts: mounts(tb)}
	if len(h.mounts) == 0 {
		tb.Skip("no cgroup file system is mounted")
	}
	lock(tb, h.mounts[0].root)
	for n := 1; ; n++ {
		h.path = fmt.Sprintf("/nodegauge-test-%d-%d", os.Getpid(), n)
		err := os.Mkdir(h.mounts[0].Dir(h.path), 0o755)
		switch {
		case errors.Is(err, os.ErrExist):
			continue
		case errors.Is(err, syscall.EROFS), errors.Is(err, os.ErrPermission):
			tb.Skipf("no cgroup can be made here: %v", err)
		case err != nil:
			tb.Fatal(err)
		}
		break
	}
	for i, m := range h.mounts {
		if m.v2 {
			tb.Cleanup(m.Enable("/"))
		}
		tb.Cleanup(func() { m.removeAll(h.path) })
		if i > 0 {
			m.Make(h.path)
		}
		if m.v2 {
			m.controllers = strings.Fields(m.Read(h.path, "cgroup.controllers"))
		}
	}
	return h
}

// mounts lists the hierarchies that are mounted whole: v1 with a controller
// that is wanted, and v2.
func mounts(tb testing.TB) []*Mount {
	infos, err := mountinfo.Read("/proc/self/mountinfo")
	if err != nil {
		tb.Fatal(err)
	}
	var list []*Mount
	for _, info := range infos {
		m := &Mount{tb: tb, root: info.MountPoint, v2: info.FSType == "cgroup2"}
		if !m.v2 {
			m.controllers = slices.DeleteFunc(info.Controllers(), func(c string) bool { return !slices.Contains(wanted[:], c) })
		}
		again := slices.ContainsFunc(list, func(o *Mount) bool {
			return m.v2 && o.v2 || !m.v2 && !o.v2 && slices.Equal(m.controllers, o.controllers)
		})
		if info.Root == "/" && !again && (m.v2 || len(m.controllers) > 0) {
			list = append(list, m)
		}
	}
	return list
}

// lock keeps other tests away from the host until this one has ended.
func lock(tb testing.TB, dir string) {
	f, err := os.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { f.Close() })
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		tb.Fatal(err)
	}
}

// Path returns the path of a cgroup below the test's own, for cgroupfs.
func (h *Host) Path(elem ...string) string { return path.Join(h.path, path.Join(elem...)) }

// V2 returns the unified hierarchy, or nil.
func (h *Host) V2() *Mount {
	for _, m := range h.mounts {
		if m.v2 {
			return m
		}
	}
	return nil
}

// For returns the hierarchy that has a controller's files, or nil.
func (h *Host) For(controller string) *Mount {
	for _, v2 := range []bool{false, true} {
		for _, m := range h.mounts {
			if m.v2 == v2 && slices.Contains(m.controllers, controller) {
				return m
			}
		}
	}
	return nil
}

// At returns the hierarchy that is mounted at root: of the Root of a
// cgroupfs.Hierarchy the master.
func (h *Host) At(root string) *Mount {
	for _, m := range h.mounts {
		if m.root == root {
			return m
		}
	}
	h.tb.Fatalf("no hierarchy at %s", root)
	return nil
}

// Others returns all hierarchies but one.
func (h *Host) Others(than *Mount) []*Mount {
	return slices.DeleteFunc(slices.Clone(h.mounts), func(m *Mount) bool { return m == than })
}

// Make makes a cgroup in every hierarchy. In v2 its parent gives it all
// controllers that it has.
func (h *Host) Make(cgroup string) {
	h.tb.Helper()
	for _, m := range h.mounts {
		if m.v2 {
			m.Enable(path.Dir(cgroup))
		}
		m.Make(cgroup)
	}
}

// Put moves a process into a cgroup of every hierarchy.
func (h *Host) Put(cgroup string, pid int) {
	h.tb.Helper()
	for _, m := range h.mounts {
		m.Put(cgroup, pid)
	}
}

// Remove removes a cgroup from every hierarchy.
func (h *Host) Remove(cgroup string) {
	h.tb.Helper()
	for _, m := range h.mounts {
		m.Remove(cgroup)
	}
}

// IsV2 reports whether it is the unified hierarchy.
func (m *Mount) IsV2() bool { return m.v2 }

// Dir returns the folder of a cgroup.
func (m *Mount) Dir(cgroup string) string { return filepath.Join(m.root, cgroup) }

// Make makes a cgroup.
func (m *Mount) Make(cgroup string) {
	m.tb.Helper()
	if err := os.Mkdir(m.Dir(cgroup), 0o755); err != nil {
		m.tb.Fatal(err)
	}
}

// Remove removes a cgroup. A process that was waited for may still be in it
// for a moment: it leaves when it has been scheduled for the last time.
func (m *Mount) Remove(cgroup string) {
	m.tb.Helper()
	if err := m.remove(cgroup); err != nil {
		m.tb.Fatal(err)
	}
}

func (m *Mount) remove(cgroup string) error {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		err := syscall.Rmdir(m.Dir(cgroup))
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EBUSY) || time.Now().After(end) {
			return &os.PathError{Op: "rmdir", Path: m.Dir(cgroup), Err: err}
		}
	}
}

func (m *Mount) removeAll(cgroup string) {
	entries, err := os.ReadDir(m.Dir(cgroup))
	if err != nil {
		return // never made
	}
	for _, e := range entries {
		if e.IsDir() {
			m.removeAll(path.Join(cgroup, e.Name()))
		}
	}
	if err := m.remove(cgroup); err != nil {
		m.tb.Error(err)
	}
}

// Inode returns the inode of a cgroup's folder.
func (m *Mount) Inode(cgroup string) uint64 {
	m.tb.Helper()
	info, err := os.Stat(m.Dir(cgroup))
	if err != nil {
		m.tb.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Ino
}

// Has reports whether a cgroup has a file that can be read.
func (m *Mount) Has(cgroup, file string) bool {
	_, err := os.ReadFile(filepath.Join(m.Dir(cgroup), file))
	return err == nil
}

// Read returns the text of a cgroup's file.
func (m *Mount) Read(cgroup, file string) string {
	m.tb.Helper()
	text, err := os.ReadFile(filepath.Join(m.Dir(cgroup), file))
	if err != nil {
		m.tb.Fatal(err)
	}
	return string(text)
}

// Write writes to a cgroup's file.
func (m *Mount) Write(cgroup, file, text string) {
	m.tb.Helper()
	if err := m.write(cgroup, file, text); err != nil {
		m.tb.Fatal(err)
	}
}

// write does not use os.WriteFile, which asks to truncate the file.
func (m *Mount) write(cgroup, file, text string) error {
	f, err := os.OpenFile(filepath.Join(m.Dir(cgroup), file), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// Enable gives a v2 cgroup's children all controllers that it has, and returns
// what takes them away again.
func (m *Mount) Enable(cgroup string) (undo func()) {
	m.tb.Helper()
	on := strings.Fields(m.Read(cgroup, "cgroup.subtree_control"))
	var added []string
	for c := range strings.FieldsSeq(m.Read(cgroup, "cgroup.controllers")) {
		if slices.Contains(wanted[:], c) && !slices.Contains(on, c) && m.write(cgroup, "cgroup.subtree_control", "+"+c) == nil {
			added = append(added, c)
		}
	}
	return func() {
		for _, c := range added {
			m.Write(cgroup, "cgroup.subtree_control", "-"+c)
		}
	}
}

// Put moves a process into a cgroup.
func (m *Mount) Put(cgroup string, pid int) {
	m.tb.Helper()
	m.Write(cgroup, "cgroup.procs", strconv.Itoa(pid))
}
