package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/internal/e2e/containerd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	core "k8s.io/api/core/v1"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// A deployment is the pod of deploy/daemonset.yaml, as a kubelet would have it
// run: with its mounts, capabilities and arguments.
type deployment struct {
	*manifests
	node    *containerd.Node
	pod     *containerd.Pod
	binary  string
	secrets string // folder with tls and token
	client  *http.Client
	ports   int
}

const (
	serverName = "nodegauge.nodegauge.svc"
	token      = "a-token"
)

// masked and readOnly are what a kubelet has hidden in a container's /proc.
var (
	masked = []string{"/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
		"/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"}
	readOnly = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}
)

func newDeployment(t *testing.T, n *containerd.Node) *deployment {
	t.Helper()
	d := &deployment{manifests: readManifests(t), node: n, secrets: t.TempDir(), binary: filepath.Join(t.TempDir(), "serve")}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s", "-o", d.binary, ".") // as Dockerfile does
	build.Dir, build.Env = "../../examples/serve", append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	d.writeSecrets(t)
	// The daemon's socket lies where containerd has it, beside its bundles.
	require.NoError(t, os.Link(n.Socket(), filepath.Join(n.State(), "containerd.sock")))
	d.pod = n.RunPod(containerd.Spec{
		Namespace: d.daemonSet.Namespace, Name: "nodegauge-x2c4v", UID: "5d1c8f7e-0a9b-4c3d-8e2f-1a2b3c4d5e6f",
		HostPID: d.daemonSet.Spec.Template.Spec.HostPID, HostNetwork: d.daemonSet.Spec.Template.Spec.HostNetwork,
	})
	// On a node the kubelet's mounts are shared with those who ask for them.
	require.NoError(t, syscall.Mount(n.Kubelet(), n.Kubelet(), "", syscall.MS_BIND, ""))
	require.NoError(t, syscall.Mount("", n.Kubelet(), "", syscall.MS_SHARED, ""))
	return d
}

// writeSecrets writes what the Secrets hold, and makes a client of it.
func (d *deployment) writeSecrets(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: serverName}, DNSNames: []string{serverName},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for name, text := range map[string][]byte{
		"tls/tls.crt": cert, "tls/ca.crt": cert,
		"tls/tls.key": pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: private}),
		"token/token": []byte(token + "\n"),
	} {
		file := filepath.Join(d.secrets, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, text, 0o444))
	}
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(cert))
	d.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: serverName}}}
}

// A variant changes the container before it is made.
type variant func(*cri.ContainerConfig)

// run starts the DaemonSet's container, and returns its address when it
// answers. Each has a port of its own.
func (d *deployment) run(t *testing.T, name string, change variant, more ...string) string {
	t.Helper()
	port := fmt.Sprint(9117 + d.ports)
	d.ports++
	c := d.container()
	args := append(slices.Clone(c.Args), "-listen=:"+port, "-kubepods="+d.node.Kubepods())
	for i, arg := range args {
		args[i] = strings.ReplaceAll(arg, "$(NODE_NAME)", "node-1")
	}
	started := d.pod.RunLike(name, 0, func(config *cri.ContainerConfig) {
		config.Command, config.Args = []string{"/serve"}, append(args, more...)
		config.Mounts = d.mounts(t)
		s := config.Linux.SecurityContext
		s.MaskedPaths, s.ReadonlyPaths = masked, readOnly
		s.ReadonlyRootfs, s.NoNewPrivs = *c.SecurityContext.ReadOnlyRootFilesystem, !*c.SecurityContext.AllowPrivilegeEscalation
		s.Seccomp = &cri.SecurityProfile{ProfileType: cri.SecurityProfile_RuntimeDefault}
		s.RunAsUser = &cri.Int64Value{Value: *d.daemonSet.Spec.Template.Spec.SecurityContext.RunAsUser}
		s.Capabilities = &cri.Capability{DropCapabilities: []string{"ALL"}}
		for _, capability := range c.SecurityContext.Capabilities.Add {
			s.Capabilities.AddCapabilities = append(s.Capabilities.AddCapabilities, string(capability))
		}
		if change != nil {
			change(config)
		}
	})
	address := d.pod.IP + ":" + port
	answers := func() bool {
		status, _, err := d.get(address, d.container().ReadinessProbe.HTTPGet.Path, "")
		return err == nil && status == http.StatusOK
	}
	if !assert.Eventually(t, answers, time.Minute, 20*time.Millisecond) {
		log, _ := os.ReadFile(started.Log)
		t.Fatalf("%s says nothing but\n%s", name, log)
	}
	return address
}

// mounts are the DaemonSet's, each with the folder that this node has in its
// place.
func (d *deployment) mounts(t *testing.T) []*cri.Mount {
	t.Helper()
	here := map[string]string{
		"/run/containerd": d.node.State(), "/var/lib/containerd": d.node.Root(), "/var/lib/kubelet": d.node.Kubelet(), "/var/log/pods": d.node.Logs(),
	}
	mounts := []*cri.Mount{{ContainerPath: "/serve", HostPath: d.binary, Readonly: true}}
	for _, m := range d.container().VolumeMounts {
		mount := &cri.Mount{ContainerPath: m.MountPath, Readonly: m.ReadOnly}
		switch v := d.volume(t, m.Name); {
		case v.Secret != nil:
			mount.HostPath = filepath.Join(d.secrets, filepath.Base(m.MountPath))
		case here[v.HostPath.Path] != "":
			mount.HostPath = here[v.HostPath.Path]
		default:
			mount.HostPath = v.HostPath.Path
		}
		if mount.HostPath == d.node.Root() { // the runtime tells its folder by this name
			mount.ContainerPath = "/host" + d.node.Root()
		}
		if m.MountPropagation != nil && *m.MountPropagation == core.MountPropagationHostToContainer {
			mount.Propagation = cri.MountPropagation_PROPAGATION_HOST_TO_CONTAINER
		}
		mounts = append(mounts, mount)
	}
	return mounts
}

// get asks with the token, or without any.
func (d *deployment) get(address, path, token string) (status int, text string, err error) {
	r, err := http.NewRequest(http.MethodGet, "https://"+address+path, nil)
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := d.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if warning := answer.Header.Get("Warning"); warning != "" {
		body = append(body, "\n# "+warning...)
	}
	return answer.StatusCode, string(body), err
}
