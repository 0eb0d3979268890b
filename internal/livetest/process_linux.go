package livetest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const workerEnv = "NODEGAUGE_LIVETEST_WORKER"

// Main is what TestMain does in a package whose tests Start processes: a
// Process is the test's program, started once more.
func Main(m *testing.M) {
	if os.Getenv(workerEnv) == "" {
		m.Run()
		return
	}
	w := worker{out: os.Stdout}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		w.obey(in.Text())
	}
}

// A Process does what it is told, and else waits.
type Process struct {
	tb  testing.TB
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Start starts a Process and moves it into a cgroup, in every hierarchy. It
// ends with the test.
func (h *Host) Start(cgroup string) *Process {
	h.tb.Helper()
	p, err := h.start(cgroup, nil)
	if err != nil {
		h.tb.Fatal(err)
	}
	return p
}

func (h *Host) start(cgroup string, attr *syscall.SysProcAttr) (*Process, error) {
	h.tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(exe)
	cmd.SysProcAttr = attr
	cmd.Env = append(os.Environ(), workerEnv+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{tb: h.tb, cmd: cmd, in: in, out: bufio.NewReader(out)}
	h.tb.Cleanup(func() { p.End() })
	h.Put(cgroup, p.PID())
	return p, nil
}

// PID returns the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Do has the process do something, and returns the CPU time that it has used
// since it started:
//
//	cpu MILLISECONDS   use that much CPU time
//	memory BYTES       map that much memory, and write to each page
//	file PATH BYTES    write a file that is not there yet, sync it, and read it again
//	disk PATH BYTES    do the same past the page cache
//	veth NAME PID      make a pair of interfaces, one of them where that process is
//	up NAME            switch an interface on
//	route NAME         make it that of the default route
//	send NAME BYTES    send that much through it, in frames of 1000 bytes
//	open N             open so many files, and keep them
//	listen N           so many TCP sockets of IPv4
//	bind N             so many UDP sockets of IPv4
//	nothing
func (p *Process) Do(format string, args ...any) time.Duration {
	p.tb.Helper()
	used, err := p.Try(format, args...)
	if err != nil {
		p.tb.Fatal(err)
	}
	return used
}

// Try does what Do does, where it may fail.
func (p *Process) Try(format string, args ...any) (time.Duration, error) {
	p.tb.Helper()
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		p.tb.Fatal(err)
	}
	answer, err := p.out.ReadString('\n')
	if err != nil {
		p.tb.Fatalf("the process ended: %v", err)
	}
	answer = strings.TrimSpace(answer)
	ns, err := strconv.ParseInt(answer, 10, 64)
	if err != nil {
		return 0, errors.New(answer)
	}
	return time.Duration(ns), nil
}

// Tasks returns how many threads the process has.
func (p *Process) Tasks() uint64 {
	p.tb.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.PID()))
	if err != nil {
		p.tb.Fatal(err)
	}
	return uint64(len(entries))
}

// End ends the process, and returns the CPU time that it used in all.
func (p *Process) End() time.Duration {
	p.in.Close()
	if p.cmd.ProcessState == nil {
		if err := p.cmd.Wait(); err != nil {
			p.tb.Error(err)
		}
	}
	return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
}

// A worker is the process's side.
type worker struct {
	out  io.Writer
	held [][]byte
	open []int // descriptors that are kept
}

func (w *worker) obey(line string) {
	verb, args, _ := strings.Cut(line, " ")
	name, number, named := strings.Cut(args, " ")
	if !named {
		name, number = "", args
	}
	if verb == "up" || verb == "route" {
		name, number = args, "0"
	}
	n, err := strconv.Atoi(number)
	switch verb {
	case "nothing":
		err = nil
	case "cpu":
		burn(time.Duration(n) * time.Millisecond)
	case "memory":
		err = w.hold(n)
	case "file":
		err = copyFile(name, n, 0)
	case "disk":
		err = copyFile(name, n, syscall.O_DIRECT)
	case "veth":
		err = veth(name, n)
	case "up":
		err = up(name)
	case "route":
		err = route(name)
	case "send":
		err = send(name, n)
	case "open", "listen", "bind":
		for range n {
			err = errors.Join(err, w.keep(verb))
		}
	}
	if err != nil {
		fmt.Fprintln(w.out, err)
		return
	}
	fmt.Fprintln(w.out, int64(cpuTime()))
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // it cannot fail for oneself
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func burn(d time.Duration) {
	for end := cpuTime() + d; cpuTime() < end; {
		for i := range 100_000 {
			_ = i * i
		}
	}
}

// hold maps memory and keeps it.
func (w *worker) hold(n int) error {
	b, err := mapped(n)
	for i := 0; i < len(b); i += os.Getpagesize() {
		b[i] = 1
	}
	w.held = append(w.held, b)
	return err
}

// keep opens a descriptor for as long as the process lives.
func (w *worker) keep(what string) error {
	var (
		fd  int
		err error
	)
	switch what {
	case "open":
		fd, err = syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	case "listen":
		if fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0); err == nil {
			err = syscall.Listen(fd, 1)
		}
	case "bind":
		if fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0); err == nil {
			err = syscall.Bind(fd, &syscall.SockaddrInet4{})
		}
	}
	w.open = append(w.open, fd)
	return err
}

// mapped returns memory that is neither in Go's heap nor in the shadow that
// the race detector keeps of it, and that a disk can read into.
func mapped(n int) ([]byte, error) {
	return syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
}

// copyFile writes n bytes to a new file and reads them again.
func copyFile(name string, n, flags int) error {
	b, err := mapped(n)
	if err != nil {
		return err
	}
	defer syscall.Munmap(b) //nolint:errcheck // it was mapped
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|flags, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt(b, 0); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	_, err = f.ReadAt(b, 0)
	return err
}
