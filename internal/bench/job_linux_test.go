package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/nodegauge/nodegauge/cgroupfs"
	"github.com/stretchr/testify/require"
)

const jobEnv = "NODEGAUGE_BENCH_JOB"

// A job is what a process does that is measured as a whole. It is this program,
// started once more, and nothing else happens in it. It is told on its input.
type job struct {
	What         string // a name in jobs
	Kubepods     string // the cgroup that holds the pods
	Cgroups      int    // how many there are, that one included
	Metrics      cgroupfs.MetricSet
	MaxOpenFiles int // of the Collector
	Every        time.Duration
	Running      time.Duration // how long it is measured
	Files        []string      // that the floor reads
}

var jobs = map[string]func(*job) (any, error){
	"collector":          func(j *job) (any, error) { return j.collector() },
	"manager":            func(j *job) (any, error) { return j.manager(kubeletKinds) },
	"manager-cpu+memory": func(j *job) (any, error) { return j.manager(cpuAndMemory) },
	"floor":              func(j *job) (any, error) { return j.floor() },
	"memory":             func(j *job) (any, error) { return j.memory() },
}

// didJob does the job that this process was started for, and reports whether
// it was started for one.
func didJob() bool {
	if os.Getenv(jobEnv) == "" {
		return false
	}
	var j job
	err := json.NewDecoder(os.Stdin).Decode(&j)
	if err == nil {
		var result any
		if result, err = jobs[j.What](&j); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(result)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

// do has a process of its own do a job, and returns what it found. Every three
// seconds meanwhile is done, unless it is nil.
func do[result any](b *testing.B, j *job, meanwhile func()) result {
	text, err := json.Marshal(j)
	require.NoError(b, err)
	cmd := exec.CommandContext(b.Context(), "/proc/self/exe")
	cmd.Env = append(os.Environ(), jobEnv+"=1")
	cmd.Stdin = bytes.NewReader(text)
	cmd.Stderr = os.Stderr
	var out bytes.Buffer
	cmd.Stdout = &out
	require.NoError(b, cmd.Start())
	var failure error
	done := make(chan struct{})
	go func() { failure = cmd.Wait(); close(done) }()
	defer func() {
		if cmd.Process.Kill() == nil { // it has ended already, unless something failed here
			<-done
		}
	}()
	tick := time.NewTicker(3 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if meanwhile != nil {
				meanwhile()
			}
		case <-done:
			require.NoError(b, failure, j.What)
			var found result
			require.NoError(b, json.Unmarshal(out.Bytes(), &found), out.String())
			return found
		}
	}
}

var errNotFollowed = errors.New("not all cgroups of the node are followed")
