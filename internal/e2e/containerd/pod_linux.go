package containerd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// Spec is what a pod is to be.
type Spec struct {
	Namespace, Name, UID string
	// HostNetwork is no network of its own.
	HostNetwork bool
	// HostPID is the node's numbers of processes.
	HostPID bool
	// Volumes are the names of folders on the disk (emptyDir) that every
	// container has in /volumes.
	Volumes []string
}

// A Pod is a sandbox that runs.
type Pod struct {
	Spec
	// ID is the sandbox's, PID its process.
	ID  string
	PID int
	// IP is the pod's address; empty with the host's network.
	IP string
	// CreatedAt is when the runtime says it created the sandbox.
	CreatedAt time.Time

	node   *Node
	config *cri.PodSandboxConfig
}

// RunPod starts a pod without containers.
func (n *Node) RunPod(s Spec) *Pod {
	n.tb.Helper()
	network := cri.NamespaceMode_POD
	if s.HostNetwork {
		network = cri.NamespaceMode_NODE
	}
	processes := cri.NamespaceMode_CONTAINER
	if s.HostPID {
		processes = cri.NamespaceMode_NODE
	}
	p := &Pod{Spec: s, node: n, config: &cri.PodSandboxConfig{
		Metadata:     &cri.PodSandboxMetadata{Name: s.Name, Namespace: s.Namespace, Uid: s.UID},
		Hostname:     s.Name,
		DnsConfig:    &cri.DNSConfig{Servers: []string{"192.0.2.53"}}, // or else the node's file is wanted
		LogDirectory: filepath.Join(n.Logs(), s.Namespace+"_"+s.Name+"_"+s.UID),
		Linux: &cri.LinuxPodSandboxConfig{
			CgroupParent:    n.Kubepods() + "/besteffort/pod" + s.UID,
			SecurityContext: &cri.LinuxSandboxSecurityContext{NamespaceOptions: &cri.NamespaceOption{Network: network, Pid: processes}},
		},
	}}
	if s.HostNetwork {
		p.config.Hostname = ""
	}
	check(n.tb, os.MkdirAll(p.config.LogDirectory, 0o755))
	check(n.tb, os.MkdirAll(filepath.Dir(p.EtcHosts()), 0o755))
	check(n.tb, os.WriteFile(p.EtcHosts(), []byte("127.0.0.1\tlocalhost\n"), 0o644))
	for _, name := range s.Volumes {
		check(n.tb, os.MkdirAll(p.Volume(name), 0o755))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answer, err := n.runtime.RunPodSandbox(ctx, &cri.RunPodSandboxRequest{Config: p.config})
	check(n.tb, err)
	p.ID = answer.PodSandboxId
	n.pods = append(n.pods, p)
	status, err := n.runtime.PodSandboxStatus(ctx, &cri.PodSandboxStatusRequest{PodSandboxId: p.ID, Verbose: true})
	check(n.tb, err)
	p.IP = status.Status.GetNetwork().GetIp()
	p.CreatedAt = time.Unix(0, status.Status.CreatedAt)
	p.PID, err = pid(status.Info)
	check(n.tb, err)
	return p
}

// Volume returns the folder of a volume.
func (p *Pod) Volume(name string) string {
	return filepath.Join(p.node.Kubelet(), "pods", p.UID, "volumes/kubernetes.io~empty-dir", name)
}

// EtcHosts returns the file that the containers have as /etc/hosts.
func (p *Pod) EtcHosts() string { return filepath.Join(p.node.Kubelet(), "pods", p.UID, "etc-hosts") }

// remove ends the pod and its containers.
func (p *Pod) remove() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := p.node.runtime.StopPodSandbox(ctx, &cri.StopPodSandboxRequest{PodSandboxId: p.ID})
	_, err2 := p.node.runtime.RemovePodSandbox(ctx, &cri.RemovePodSandboxRequest{PodSandboxId: p.ID})
	return errors.Join(err, err2)
}

// A Container is one that was started.
type Container struct {
	ID, Name string
	PID      int
	// Log is the file that has what it says.
	Log string
	// CreatedAt and StartedAt are when the runtime says it created and
	// started it.
	CreatedAt, StartedAt time.Time

	pod *Pod
}

// Run starts a container: busybox that sleeps, or command. The attempt counts
// the pod's earlier containers of that name.
func (p *Pod) Run(name string, attempt uint32, command ...string) *Container {
	p.node.tb.Helper()
	return p.RunLike(name, attempt, func(c *cri.ContainerConfig) { c.Command = command })
}

// RunLike starts a container that is changed before.
func (p *Pod) RunLike(name string, attempt uint32, change func(*cri.ContainerConfig)) *Container {
	p.node.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	log := fmt.Sprintf("%s/%d.log", name, attempt)
	mounts := []*cri.Mount{{ContainerPath: "/etc/hosts", HostPath: p.EtcHosts()}}
	for _, v := range p.Volumes {
		mounts = append(mounts, &cri.Mount{ContainerPath: "/volumes/" + v, HostPath: p.Volume(v)})
	}
	config := &cri.ContainerConfig{
		Metadata: &cri.ContainerMetadata{Name: name, Attempt: attempt},
		Image:    &cri.ImageSpec{Image: image},
		Mounts:   mounts,
		LogPath:  log,
		Linux: &cri.LinuxContainerConfig{SecurityContext: &cri.LinuxContainerSecurityContext{
			NamespaceOptions: p.config.Linux.SecurityContext.NamespaceOptions,
		}},
	}
	change(config)
	created, err := p.node.runtime.CreateContainer(ctx, &cri.CreateContainerRequest{
		PodSandboxId:  p.ID,
		SandboxConfig: p.config,
		Config:        config,
	})
	check(p.node.tb, err)
	_, err = p.node.runtime.StartContainer(ctx, &cri.StartContainerRequest{ContainerId: created.ContainerId})
	check(p.node.tb, err)
	c := &Container{ID: created.ContainerId, Name: name, Log: filepath.Join(p.config.LogDirectory, log), pod: p}
	status, err := p.node.runtime.ContainerStatus(ctx, &cri.ContainerStatusRequest{ContainerId: c.ID, Verbose: true})
	check(p.node.tb, err)
	c.CreatedAt, c.StartedAt = time.Unix(0, status.Status.CreatedAt), time.Unix(0, status.Status.StartedAt)
	c.PID, err = pid(status.Info)
	check(p.node.tb, err)
	return c
}

// Exec runs a command in the container and returns what it says.
func (c *Container) Exec(command ...string) string {
	n := c.pod.node
	n.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answer, err := n.runtime.ExecSync(ctx, &cri.ExecSyncRequest{ContainerId: c.ID, Cmd: command, Timeout: int64(patience / time.Second)})
	check(n.tb, err)
	if answer.ExitCode != 0 {
		n.tb.Fatalf("%q in %s: exit code %d: %s", command, c.Name, answer.ExitCode, answer.Stderr)
	}
	return string(answer.Stdout)
}

// Stats returns what the runtime says that the container uses.
func (c *Container) Stats() *cri.ContainerStats {
	n := c.pod.node
	n.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	answer, err := n.runtime.ContainerStats(ctx, &cri.ContainerStatsRequest{ContainerId: c.ID})
	check(n.tb, err)
	return answer.Stats
}

// AwaitLayer waits until the runtime, which looks now and then, has looked at
// the container's writable layer after a moment.
func (c *Container) AwaitLayer(after time.Time) {
	n := c.pod.node
	n.tb.Helper()
	check(n.tb, await("the layer is looked at", func(ctx context.Context) error {
		answer, err := n.runtime.ContainerStats(ctx, &cri.ContainerStatsRequest{ContainerId: c.ID})
		if looked := answer.GetStats().GetWritableLayer().GetTimestamp(); err == nil && looked <= after.UnixNano() {
			err = fmt.Errorf("looked at %v", time.Unix(0, looked))
		}
		return err
	}))
}

// Kill ends the container, waits until the runtime knows, and leaves it there.
func (c *Container) Kill() {
	n := c.pod.node
	n.tb.Helper()
	p, err := os.FindProcess(c.PID)
	check(n.tb, err)
	check(n.tb, p.Kill())
	check(n.tb, await("the container has ended", func(ctx context.Context) error {
		status, err := n.runtime.ContainerStatus(ctx, &cri.ContainerStatusRequest{ContainerId: c.ID})
		if err == nil && status.Status.State != cri.ContainerState_CONTAINER_EXITED {
			err = errors.New(status.Status.State.String())
		}
		return err
	}))
}

// Remove removes a container that has ended.
func (c *Container) Remove() {
	n := c.pod.node
	n.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := n.runtime.RemoveContainer(ctx, &cri.RemoveContainerRequest{ContainerId: c.ID})
	check(n.tb, err)
}

// pid returns the process's number in what the runtime says when it is asked
// to be verbose.
func pid(info map[string]string) (int, error) {
	var v struct {
		PID int `json:"pid"`
	}
	if err := json.Unmarshal([]byte(info["info"]), &v); err != nil {
		return 0, err
	}
	if v.PID <= 0 {
		return 0, errors.New("the runtime tells no pid")
	}
	return v.PID, nil
}
