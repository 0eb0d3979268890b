package metricsapi

import (
	"net/http"
	"runtime"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
)

// kubernetes is the minor version of the release whose types are served, that
// of k8s.io/api in go.mod.
const kubernetes = "37.2"

// ownVersion is what /version answers by itself. Clients choose by it what they
// ask for.
func ownVersion() *version.Info {
	minor, _, _ := strings.Cut(kubernetes, ".")
	return &version.Info{
		Major: "1", Minor: minor, GitVersion: "v1." + kubernetes + "+nodegauge",
		GoVersion: runtime.Version(), Compiler: runtime.Compiler, Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
}

// document returns what is served beside resources: what a client asks to learn
// which of those there are. It is nil for another path. Whoever would rather
// have all of it in one answer (apidiscovery.k8s.io) takes the plain type too.
func (h *handler) document(r *http.Request) any {
	switch strings.Trim(r.URL.Path, "/") {
	case "version":
		return h.o.Version
	case "api":
		return &metav1.APIVersions{
			TypeMeta:                   metav1.TypeMeta{Kind: "APIVersions"},
			Versions:                   []string{coreVersion},
			ServerAddressByClientCIDRs: []metav1.ServerAddressByClientCIDR{{ClientCIDR: "0.0.0.0/0", ServerAddress: r.Host}},
		}
	case "apis":
		return &metav1.APIGroupList{
			TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: coreVersion},
			Groups:   []metav1.APIGroup{group()},
		}
	case "apis/" + metricsGroup:
		g := group()
		g.TypeMeta = metav1.TypeMeta{Kind: "APIGroup", APIVersion: coreVersion}
		return &g
	case "api/" + coreVersion:
		return resourceList(coreVersion)
	case "apis/" + metricsVersion:
		return resourceList(metricsVersion)
	}
	return nil
}

func group() metav1.APIGroup {
	v := metav1.GroupVersionForDiscovery{GroupVersion: metricsVersion, Version: strings.TrimPrefix(metricsVersion, metricsGroup+"/")}
	return metav1.APIGroup{Name: metricsGroup, Versions: []metav1.GroupVersionForDiscovery{v}, PreferredVersion: v}
}

func resourceList(version string) *metav1.APIResourceList {
	list := &metav1.APIResourceList{
		TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: coreVersion},
		GroupVersion: version,
	}
	for i := range kinds {
		k := &kinds[i]
		if k.version != version {
			continue
		}
		r := metav1.APIResource{Name: k.name, SingularName: k.singular, Namespaced: k.namespaced, Kind: k.kind, Verbs: metav1.Verbs{"get", "list"}}
		if k.short != "" {
			r.ShortNames = []string{k.short}
		}
		list.APIResources = append(list.APIResources, r)
	}
	return list
}

// parsePath finds the kind, namespace and name in a path:
//
//	/api/v1/nodes
//	/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/web-0
func parsePath(path string) (request, bool) {
	rest, isCore := strings.CutPrefix(strings.Trim(path, "/"), "api/"+coreVersion+"/")
	version := coreVersion
	if !isCore {
		var isMetrics bool
		if rest, isMetrics = strings.CutPrefix(rest, "apis/"+metricsVersion+"/"); !isMetrics {
			return request{}, false
		}
		version = metricsVersion
	}
	var q request
	parts := strings.Split(rest, "/")
	if slices.Contains(parts, "") {
		return request{}, false
	}
	if len(parts) > 2 && parts[0] == "namespaces" {
		q.namespace, parts = parts[1], parts[2:]
	}
	i := slices.IndexFunc(kinds[:], func(k kind) bool { return k.version == version && k.name == parts[0] })
	if i < 0 || len(parts) > 2 {
		return request{}, false
	}
	q.kind = &kinds[i]
	if len(parts) == 2 {
		q.name = parts[1]
	}
	// One object of a namespace is named with it, and only such have one.
	return q, q.kind.namespaced && (q.namespace != "" || q.name == "") || !q.kind.namespaced && q.namespace == ""
}
