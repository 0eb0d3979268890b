package localpods

import "strings"

// podRef is a pod as the name of its log folder has it.
type podRef struct{ namespace, name, uid string }

// containerRef is a container as the name of its log link has it: everything
// but the pod's UID.
type containerRef struct{ namespace, pod, name, id string }

// Lengths that Kubernetes allows. A UID is opaque and has no limit but that of
// a file name, and every UID in use is far shorter than this.
const (
	maxLabel     = 63
	maxSubdomain = 253
	maxUID       = 128
	idLen        = 64
)

// parsePodLog takes the name of a folder in /var/log/pods apart:
//
//	default_web-0_3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b
//	kube-system_proxy-node1_11d0ff506ad31e68e1734f30f678bf3b
//
// None of the three can contain an underscore (a UID cannot since the kubelet
// forbids it in names of cgroups), so a name that has more or fewer is not one.
func parsePodLog(name string) (podRef, bool) {
	namespace, rest, _ := strings.Cut(name, "_")
	pod, uid, _ := strings.Cut(rest, "_")
	ok := isLabel(namespace) && isSubdomain(pod) && isUID(uid)
	if !ok {
		return podRef{}, false
	}
	return podRef{namespace, pod, uid}, true
}

// parseContainerLog takes the name of a link in /var/log/containers apart
// (here the ID is shortened; it has 64 digits):
//
//	web-0_default_server-0508ffc40f…cd95a.log
//
// The kubelet cuts a name that would be longer than 255 bytes at its end
// (kuberuntime/legacy.go, logSymlink): its ID is then incomplete, and the name
// is none for us.
func parseContainerLog(name string) (containerRef, bool) {
	base, ok := strings.CutSuffix(name, ".log")
	dash := len(base) - idLen - 1
	if !ok || dash < 0 || base[dash] != '-' || !isID(base[dash+1:]) {
		return containerRef{}, false
	}
	pod, rest, _ := strings.Cut(base[:dash], "_")
	namespace, container, _ := strings.Cut(rest, "_")
	if !isSubdomain(pod) || !isLabel(namespace) || !isLabel(container) {
		return containerRef{}, false
	}
	return containerRef{namespace, pod, container, base[dash+1:]}, true
}

// isID says whether s is a container's ID: 64 hex digits. Runtimes keep other
// things beside bundles, such as the hidden folders of containers being deleted.
func isID(s string) bool {
	if len(s) != idLen {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return true
}

// isLabel says whether s is a DNS label, as namespaces and containers have.
func isLabel(s string) bool {
	return len(s) <= maxLabel && isSubdomain(s) && !strings.Contains(s, ".")
}

// isSubdomain says whether s can be a pod's name: lower case letters, digits,
// dashes and dots, a letter or digit at both ends. It is looser than
// Kubernetes in allowing "a..b", and as strict where it matters here: "..",
// slashes and bytes outside ASCII are out.
func isSubdomain(s string) bool {
	if len(s) == 0 || len(s) > maxSubdomain || !isLowerAlnum(s[0]) || !isLowerAlnum(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLowerAlnum(c) && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

// isUID says whether s can be a pod's UID: a UUID, the hash of a static pod,
// or whatever else a static pod's file asks for.
func isUID(s string) bool {
	if len(s) == 0 || len(s) > maxUID || s[0] == '.' || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLowerAlnum(c) && !('A' <= c && c <= 'Z') && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func isLowerAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
}
