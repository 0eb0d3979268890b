package metricsapi

import (
	"encoding/json"
	"net/http"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// A list is the list type of any kind.
type list struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata"`
	Items           []object `json:"items"`
}

// answer returns what a view says to a request.
func (v *view) answer(q *request) (any, *apierrors.StatusError) {
	objects := q.kind.objects(v)
	if q.name != "" {
		o := find(objects, q.namespace, q.name)
		if o == nil {
			return nil, v.notFound(q)
		}
		if q.table != "" {
			return v.table(q, []object{o}), nil
		}
		one := o.DeepCopyObject() // only one that is alone has its kind
		one.GetObjectKind().SetGroupVersionKind(schema.FromAPIVersionAndKind(q.kind.version, q.kind.kind))
		return one, nil
	}
	selected := []object{}
	for _, o := range objects {
		if q.selects(o) {
			selected = append(selected, o)
		}
	}
	if q.table != "" {
		return v.table(q, selected), nil
	}
	return &list{TypeMeta: metav1.TypeMeta{Kind: q.kind.kind + "List", APIVersion: q.kind.version}, Items: selected}, nil
}

func (q *request) selects(o object) bool {
	if q.namespace != "" && o.GetNamespace() != q.namespace {
		return false
	}
	return (q.labels.Empty() || q.labels.Matches(labels.Set(o.GetLabels()))) &&
		(q.fields.Empty() || q.fields.Matches(fieldsOf(o)))
}

// notFound tells apart what is not there and what is there without metrics, as
// metrics-server does.
func (v *view) notFound(q *request) *apierrors.StatusError {
	switch {
	case q.kind.of == nil:
		return apierrors.NewNotFound(q.kind.groupResource(), q.name)
	case find(q.kind.of(v), q.namespace, q.name) == nil:
		return apierrors.NewNotFound(schema.GroupResource{Resource: q.kind.name}, q.name)
	case q.kind.namespaced:
		return apierrors.NewNotFound(q.kind.groupResource(), q.namespace+"/"+q.name)
	}
	return apierrors.NewNotFound(q.kind.groupResource(), q.name)
}

// table returns objects as kubectl get prints them.
func (v *view) table(q *request, objects []object) *metav1.Table {
	t := &metav1.Table{
		TypeMeta:          metav1.TypeMeta{Kind: "Table", APIVersion: metav1.GroupName + "/" + q.table},
		ColumnDefinitions: make([]metav1.TableColumnDefinition, 0, len(q.kind.columns)),
		Rows:              make([]metav1.TableRow, 0, len(objects)),
	}
	for _, c := range q.kind.columns {
		t.ColumnDefinitions = append(t.ColumnDefinitions, metav1.TableColumnDefinition{Name: c.name, Type: "string", Format: c.format})
	}
	for _, o := range objects {
		row := metav1.TableRow{Cells: make([]any, 0, len(q.kind.columns)), Object: runtime.RawExtension{Object: q.included(o)}}
		for _, c := range q.kind.columns {
			row.Cells = append(row.Cells, c.cell(v, o))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// included is what a row has of its object: the metadata if nothing else is
// asked for.
func (q *request) included(o object) runtime.Object {
	switch q.include {
	case metav1.IncludeNone:
		return nil
	case metav1.IncludeObject:
		one := o.DeepCopyObject()
		one.GetObjectKind().SetGroupVersionKind(schema.FromAPIVersionAndKind(q.kind.version, q.kind.kind))
		return one
	}
	return &metav1.PartialObjectMetadata{
		TypeMeta: metav1.TypeMeta{Kind: "PartialObjectMetadata", APIVersion: metav1.GroupName + "/" + q.table},
		ObjectMeta: metav1.ObjectMeta{
			Name: o.GetName(), Namespace: o.GetNamespace(), UID: o.GetUID(), Labels: o.GetLabels(),
			Annotations: o.GetAnnotations(), CreationTimestamp: o.GetCreationTimestamp(),
		},
	}
}

// write sends JSON.
func write(w http.ResponseWriter, r *http.Request, status int, v any) {
	body, _ := json.Marshal(v) // these types are all JSON
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)+1))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(append(body, '\n')) // the client may be gone: nobody is left to be told
	}
}

// fail sends an error.
func fail(w http.ResponseWriter, r *http.Request, err *apierrors.StatusError) {
	status := err.Status()
	status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: coreVersion}
	write(w, r, int(status.Code), &status)
}
