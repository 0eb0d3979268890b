package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs/cgroupfstest"
	"github.com/stretchr/testify/require"
)

var id = strings.Repeat("a", 64)

// fakeNode is a host with a static pod.
func fakeNode(t *testing.T) *cgroupfstest.Tree {
	tree := cgroupfstest.New(t)
	tree.Put("kubepods.slice/kubepods-pod11d0ff506ad31e68e1734f30f678bf3b.slice/cri-containerd-"+id+".scope",
		cgroupfstest.Usage{Memory: 6 << 20, PIDs: []int{7}})
	return tree
}

const pods = `{"items": [{
	"metadata": {"name": "web-node1", "namespace": "default", "uid": "f9a1c2e0-7b41-4d0e-9a55-0c1d2e3f4a5b",
		"annotations": {"kubernetes.io/config.mirror": "x", "kubernetes.io/config.hash": "11d0ff506ad31e68e1734f30f678bf3b"}},
	"status": {"containerStatuses": [{"name": "server", "image": "web:1.0", "containerID": "containerd://<id>"}, {"name": "waits"}]}
}]}`

func writePods(t *testing.T) string {
	file := filepath.Join(t.TempDir(), "pods.json")
	require.NoError(t, os.WriteFile(file, []byte(strings.ReplaceAll(pods, "<id>", id)), 0o600))
	return file
}

// ask runs the command as it is, asks it once, and stops it.
func ask(t *testing.T, args ...string) (*http.Response, string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-address", "127.0.0.1:0", "-node", "node1"}, args...), w)
		w.Close()
		ended <- err
	}()
	url, _ := bufio.NewReader(r).ReadString('\n')
	if url == "" {
		require.NoError(t, <-ended)
	}
	answer, err := http.Get(strings.TrimSpace(url))
	require.NoError(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	stop()
	require.NoError(t, <-ended)
	return answer, string(body)
}

func TestPodsOfAFileAreServed(t *testing.T) {
	answer, body := ask(t, "-root", fakeNode(t).Host(), "-pods", writePods(t))
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Empty(t, answer.Header.Get("Warning"))
	var s struct {
		Node struct{ NodeName string }
		Pods []struct {
			PodRef     struct{ Name, Namespace, UID string }
			Containers []struct {
				Name   string
				Memory struct{ WorkingSetBytes uint64 }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(body), &s))
	require.Equal(t, "node1", s.Node.NodeName)
	require.Len(t, s.Pods, 1)
	require.Equal(t, "11d0ff506ad31e68e1734f30f678bf3b", s.Pods[0].PodRef.UID, "the cgroup's and not the mirror's")
	require.Len(t, s.Pods[0].Containers, 1, "one that waits has no cgroup")
	require.Equal(t, "server", s.Pods[0].Containers[0].Name)
	require.Equal(t, uint64(6<<20), s.Pods[0].Containers[0].Memory.WorkingSetBytes)
}

// Without a runtime the node is there, and the answer says what is not.
func TestANodeWithoutARuntimeIsServed(t *testing.T) {
	answer, body := ask(t, "-root", fakeNode(t).Host(), "-cri", "/nowhere/cri.sock")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Contains(t, answer.Header.Get("Warning"), "pods may be missing: cri: dial unix /nowhere/cri.sock")
	require.Contains(t, body, `"pods":[]`)
	require.Contains(t, body, `"systemContainers":[{"name":"pods"`)
}

func TestOnlyLoopbackIsServed(t *testing.T) {
	for _, address := range []string{":10255", "0.0.0.0:0", "192.0.2.1:0", "[::]:0", "example.com:0", "127.0.0.1"} {
		require.Error(t, run(t.Context(), []string{"-address", address, "-pods", "x"}, io.Discard), address)
	}
}
