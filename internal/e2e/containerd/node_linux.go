package containerd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// patience is how long one thing may take on a slow machine.
const patience = 2 * time.Minute

// A Node is a containerd and its pods. It belongs to one test.
type Node struct {
	// Snapshotter is where the files of containers are: "overlayfs", or
	// "native" where the kernel or the disk has no overlays.
	Snapshotter string

	tb      testing.TB
	dir     string // all folders of the daemon
	cgroup  string // all its pods
	daemon  *exec.Cmd
	conn    *grpc.ClientConn
	runtime cri.RuntimeServiceClient
	images  cri.ImageServiceClient
	pods    []*Pod
}

// Start starts a containerd that ends with the test. It skips the test where
// that cannot be had.
func Start(tb testing.TB) *Node {
	tb.Helper()
	if os.Getuid() != 0 {
		tb.Skip("only root may run containers")
	}
	for _, program := range []string{"containerd", "containerd-shim-runc-v2", "runc", "ctr"} {
		if _, err := exec.LookPath(program); err != nil {
			tb.Skipf("%s is not installed", program)
		}
	}
	box, err := busybox()
	if err != nil {
		tb.Skipf("a static busybox is wanted: %v", err)
	}
	plugins := pluginDir()
	if plugins == "" {
		tb.Skip("the CNI plugins are not installed")
	}
	dir, err := os.MkdirTemp("", "nodegauge-e2e-") // short: a socket's path is at most 107 bytes
	check(tb, err)
	n := &Node{tb: tb, dir: dir, cgroup: "/" + filepath.Base(dir), Snapshotter: snapshotter(dir)}
	tb.Cleanup(n.clean)
	check(tb, writeConfig(dir, n.Snapshotter, plugins))
	n.conn, err = grpc.NewClient("unix://"+n.Socket(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(tb, err)
	n.runtime, n.images = cri.NewRuntimeServiceClient(n.conn), cri.NewImageServiceClient(n.conn)
	n.Resume()
	n.load(box)
	return n
}

// Socket returns the path of the daemon's socket.
func (n *Node) Socket() string { return filepath.Join(n.dir, "containerd.sock") }

// State returns the daemon's state folder, which has the bundles.
func (n *Node) State() string { return filepath.Join(n.dir, "state") }

// Logs returns the folder of the pods' logs.
func (n *Node) Logs() string { return filepath.Join(n.dir, "pods") }

// Kubelet returns the folder that has, in pods, the pods' volumes.
func (n *Node) Kubelet() string { return filepath.Join(n.dir, "kubelet") }

// Root returns the folder that has the images and the containers' files.
func (n *Node) Root() string { return filepath.Join(n.dir, "root") }

// Kubepods returns the cgroup that has the pods' cgroups.
func (n *Node) Kubepods() string { return n.cgroup + "/kubepods" }

// Stop ends the daemon. Its pods run on.
func (n *Node) Stop() {
	n.tb.Helper()
	if n.daemon == nil {
		return
	}
	check(n.tb, n.daemon.Process.Signal(syscall.SIGTERM))
	dead := time.AfterFunc(patience, func() { _ = n.daemon.Process.Kill() })
	_ = n.daemon.Wait()
	dead.Stop()
	n.daemon = nil
}

// Resume starts the daemon, for the first time or again, and waits for its
// answer. What it logs is in a file that a failed test shows.
func (n *Node) Resume() {
	n.tb.Helper()
	check(n.tb, n.resume())
}

func (n *Node) resume() error {
	out, err := os.OpenFile(filepath.Join(n.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command("containerd", "--config", filepath.Join(n.dir, "config.toml"))
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return err
	}
	n.daemon = cmd
	return await("containerd answers", func(ctx context.Context) error {
		status, err := n.runtime.Status(ctx, &cri.StatusRequest{})
		for _, c := range status.GetStatus().GetConditions() {
			if !c.Status {
				err = fmt.Errorf("%s: %s", c.Type, c.Message)
			}
		}
		return err
	})
}

// load brings the image in.
func (n *Node) load(box string) {
	n.tb.Helper()
	name := filepath.Join(n.dir, "image.tar")
	f, err := os.Create(name)
	check(n.tb, err)
	check(n.tb, writeImage(f, box))
	check(n.tb, f.Close())
	out, err := exec.Command("ctr", "-a", n.Socket(), "-n", "k8s.io", "images", "import", "--snapshotter", n.Snapshotter, name).CombinedOutput()
	if err != nil {
		n.tb.Fatalf("ctr images import: %v: %s", err, out)
	}
	check(n.tb, await("the image is known", func(ctx context.Context) error {
		answer, err := n.images.ImageStatus(ctx, &cri.ImageStatusRequest{Image: &cri.ImageSpec{Image: image}})
		if err == nil && answer.Image == nil {
			err = errors.New(image + ": not there")
		}
		return err
	}))
}

// await asks until there is no error, or no patience.
func await(what string, ask func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		err := ask(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// snapshotter returns what can keep containers' files in dir. An overlay needs
// the kernel's help, and a disk that is not one itself.
func snapshotter(dir string) string {
	var folders []string
	for _, name := range []string{"lower", "upper", "work", "merged"} {
		folders = append(folders, filepath.Join(dir, "probe", name))
		if os.MkdirAll(folders[len(folders)-1], 0o755) != nil {
			return "native"
		}
	}
	defer os.RemoveAll(filepath.Join(dir, "probe"))
	data := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", folders[0], folders[1], folders[2])
	if syscall.Mount("overlay", folders[3], "overlay", 0, data) != nil || syscall.Unmount(folders[3], 0) != nil {
		return "native"
	}
	return "overlayfs"
}

// pivots reports whether a container can make its file system the root of all:
// not if the root here is the kernel's first one.
func pivots() bool {
	mounts, err := os.ReadFile("/proc/self/mounts")
	return err == nil && !slices.ContainsFunc(strings.Split(string(mounts), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "rootfs / ") || strings.HasPrefix(line, "none / rootfs ")
	})
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
