package localpods

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/summary"
)

// TestBrokenBundle breaks one bundle in many ways: the error names its file,
// and the pod beside it is there all the same.
func TestBrokenBundle(t *testing.T) {
	good := config(containerdContainer("default", "web-0", uidA, id(1), "server"))
	tests := []struct {
		name  string
		host  func(h *host, folder string)
		error string // "" is none
	}{
		{"text that is not JSON", func(h *host, f string) { h.write("{", f, "config.json") }, "unexpected end of JSON input"},
		{"an empty file", func(h *host, f string) { h.write("", f, "config.json") }, "unexpected end of JSON input"},
		{"JSON and then more", func(h *host, f string) { h.write(good+"x", f, "config.json") }, "invalid character"},
		{"an annotation that is a number", func(h *host, f string) { h.write(`{"annotations":{"a":1}}`, f, "config.json") }, "cannot unmarshal"},
		{"JSON nested too deep", func(h *host, f string) { h.write(strings.Repeat("[", 20_000), f, "config.json") }, "exceeded max depth"},
		{"a file over 1 MiB", func(h *host, f string) { h.write(good+strings.Repeat(" ", maxConfig), f, "config.json") }, "larger than 1048576 bytes"},
		{"a folder where the file should be", func(h *host, f string) { h.mkdir(f, "config.json") }, "not a regular file"},
		{"a link to a good file", func(h *host, f string) {
			h.write(good, "/elsewhere/config.json")
			h.link(h.path("/elsewhere/config.json"), f, "config.json")
		}, "not a regular file"},
		{"no file yet", func(h *host, f string) { h.mkdir(f) }, ""},
		{"no annotations", func(h *host, f string) { h.write("{}", f, "config.json") }, ""},
		{"null", func(h *host, f string) { h.write("null", f, "config.json") }, ""},
		{"a file where the folder should be", func(h *host, f string) { h.write(good, f) }, ""},
		{"a link to a folder with a good file", func(h *host, f string) {
			h.write(good, "/elsewhere/config.json")
			h.link(h.path("/elsewhere"), f)
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			h.write(config(containerdContainer("default", "other", uidB, id(7), "other")), containerdV2, id(8), "config.json")
			folder := containerdV2 + "/" + id(2)
			tt.host(h, folder)
			s := h.source()
			for _, round := range []string{"cold", "warm"} {
				got, err := s.Pods(context.Background())
				require.Equal(t, []summary.Pod{{UID: uidB, Namespace: "default", Name: "other", Containers: []summary.Container{container(8, "other")}}}, got, round)
				if tt.error == "" {
					require.NoError(t, err, round)
					continue
				}
				require.ErrorContains(t, err, "localpods: "+h.path(folder, "config.json")+": ", round)
				require.ErrorContains(t, err, tt.error, round)
			}
		})
	}
}

func TestUserdataLinkIsNotFollowed(t *testing.T) {
	h := newHost(t)
	h.write(config(crioBundle("container", "default", "web-0", uidA, "server", "")), "/elsewhere/config.json")
	h.link(h.path("/elsewhere"), crioRun, id(1), "userdata")
	got, err := h.source().Pods(context.Background())
	require.ErrorContains(t, err, "userdata: not a folder")
	require.Empty(t, got)
}

func TestBrokenBundleIsLeftToItsLogLink(t *testing.T) {
	h := newHost(t)
	h.write("{", containerdV2, id(1), "config.json")
	h.podLog("default", "web-0", uidA)
	h.containerLog("default", "web-0", "server", id(1))
	got, err := h.source().Pods(context.Background())
	require.Error(t, err)
	require.Equal(t, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", Containers: []summary.Container{logged(1, "server")}}}, got)
}

func TestManyErrorsAreCounted(t *testing.T) {
	h := newHost(t)
	for n := range 20 {
		h.write("{", containerdV2, id(n), "config.json")
	}
	_, err := h.source().Pods(context.Background())
	require.ErrorContains(t, err, "and 4 more errors")
	require.Len(t, strings.Split(err.Error(), "\n"), maxProblems+1)
}

func TestFolderThatCannotBeListed(t *testing.T) {
	h := newHost(t)
	h.write("", "/var/log/pods")
	h.write(config(containerdContainer("default", "web-0", uidA, id(1), "server")), containerdV2, id(2), "config.json")
	got, err := h.source().Pods(context.Background())
	var path *os.PathError
	require.True(t, errors.As(err, &path))
	require.Equal(t, h.path("/var/log/pods"), path.Path)
	require.Len(t, got, 1)
}

func TestHostileNamesAreSkipped(t *testing.T) {
	h := newHost(t)
	for _, name := range []string{
		"plain", "_", "__", "___", "a_b", "a_b_", "_b_c", "a__c", "a_b_c_d", "a_.._c", "a_..._c", ".._b_c", "A_b_c", "a.b_c_d", "a_b_.c",
		"a_b_c\xff", "a_\xff_c", "a_b c_d", "a_b\nc_d", strings.Repeat("a", 64) + "_b_c", "a_b_" + strings.Repeat("c", 129),
	} {
		if nameable(name) {
			h.mkdir("/var/log/pods", name)
		}
	}
	h.link("/", "/var/log/pods", "default_link_"+uidA)
	h.write("", "/var/log/pods", "default_file_"+uidA)
	h.podLog("default", "web-0", uidA)
	for _, name := range []string{
		"plain.log", ".log", "-" + id(1) + ".log", "_-" + id(1) + ".log", "__-" + id(1) + ".log", "web-0_default_" + id(1) + ".log",
		"web-0_default_-" + id(1) + ".log", "web-0_default_server-" + id(1), "web-0_default_server-" + id(1)[1:] + ".log",
		"web-0_default_se_rver-" + id(1) + ".log", "web-0_default_..-" + id(1) + ".log", "web-0_default_server-" + strings.Repeat("g", 64) + ".log",
		"web-0_default_ser\xffver-" + id(1) + ".log", "web-0_default_server-" + strings.ToUpper(id(0xab)) + ".log",
	} {
		if nameable(name) {
			h.link("/nowhere", "/var/log/containers", name)
		}
	}
	for _, name := range []string{"." + id(1)[1:], id(1)[1:], id(1) + "0", "shim", strings.Repeat("g", 64)} {
		h.write("{", containerdV2, name, "config.json")
	}
	got, err := h.source().Pods(context.Background())
	require.NoError(t, err)
	require.Equal(t, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0"}}, got)
}

// nameable says whether a file can have this name: macOS wants valid UTF-8.
func nameable(name string) bool {
	return runtime.GOOS == "linux" || utf8.ValidString(name)
}

func TestPodCannotForgeItsSandbox(t *testing.T) {
	made := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	honest := crioBundle("sandbox", "default", "web-0", uidA, "POD", made.Format(time.RFC3339Nano))
	tests := []struct {
		name string
		a    annotations
		want time.Time
	}{
		{"its ContainerType is another", honest.with("io.kubernetes.cri-o.ContainerType", "container"), made},
		{"its ContainerType is none", honest.with("io.kubernetes.cri-o.ContainerType", "x"), made},
		{"it brings the keys of containerd", honest.with("io.kubernetes.cri.container-type", "container", "io.kubernetes.cri.sandbox-uid", uidB), made},
		{"it brings keys in another case", honest.with("IO.kubernetes.pod.uid", uidB), made},
		{"its time is no time", honest.with("io.kubernetes.cri-o.Created", "yesterday"), time.Time{}},
		{"its time does not fit nanoseconds", honest.with("io.kubernetes.cri-o.Created", "9999-01-01T00:00:00Z"), time.Time{}},
		{"its time is before Unix", honest.with("io.kubernetes.cri-o.Created", "0001-01-01T00:00:01Z"), time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHost(t)
			h.write(config(tt.a), crioRun, id(1), "userdata/config.json")
			got, err := h.source().Pods(context.Background())
			require.NoError(t, err)
			box := sandbox(1)
			box.Image, box.CreatedAt = "registry.lab.local/pod:1.0", tt.want
			require.Equal(t, []summary.Pod{{UID: uidA, Namespace: "default", Name: "web-0", CreatedAt: tt.want, Containers: []summary.Container{box}}}, got)
		})
	}
}

func TestEntriesAreBounded(t *testing.T) {
	h := newHost(t)
	for n := range 5 {
		h.podLog("default", "web-0", id(n))
		h.containerLog("default", "web-0", "server", id(n))
	}
	s := h.source()
	s.limit = 3
	got, err := s.Pods(context.Background())
	require.Len(t, got, 3)
	var containers int
	for _, pod := range got {
		containers += len(pod.Containers)
	}
	require.Equal(t, 3, containers) // of nine: three links, and three pods for each
	require.ErrorContains(t, err, h.path("/var/log/pods")+": too many entries")
	require.ErrorContains(t, err, h.path("/var/log/containers")+": too many entries")
	require.ErrorContains(t, err, "too many containers in log links")
}
