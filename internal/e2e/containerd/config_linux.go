package containerd

import (
	"fmt"
	"os"
	"path/filepath"
)

// pluginDirs are where distributions have the CNI plugins.
var pluginDirs = [...]string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}

// pluginDir returns the folder of the CNI plugins, or "".
func pluginDir() string {
	for _, dir := range pluginDirs {
		if _, err := os.Stat(filepath.Join(dir, "ptp")); err == nil {
			return dir
		}
	}
	return ""
}

// config is containerd's configuration: the folder, where images are unpacked,
// the CNI plugins' folder. Everything else is in the folder. Version 2 is what
// 1.6 reads and 2.x still does. A sandbox asks for an OOM score below what
// this process may have; restricted it gets what it may.
const config = `version = 2
root = "%[1]s/root"
state = "%[1]s/state"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.devmapper", "io.containerd.tracing.processor.v1.otlp"]
[debug]
level = "warn"
[grpc]
address = "%[1]s/containerd.sock"
[ttrpc]
address = "%[1]s/containerd.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "` + image + `"
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true
disable_apparmor = true
stats_collect_period = 1
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "%[2]s"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
Root = "%[1]s/runc"
NoPivotRoot = %[4]t
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "%[3]s"
conf_dir = "%[1]s/cni"
`

// network is the pods' network: a pair of interfaces for each, no bridge and
// no firewall rules. The addresses are of a range for documentation.
const network = `{
"cniVersion": "0.4.0", "name": "nodegauge-e2e",
"plugins": [{
	"type": "ptp", "ipMasq": false,
	"ipam": {"type": "host-local", "dataDir": "%s/ipam", "ranges": [[{"subnet": "198.51.100.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}
}]}
`

// writeConfig writes the configurations into the daemon's folder.
func writeConfig(dir, snapshotter, plugins string) error {
	if err := os.MkdirAll(filepath.Join(dir, "cni"), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "config.toml"), fmt.Appendf(nil, config, dir, snapshotter, plugins, !pivots()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "cni/10-ptp.conflist"), fmt.Appendf(nil, network, dir), 0o644)
}
