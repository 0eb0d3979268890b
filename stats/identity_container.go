package stats

import "strings"

// containerNames are the prefixes of containers' cgroups, with and without
// ".scope". The first that fits is taken.
var containerNames = [...]struct {
	prefix  string
	runtime Runtime
	monitor bool // conmon: the runtime's process beside the container
}{
	{"cri-containerd-", RuntimeContainerd, false},
	{"crio-conmon-", RuntimeCRIO, true},
	{"crio-", RuntimeCRIO, false},
	{"docker-", RuntimeDocker, false},
	{"libpod-conmon-", RuntimePodman, true},
	{"libpod-payload-", RuntimePodman, false}, // --cgroups=split, as quadlets have it
	{"libpod-", RuntimePodman, false},
	{"nerdctl-", RuntimeNerdctl, false},
}

// identifyContainer tells a container by its name: a KindContainer without a
// pod, KindIgnored, or KindGroup.
func identifyContainer(dir, name string) Identity {
	if strings.HasSuffix(name, ".mount") {
		return ignored()
	}
	if _, word, id, ok := cutLiteral(name); ok {
		return container(runtimeOf(word), id)
	}
	if isContainerID(name) {
		if _, above := splitCgroup(dir); above == "docker" {
			return container(RuntimeDocker, name)
		}
		return container(RuntimeUnknown, name)
	}
	base, scope := strings.CutSuffix(name, ".scope")
	for _, c := range containerNames {
		id, ok := strings.CutPrefix(base, c.prefix)
		switch {
		case !ok:
			continue
		case c.monitor:
			return ignored()
		case !isContainerID(id):
		case c.runtime == RuntimeCRIO && !scope && strings.HasSuffix(dir, ".slice"):
			return ignored() // the infra drop-in beside the scope (cri-o #8748)
		default:
			return container(c.runtime, id)
		}
	}
	// The kubelet takes what follows the last dash of any scope for an ID.
	if id := base[strings.LastIndexByte(base, '-')+1:]; scope && isContainerID(id) {
		return container(RuntimeUnknown, id)
	}
	return Identity{}
}

func container(r Runtime, id string) Identity {
	return Identity{Kind: KindContainer, Runtime: r, ContainerID: id, leaf: true}
}

// cutLiteral takes apart a path for systemd that a runtime without its driver
// took for a directory's name (kata #11815):
// kubepods-burstable-pod1.slice:cri-containerd:<id>.
func cutLiteral(name string) (slice, prefix, id string, ok bool) {
	slice, rest, _ := strings.Cut(name, ":")
	prefix, id, _ = strings.Cut(rest, ":")
	slice, ok = strings.CutSuffix(slice, ".slice")
	return slice, prefix, id, ok && isContainerID(id)
}

// podOfLiteral returns the pod that such a name tells, or "".
func podOfLiteral(name, root string) (uid string, qos QoS) {
	slice, _, _, ok := cutLiteral(name)
	if !ok {
		return "", QoSNone
	}
	word := ""
	_, base := splitCgroup(root)
	if stem, ok := strings.CutSuffix(base, ".slice"); ok {
		word = cutStem(slice, stem)
	} else if strings.HasPrefix(slice, "kubepods-") {
		word = cutStem(slice, "kubepods")
	} else {
		_, word, _ = strings.Cut(slice, "-kubepods-")
	}
	qos = QoSGuaranteed
	if pod := cutStem(word, "burstable"); pod != "" {
		word, qos = pod, QoSBurstable
	} else if pod := cutStem(word, "besteffort"); pod != "" {
		word, qos = pod, QoSBestEffort
	}
	if uid = podUID(word, true); uid == "" {
		return "", QoSNone
	}
	return uid, qos
}

func runtimeOf(prefix string) Runtime {
	for _, c := range containerNames {
		if !c.monitor && c.prefix[:len(c.prefix)-1] == prefix {
			return c.runtime
		}
	}
	return RuntimeUnknown
}

// isContainerID reports whether s is 64 lower-case hex digits and no more.
func isContainerID(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
