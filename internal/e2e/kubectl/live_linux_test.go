package kubectl

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/nodegauge/nodegauge/internal/livetest"
	"github.com/nodegauge/nodegauge/stats"
	"github.com/nodegauge/nodegauge/summary"
	"github.com/nodegauge/nodegauge/summary/kube/metricsapi"
	"github.com/stretchr/testify/require"
	"k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

func TestMain(m *testing.M) { livetest.Main(m) }

// A container of this machine, made for the test, uses a CPU and memory, and
// kubectl says how much.
func TestLiveKubectlSeesAContainer(t *testing.T) {
	host := livetest.New(t)
	h, err := cgroupfs.Detect()
	require.NoError(t, err)
	pods := host.Path("kubepods")
	container := pods + "/poduid-1/" + strings.Repeat("a", 64)
	host.Make(pods)
	host.Make(pods + "/poduid-1")
	host.Make(container)
	c, err := stats.New(h, &stats.Options{KubepodsRoot: pods, MinWindow: 1})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	names := summary.StaticPods{{UID: "uid-1", Namespace: "lab", Name: "busy", Containers: []summary.Container{
		{ID: strings.Repeat("a", 64), Name: "worker", Kind: summary.KindContainer},
	}}}
	server := httptest.NewServer(metricsapi.Handler(c, names, &metricsapi.Options{NodeName: "here", MaxAge: 1 << 62}))
	t.Cleanup(server.Close)

	p := host.Start(container)
	p.Do("memory %d", 48<<20)
	_, err = c.Fresh(t.Context(), -1)
	require.NoError(t, err)
	p.Do("cpu %d", 300)
	snap, err := c.Fresh(t.Context(), -1)
	require.NoError(t, err)
	rate := nanoCores(t, snap, container)
	forKubectls(t, server.URL, func(k *program) { requireBusy(k, rate) })
}

func nanoCores(t *testing.T, snap *stats.Snapshot, path string) uint64 {
	t.Helper()
	cg := snap.Find(path)
	require.NotNil(t, cg)
	rate, ok := cg.CPU.UsageNanoCores.Get()
	require.True(t, ok)
	require.NotZero(t, rate)
	return rate
}

// requireBusy requires that kubectl prints the rate of the round, and a size
// that holds what the container was told to take.
func requireBusy(k *program, rate uint64) {
	k.t.Helper()
	var m v1beta1.PodMetrics
	require.NoError(k.t, json.Unmarshal([]byte(k.run("get podmetrics busy -n lab -o json")), &m))
	require.Len(k.t, m.Containers, 1)
	require.EqualValues(k.t, rate, m.Containers[0].Usage.Cpu().ScaledValue(-9))
	require.Positive(k.t, m.Window.Duration)

	top := rows(k.run("top pod -A --containers"))
	require.Len(k.t, top, 2)
	found := regexp.MustCompile(`^lab busy worker (\d+)m (\d+)Mi$`).FindStringSubmatch(top[1])
	require.NotNil(k.t, found, top[1])
	require.Equal(k.t, strconv.FormatUint((rate+999_999)/1_000_000, 10), found[1], "kubectl rounds up")
	size, err := strconv.Atoi(found[2])
	require.NoError(k.t, err)
	require.GreaterOrEqual(k.t, size, 48)
	require.Regexp(k.t, `^here \d+m \d+% \d+Mi \d+%$`, rows(k.run("top node"))[1])
	require.Regexp(k.t, `^here Unknown <none> \S+ <unknown>$`, rows(k.run("get nodes"))[1])
}
