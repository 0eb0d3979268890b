package metricsapi

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	netutil "k8s.io/apimachinery/pkg/util/net"
)

// An object is one of what is served. It has no kind and version: in a list
// there are none, as an API server has it.
type object interface {
	runtime.Object
	metav1.Object
}

// A view is what one round says, in the API's objects, made once for all who
// ask. It is not changed. All lists are by namespace and name.
type view struct {
	generation uint64 // of its round
	at         time.Time
	warnings   []string // values of Warning headers

	namespaces, nodes, pods, nodeMetrics, podMetrics []object
}

// view returns the view of a round that is new enough: the newest, or else one
// that it makes. One makes it for all: whoever has the turn. If its context
// ends the next one goes on.
func (h *handler) view(ctx context.Context) (*view, error) {
	snap, err := h.collector.Fresh(ctx, h.o.MaxAge)
	if err != nil {
		return nil, err
	}
	if v := h.latest.Load(); v.isGood(snap) {
		return v, nil
	}
	select {
	case <-h.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { h.turn <- struct{}{} }()
	if v := h.latest.Load(); v.isGood(snap) {
		return v, nil // somebody made it meanwhile
	}
	short, cancel := context.WithTimeout(ctx, h.o.Timeout/2)
	defer cancel()
	pods, err := h.source.Pods(short)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err() // no answer worth keeping
	}
	v := h.look(snap, pods)
	if err != nil {
		v.warn("pods may be missing: " + err.Error())
	}
	h.latest.Store(v)
	return v, nil
}

func (v *view) isGood(snap *stats.Snapshot) bool { return v != nil && v.generation >= snap.Generation }

// look makes a view of a round and the names.
func (h *handler) look(snap *stats.Snapshot, pods []summary.Pod) *view {
	v := &view{generation: snap.Generation, at: snap.Time}
	if n := snap.Errors.Total(); n > 0 {
		text := fmt.Sprintf("numbers may be missing; errors: %d", n)
		if len(snap.Errors.Examples) > 0 {
			text += fmt.Sprintf(", for example: %v", snap.Errors.Examples[0])
		}
		v.warn(text)
	}
	summary.Build(&h.summary, snap, pods, &summary.Options{CPUAndMemoryOnly: true})
	node := nodeOf(h.o.Node, &snap.Node)
	v.nodes = []object{node}
	if m := nodeMetricsOf(node, &h.summary.Node, v.at); m != nil {
		v.nodeMetrics = []object{m}
	}
	running := make(map[podRef]*summary.PodStats, len(h.summary.Pods))
	for i := range h.summary.Pods {
		p := &h.summary.Pods[i]
		running[podRef(p.PodRef)] = p
	}
	for _, p := range known(pods, running) {
		if n := len(v.namespaces); n == 0 || v.namespaces[n-1].GetName() != p.Namespace {
			v.namespaces = append(v.namespaces, namespaceOf(p.Namespace))
		}
		s := running[refOf(p)]
		v.pods = append(v.pods, podOf(p, node.Name, s != nil))
		if s != nil {
			if m := podMetricsOf(p, s, v.at); m != nil {
				v.podMetrics = append(v.podMetrics, m)
			}
		}
	}
	return v
}

// podRef tells pods apart.
type podRef summary.PodReference

func refOf(p *summary.Pod) podRef { return podRef{Name: p.Name, Namespace: p.Namespace, UID: p.UID} }

// known are the pods by namespace and name. A name is that of one pod: the
// newest, where one that ends has another beside it, or the one that runs where
// the times are not known, as of logs that an earlier one has left.
func known(pods []summary.Pod, running map[podRef]*summary.PodStats) []*summary.Pod {
	sorted := make([]*summary.Pod, 0, len(pods))
	for i := range pods {
		sorted = append(sorted, &pods[i])
	}
	slices.SortFunc(sorted, func(a, b *summary.Pod) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name),
			b.CreatedAt.Compare(a.CreatedAt), isNil(running[refOf(a)])-isNil(running[refOf(b)]), strings.Compare(a.UID, b.UID))
	})
	return slices.CompactFunc(sorted, func(a, b *summary.Pod) bool { return a.Namespace == b.Namespace && a.Name == b.Name })
}

// isNil is 1 for what is not there, so that it comes after what is.
func isNil(p *summary.PodStats) int {
	if p == nil {
		return 1
	}
	return 0
}

// find returns the object of a name, or nil.
func find(objects []object, namespace, name string) object {
	i, ok := slices.BinarySearchFunc(objects, name, func(o object, name string) int {
		return cmp.Or(strings.Compare(o.GetNamespace(), namespace), strings.Compare(o.GetName(), name))
	})
	if !ok {
		return nil
	}
	return objects[i]
}

// maxWarning is how long the text of a warning may be, in bytes.
const maxWarning = 512

// warn adds a Warning header as API servers send them. kubectl shows it.
func (v *view) warn(text string) {
	if len(text) > maxWarning {
		text = text[:maxWarning] + "..."
	}
	text = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	if header, err := netutil.NewWarningHeader(299, "-", text); err == nil { // an error is text as there is none here
		v.warnings = append(v.warnings, header)
	}
}

// namespaceOf is a namespace that a pod is in.
func namespaceOf(name string) object {
	return &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{corev1.LabelMetadataName: name}},
		Status:     corev1.NamespaceStatus{Phase: corev1.NamespaceActive},
	}
}
