package cri

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/nodegauge/nodegauge/summary"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// podState is what the runtime's last good answers said.
type podState struct {
	sandboxes  []sandbox
	containers []container
	images     map[string]string // by container ID; empty where the runtime knows no name
}

type sandbox struct {
	id                   string
	namespace, name, uid string
	ready                bool
	created              time.Time
	labels               map[string]string // the pod's own
}

type container struct {
	id, sandbox, name string
	image             string // as the pod asks for it, or else the runtime's reference to it
	created           time.Time
}

// askPods asks the runtime. Each call's last good answer is kept, so that one
// that fails takes nothing from the others. Containers come first: the sandbox
// of one that ran is there afterwards, unless both have ended.
func (s *Source) askPods(ctx context.Context) answer[[]summary.Pod] {
	var p problems
	for _, call := range []func(context.Context, *problems) error{s.listContainers, s.listSandboxes, s.nameImages} {
		if !p.goOn(call(ctx, &p)) {
			break
		}
	}
	return answer[[]summary.Pod]{value: s.known.pods(), err: p.join(), current: !p.unanswered}
}

func (s *Source) listContainers(ctx context.Context, p *problems) error {
	running := &runtimeapi.ContainerStateValue{State: runtimeapi.ContainerState_CONTAINER_RUNNING}
	request := &runtimeapi.ListContainersRequest{Filter: &runtimeapi.ContainerFilter{State: running}}
	return s.line.call(ctx, "ListContainers", func(ctx context.Context, c *connection) error {
		reply, err := c.runtime.ListContainers(ctx, request)
		if err == nil {
			s.known.containers = readContainers(reply.GetContainers(), p)
		}
		return err
	})
}

// listSandboxes asks for all sandboxes: which of them count depends on the others.
func (s *Source) listSandboxes(ctx context.Context, p *problems) error {
	return s.line.call(ctx, "ListPodSandbox", func(ctx context.Context, c *connection) error {
		reply, err := c.runtime.ListPodSandbox(ctx, &runtimeapi.ListPodSandboxRequest{})
		if err == nil {
			s.known.sandboxes = readSandboxes(reply.GetItems(), p)
		}
		return err
	})
}

// readContainers takes what is needed of the containers that run, and notes
// those that say too little to be of use.
func readContainers(items []*runtimeapi.Container, p *problems) []container {
	containers := make([]container, 0, len(items))
	seen := make(map[string]bool, len(items))
	for i, c := range items {
		if c.GetState() != runtimeapi.ContainerState_CONTAINER_RUNNING || seen[c.GetId()] {
			continue // a runtime may not know the filter
		}
		if c.GetId() == "" || c.GetPodSandboxId() == "" || c.GetMetadata().GetName() == "" {
			p.add(fmt.Errorf("ListContainers: container %d (%q) has no ID, sandbox or name", i, c.GetId()))
			continue
		}
		seen[c.GetId()] = true
		containers = append(containers, container{
			id:      c.GetId(),
			sandbox: c.GetPodSandboxId(),
			name:    c.GetMetadata().GetName(),
			image:   imageOf(c),
			created: timeOf(c.GetCreatedAt()),
		})
	}
	return containers
}

func readSandboxes(items []*runtimeapi.PodSandbox, p *problems) []sandbox {
	sandboxes := make([]sandbox, 0, len(items))
	seen := make(map[string]bool, len(items))
	for i, s := range items {
		m := s.GetMetadata()
		if s.GetId() == "" || m.GetUid() == "" || m.GetName() == "" {
			p.add(fmt.Errorf("ListPodSandbox: sandbox %d (%q) has no ID, UID or name", i, s.GetId()))
			continue
		}
		if seen[s.GetId()] {
			continue
		}
		seen[s.GetId()] = true
		sandboxes = append(sandboxes, sandbox{
			id:        s.GetId(),
			namespace: m.GetNamespace(),
			name:      m.GetName(),
			uid:       m.GetUid(),
			ready:     s.GetState() == runtimeapi.PodSandboxState_SANDBOX_READY,
			created:   timeOf(s.GetCreatedAt()),
			labels:    ownLabels(s.GetLabels()),
		})
	}
	return sandboxes
}

// ownLabels are a sandbox's labels without those that the kubelet adds to the
// pod's (kuberuntime/labels.go, newPodLabels); nil if nothing is left. A pod's
// own label of such a name is lost there already.
func ownLabels(all map[string]string) map[string]string {
	own := maps.Clone(all)
	for _, added := range [...]string{"io.kubernetes.pod.name", "io.kubernetes.pod.namespace", "io.kubernetes.pod.uid"} {
		delete(own, added)
	}
	if len(own) == 0 {
		return nil
	}
	return own
}

// timeOf is zero where the runtime says nothing.
func timeOf(nanos int64) time.Time {
	if nanos <= 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos)
}

// pods joins what is known.
func (k *podState) pods() []summary.Pod {
	sandboxes := kept(k.sandboxes)
	pods := make([]summary.Pod, 0, len(sandboxes))
	type ref struct{ namespace, name, uid string }
	byRef := make(map[ref]int, len(sandboxes))
	bySandbox := make(map[string]int, len(sandboxes))
	for _, s := range sandboxes {
		r := ref{s.namespace, s.name, s.uid}
		i, ok := byRef[r]
		if !ok {
			i = len(pods)
			byRef[r] = i
			pods = append(pods, summary.Pod{UID: s.uid, Namespace: s.namespace, Name: s.name, Labels: s.labels, CreatedAt: s.created})
		}
		bySandbox[s.id] = i
		pods[i].Containers = append(pods[i].Containers, summary.Container{ID: s.id, Kind: summary.KindSandbox, CreatedAt: s.created})
	}
	for _, c := range k.containers {
		if i, ok := bySandbox[c.sandbox]; ok {
			pods[i].Containers = append(pods[i].Containers, summary.Container{
				ID: c.id, Name: c.name, Image: k.imageName(&c), Kind: summary.KindContainer, CreatedAt: c.created,
			})
		}
	}
	for _, p := range pods {
		slices.SortFunc(p.Containers, func(a, b summary.Container) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
	}
	slices.SortFunc(pods, func(a, b summary.Pod) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID))
	})
	return pods
}

// kept are the sandboxes that a kubelet goes by (stats/cri_stats_provider.go,
// removeTerminatedPods): of those of one namespace and name, whatever their
// UIDs, the ones that are ready, or else the newest. It sorts them so that the
// newest sandbox of a pod is its first.
func kept(sandboxes []sandbox) []sandbox {
	sorted := slices.Clone(sandboxes)
	slices.SortFunc(sorted, func(a, b sandbox) int {
		readyFirst := 0
		if a.ready != b.ready {
			readyFirst = 1
			if a.ready {
				readyFirst = -1
			}
		}
		return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.name, b.name),
			readyFirst, b.created.Compare(a.created), cmp.Compare(a.id, b.id))
	})
	var last sandbox
	return slices.DeleteFunc(sorted, func(s sandbox) bool {
		again := s.namespace == last.namespace && s.name == last.name
		last = s
		return again && !s.ready
	})
}
