package localpods

import (
	"encoding/json"
	"path"
	"time"

	"github.com/nodegauge/nodegauge/summary"
)

// maxConfig is the most that a config.json may have, in bytes; real ones have
// 5 to 20 KB.
const maxConfig = 1 << 20

// maxValue is the most that an annotation we keep may have, in bytes: more
// than any name or image reference. A longer one counts as missing.
const maxValue = 1024

// vocabulary is the keys under which one runtime writes what we want into the
// annotations of a bundle. Which one applies is decided by the folder, never
// by the keys found: CRI-O copies a pod's own labels and annotations into the
// sandbox's, so a pod can bring the keys of another runtime. An empty key is
// of something that the runtime does not write.
type vocabulary struct {
	kind                      string // "sandbox" or "container"
	container, image, created string
	namespace, pod, uid       string
	sandboxID, logDirectory   string
	sandboxName               string // the container name that only a sandbox has
}

const (
	containerd = iota
	crio
)

var vocabularies = [...]vocabulary{
	// pkg/cri/annotations, since 2.0 internal/cri/annotations. The container's
	// name is there since 1.4, the pod's UID since late 1.6 (containerd#7697), a
	// sandbox's image since 2.0.
	containerd: {
		kind:         "io.kubernetes.cri.container-type",
		container:    "io.kubernetes.cri.container-name",
		image:        "io.kubernetes.cri.image-name",
		namespace:    "io.kubernetes.cri.sandbox-namespace",
		pod:          "io.kubernetes.cri.sandbox-name",
		uid:          "io.kubernetes.cri.sandbox-uid",
		sandboxID:    "io.kubernetes.cri.sandbox-id",
		logDirectory: "io.kubernetes.cri.sandbox-log-directory",
	},
	// pkg/annotations, and the labels that the kubelet sets, which CRI-O writes
	// as annotations too. It writes a sandbox's labels last of all
	// (server/sandbox_run_linux.go): a pod can forge the ContainerType and the
	// Created of its own sandbox, but neither the kubelet's labels nor the
	// container name "POD" that CRI-O sets among them, which no container can
	// have.
	crio: {
		kind:        "io.kubernetes.cri-o.ContainerType",
		container:   "io.kubernetes.container.name",
		image:       "io.kubernetes.cri-o.ImageName",
		created:     "io.kubernetes.cri-o.Created",
		namespace:   "io.kubernetes.pod.namespace",
		pod:         "io.kubernetes.pod.name",
		uid:         "io.kubernetes.pod.uid",
		sandboxName: "POD",
	},
}

// bundle is what one config.json says. Whatever it does not say is empty.
type bundle struct {
	id        string // the folder's name
	pod       podRef
	sandboxID string
	kind      summary.ContainerKind // KindUnknown: not of a pod
	name      string
	image     string
	created   time.Time
}

// parseConfig reads the annotations of an OCI config.json:
//
//	{"ociVersion": "1.0.2", "process": {…}, "annotations": {
//	  "io.kubernetes.cri.container-type": "container",
//	  "io.kubernetes.cri.container-name": "server",
//	  "io.kubernetes.cri.sandbox-id": "084397453a8f…", …}, "linux": {…}}
//
// The annotations are a map and not fields, since encoding/json would match
// fields in any case, and a label in another case is another label.
func parseConfig(data []byte, v *vocabulary) (bundle, error) {
	var config struct {
		Annotations map[string]string `json:"annotations"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return bundle{}, err
	}
	get := func(key string) string {
		if s := config.Annotations[key]; key != "" && len(s) <= maxValue {
			return s
		}
		return ""
	}
	b := bundle{
		pod:       podRef{get(v.namespace), get(v.pod), get(v.uid)},
		sandboxID: get(v.sandboxID),
		name:      get(v.container),
		image:     get(v.image),
	}
	switch kind := get(v.kind); {
	case kind == "sandbox", v.sandboxName != "" && b.name == v.sandboxName:
		b.kind, b.name = summary.KindSandbox, ""
	case kind == "container":
		b.kind = summary.KindContainer
	default:
		return bundle{}, nil
	}
	if ref, ok := parsePodLog(path.Base(get(v.logDirectory))); ok && b.pod.uid == "" {
		b.pod = ref // older containerd writes the UID nowhere else
	}
	b.created = parseTime(get(v.created))
	return b, nil
}

// parseTime returns the time that s has, or zero if there is none that a Unix
// time in nanoseconds can hold: a pod may have written it.
func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1970 || t.Year() > 2261 {
		return time.Time{}
	}
	return t
}
