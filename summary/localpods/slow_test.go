package localpods

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/nodegauge/nodegauge/summary"
)

// The two parsers of names once more, as regular expressions.
var (
	slowPodLog       = regexp.MustCompile(`\A([a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])_([a-z0-9]|[a-z0-9][a-z0-9.-]{0,251}[a-z0-9])_([a-zA-Z0-9][a-zA-Z0-9.-]{0,127})\z`)
	slowContainerLog = regexp.MustCompile(`\A([a-z0-9]|[a-z0-9][a-z0-9.-]{0,251}[a-z0-9])_([a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])_([a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])-([0-9a-f]{64})\.log\z`)
)

func FuzzParsePodLog(f *testing.F) {
	for _, s := range []string{
		"default_web-0_" + uidA, "kube-system_proxy-node1_" + hash, "a_b.c_D.e", "a_b_c", "", "_", "__", "a_.._c", "a_b_c_d", "a_b_\xff", "A_b_c", "-a_b_c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parsePodLog(s)
		m := slowPodLog.FindStringSubmatch(s)
		require.Equal(t, m != nil, ok)
		if ok {
			require.Equal(t, podRef{m[1], m[2], m[3]}, got)
			require.Equal(t, s, got.namespace+"_"+got.name+"_"+got.uid)
		}
	})
}

func FuzzParseContainerLog(f *testing.F) {
	for _, s := range []string{
		"web-0_default_server-" + id(1) + ".log", "a.b_c_d-e-" + id(0xabcdef) + ".log", "-" + id(1) + ".log", id(1) + ".log", ".log", "", "a_b_c-.log",
		"a_b.c_d-" + id(1) + ".log", "a_b_c_d-" + id(1) + ".log", "a_b_\xff-" + id(1) + ".log",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseContainerLog(s)
		m := slowContainerLog.FindStringSubmatch(s)
		require.Equal(t, m != nil, ok)
		if ok {
			require.Equal(t, containerRef{m[2], m[1], m[3], m[4]}, got)
			require.Equal(t, s, got.pod+"_"+got.namespace+"_"+got.name+"-"+got.id+".log")
		}
	})
}

func FuzzParseConfig(f *testing.F) {
	for _, a := range []annotations{
		containerdSandbox("default", "web-0", uidA, id(1)), containerdContainer("default", "web-0", uidA, id(1), "server"),
		crioBundle("sandbox", "default", "web-0", uidA, "POD", "2026-03-01T10:00:00.000000005Z"), crioBundle("container", "a", "b", "c", "d", "x"),
	} {
		text, err := json.Marshal(map[string]any{"annotations": a})
		require.NoError(f, err)
		f.Add(text)
	}
	for _, s := range []string{"", "{", "null", "[]", `{"annotations":null}`, `{"annotations":{"a":1}}`, `{"Annotations":{"a":"\ud800"}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, v := range []*vocabulary{&vocabularies[containerd], &vocabularies[crio]} {
			b, err := parseConfig(data, v)
			require.False(t, err == nil && !json.Valid(data), "what is not JSON must not pass")
			if b.kind == summary.KindUnknown {
				require.Equal(t, bundle{}, b)
				continue
			}
			require.NoError(t, err)
			require.False(t, b.kind == summary.KindSandbox && b.name != "", "a sandbox has no name")
			require.LessOrEqual(t, len(b.name)+len(b.image)+len(b.pod.uid)+len(b.pod.name)+len(b.pod.namespace)+len(b.sandboxID), 6*maxValue)
			require.True(t, b.created.IsZero() || b.created.UnixNano() >= -24*3600e9)
		}
	})
}
