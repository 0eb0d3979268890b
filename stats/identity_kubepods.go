package stats

import "strings"

// identifyInKubepods: pods are children of the kubepods root or of a QoS
// cgroup. Other directories are none of the kubelet's, and are not entered.
func identifyInKubepods(parent Identity, dir, name, root string) Identity {
	_, above := splitCgroup(dir)
	word := name
	prefix, systemd := strings.CutSuffix(above, ".slice")
	if systemd { // its names repeat the parent's
		stem, slice := strings.CutSuffix(name, ".slice")
		if word = cutStem(stem, prefix); !slice {
			word = ""
		}
	}
	qos := parent.QoS
	if parent.Kind == KindKubepods {
		switch word {
		case "burstable":
			return Identity{Kind: KindQoS, QoS: QoSBurstable}
		case "besteffort":
			return Identity{Kind: KindQoS, QoS: QoSBestEffort}
		}
		qos = QoSGuaranteed
	}
	if uid := podUID(word, systemd); uid != "" {
		return Identity{Kind: KindPod, QoS: qos, PodUID: uid}
	}
	id := identifyContainer(dir, name)
	if id.Kind == KindContainer {
		id.PodUID, id.QoS = podOfLiteral(name, root)
	}
	id.leaf = true
	return id
}

// isKubepods reports whether path is the kubepods root, or, if none is given,
// the first on its way that the kubelet would make.
func isKubepods(path, root string) bool {
	dir, name := splitCgroup(path)
	switch {
	case root != "":
		return path == root
	case name == "kubepods":
		return isPlain(dir)
	case strings.HasSuffix(name, "kubepods.slice"):
		return isKubepodsSlice(path)
	}
	return false
}

// isPlain reports whether path is all of directories that systemd did not
// make, and not below another kubepods root.
func isPlain(path string) bool {
	for rest := strings.TrimPrefix(path, "/"); rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		switch {
		case name == "kubepods", strings.HasSuffix(name, ".slice"),
			strings.HasSuffix(name, ".service"), strings.HasSuffix(name, ".scope"):
			return false
		}
	}
	return true
}

// isKubepodsSlice reports whether path is a slice as systemd nests them, each
// name repeating its parent's, of which kubepods is the last element and no
// other: /a.slice/a-b.slice/a-b-kubepods.slice.
func isKubepodsSlice(path string) bool {
	above := ""
	for rest := strings.TrimPrefix(path, "/"); rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		stem, ok := strings.CutSuffix(name, ".slice")
		last := stem
		if above != "" {
			last = cutStem(stem, above)
		}
		if !ok || last == "" || strings.Contains(last, "-") {
			return false
		}
		if last == "kubepods" {
			return rest == ""
		}
		above = stem
	}
	return false
}

// cutStem returns word of stem-word, or "".
func cutStem(s, stem string) string {
	if len(s) > len(stem) && s[len(stem)] == '-' && strings.HasPrefix(s, stem) {
		return s[len(stem)+1:]
	}
	return ""
}

// podUID returns the UID of "pod<uid>", or "" for another word. UIDs are opaque:
// 32 hex digits for a static pod, and any token in tests and some
// distributions. The kubelet's names have no underscore, so that one in a
// systemd name was a dash.
func podUID(word string, systemd bool) string {
	uid, ok := strings.CutPrefix(word, "pod")
	if !ok {
		return ""
	}
	for i := range len(uid) {
		c := uid[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.', c == '-':
		default:
			return ""
		}
	}
	if systemd {
		return strings.ReplaceAll(uid, "_", "-") // allocates only if there is one
	}
	return uid
}
