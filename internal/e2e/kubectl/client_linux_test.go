package kubectl

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"k8s.io/metrics/pkg/client/clientset/versioned"
)

// The typed client, which autoscalers use, asks for protobuf or for JSON.
func TestTypedClientReadsTheNode(t *testing.T) {
	n := newNode(t)
	for _, content := range []string{"", "application/json", "application/vnd.kubernetes.protobuf"} {
		client, err := versioned.NewForConfig(&rest.Config{Host: n.url, ContentConfig: rest.ContentConfig{ContentType: content}})
		require.NoError(t, err)
		api := client.MetricsV1beta1()
		nodes, err := api.NodeMetricses().List(t.Context(), metav1.ListOptions{})
		require.NoError(t, err)
		require.Len(t, nodes.Items, 1)
		require.Equal(t, "node-1 800m 2Gi", nodes.Items[0].Name+" "+nodes.Items[0].Usage.Cpu().String()+" "+nodes.Items[0].Usage.Memory().String())
		node, err := api.NodeMetricses().Get(t.Context(), "node-1", metav1.GetOptions{})
		require.NoError(t, err)
		require.Equal(t, nodes.Items[0].Usage, node.Usage)

		pods, err := api.PodMetricses("").List(t.Context(), metav1.ListOptions{LabelSelector: "app in (web,db)", FieldSelector: "metadata.name!=db-0"})
		require.NoError(t, err)
		require.Len(t, pods.Items, 1)
		pod, err := api.PodMetricses("shop").Get(t.Context(), "web-0", metav1.GetOptions{})
		require.NoError(t, err)
		require.Equal(t, pods.Items[0].Containers, pod.Containers)
		require.Equal(t, 10*time.Second, pod.Window.Duration)
		require.True(t, pod.Timestamp.Equal(&metav1.Time{Time: n.Now()}))

		_, err = api.PodMetricses("shop").Get(t.Context(), "nope", metav1.GetOptions{})
		require.True(t, apierrors.IsNotFound(err), "%v", err)
		_, err = api.PodMetricses("shop").Watch(t.Context(), metav1.ListOptions{})
		require.True(t, apierrors.IsMethodNotSupported(err), "%v", err)
		_, err = api.PodMetricses("").List(t.Context(), metav1.ListOptions{FieldSelector: "spec.color=red"})
		require.True(t, apierrors.IsBadRequest(err), "%v", err)
	}
}
