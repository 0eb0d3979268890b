package storage

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

const maxUID = 128

// isUID says whether a name can be a pod's UID: a UUID, the hash of a static
// pod, or whatever else a static pod's file asks for.
func isUID(b []byte) bool {
	for _, c := range b {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-' || c == '.') {
			return false
		}
	}
	return len(b) > 0 && len(b) <= maxUID && b[0] != '.' && b[0] != '-'
}

// uidOfLogs returns the UID in the name of a pod's folder of logs:
//
//	default_web-0_3f9a1c2e-7b41-4d0e-9a55-0c1d2e3f4a5b
func uidOfLogs(b []byte) ([]byte, bool) {
	namespace, rest, _ := bytes.Cut(b, []byte{'_'})
	name, uid, _ := bytes.Cut(rest, []byte{'_'})
	return uid, len(namespace) > 0 && len(name) > 0 && isName(namespace) && isName(name) && isUID(uid)
}

// isName says whether a name may be a volume's, a plugin's or a container's:
// looser than Kubernetes, but nothing that could not be shown.
func isName(b []byte) bool {
	return utf8.Valid(b) && !bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' || r == 0x7f || r == '/' })
}

// pluginOf returns the kind of volume that a folder of volumes is for:
// "empty-dir" of "kubernetes.io~empty-dir". Those of others keep their vendor.
func pluginOf(folder string) string { return strings.TrimPrefix(folder, "kubernetes.io~") }
