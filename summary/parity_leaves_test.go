package summary_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// leaves is a Summary's text, each number and string of it by its key: the
// names on the way to it, and for an element of a list its own, as in
// "pods/UID/network/interfaces/eth0/rxBytes". Text is as it is printed, without quotes.
type leaves map[string]string

func leavesOf(t *testing.T, text []byte) leaves {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var root any
	require.NoError(t, d.Decode(&root))
	all := leaves{}
	all.walk("", root)
	return all
}

func (all leaves) walk(key string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, field := range v {
			all.walk(strings.TrimPrefix(key+"/"+name, "/"), field)
		}
	case []any:
		for _, element := range v {
			m := element.(map[string]any)
			name, _ := m["name"].(string)
			if ref, ok := m["podRef"].(map[string]any); ok {
				name = ref["uid"].(string)
			}
			all.walk(key+"/"+name, m)
		}
	default:
		all[key] = fmt.Sprint(v)
	}
}

// number returns the number with a key.
func (all leaves) number(key string) (uint64, bool) {
	n, err := strconv.ParseUint(all[key], 10, 64)
	return n, err == nil
}

// sum adds up a leaf of all containers of a pod.
func (all leaves) sum(pod, section, leaf string) uint64 {
	total := uint64(0)
	for _, name := range all.containers(pod) {
		n, _ := all.number(pod + "/containers/" + name + "/" + section + "/" + leaf)
		total += n
	}
	return total
}

func (all leaves) containers(pod string) []string {
	var names []string
	for key := range all {
		if rest, ok := strings.CutPrefix(key, pod+"/containers/"); ok {
			if name, leaf, _ := strings.Cut(rest, "/"); leaf == "name" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// A claim says what compares the leaves whose key is like the pattern.
type claim struct {
	pattern *regexp.Regexp
	by      claimant
	kind    kind
}

type claimant uint8

const (
	byFields claimant = iota // by one of fields
	byKey                    // it is part of others' keys
	byTime                   // it says which moment others are of
	byLeaf                   // by itself
)

// claims are asked in this order. A leaf that none has is forgotten, which
// fails.
var claims = []claim{
	{regexp.MustCompile(`^node/(nodeName|network/name)$|^pods/[^/]+/network/name$`), byLeaf, exact},
	{regexp.MustCompile(`^pods/[^/]+/podRef/(name|namespace|uid)$|/name$`), byKey, exact},
	{regexp.MustCompile(`/time$`), byTime, exact},
	{regexp.MustCompile(`/startTime$|/process_stats/process_count$`), byFields, exact},
	{regexp.MustCompile(`/cpu/usage(NanoCores|CoreNanoSeconds)$`), byFields, exact},
	{regexp.MustCompile(`/memory/(availableBytes|usageBytes|workingSetBytes|rssBytes|pageFaults|majorPageFaults)$`), byFields, exact},
	{regexp.MustCompile(`/swap/swap(Available|Usage)Bytes$`), byFields, exact},
	{regexp.MustCompile(`^(node|pods/[^/]+)/network/(interfaces/[^/]+/)?[rt]x(Bytes|Errors)$`), byLeaf, counter},
	{regexp.MustCompile(`^node/rlimit/maxpid$`), byLeaf, exact},
	{regexp.MustCompile(`^node/rlimit/curproc$`), byLeaf, gauge},
	{regexp.MustCompile(onDisk + `/(capacityBytes|inodes)$`), byLeaf, exact},
	{regexp.MustCompile(onDisk + `/(availableBytes|inodesFree)$|^node/fs/(usedBytes|inodesUsed)$`), byLeaf, gauge},
	{regexp.MustCompile(onDisk + `/(usedBytes|inodesUsed)$`), byLeaf, exact},
}

const onDisk = `^(node/fs|node/runtime/(imageFs|containerFs)|pods/[^/]+/(containers/[^/]+/(rootfs|logs)|volume/[^/]+|ephemeral-storage))`

func claimOf(key string) *claim {
	for i := range claims {
		if claims[i].pattern.MatchString(key) {
			return &claims[i]
		}
	}
	return nil
}

// TestEveryLeafIsClaimed holds that no leaf of any answer is forgotten, and that
// the library prints none that is not compared.
func TestEveryLeafIsClaimed(t *testing.T) {
	for _, want := range captures {
		c := loadCapture(t, want.File)
		for _, f := range c.frames {
			texts := []leaves{f.leaves, f.shortLeaves}
			for _, a := range f.answers {
				texts = append(texts, a.leaves)
			}
			for _, text := range texts {
				for key := range text {
					require.NotNil(t, claimOf(key), "%s: nothing compares %s", f.name, key)
				}
				for _, key := range fieldLeaves(text) {
					require.True(t, slices.ContainsFunc(fields[:], func(x field) bool { return strings.HasSuffix(key, "/"+x.name) }), key)
				}
			}
		}
	}
}

func fieldLeaves(text leaves) []string {
	var keys []string
	for key := range text {
		if claimOf(key).by == byFields {
			keys = append(keys, key)
		}
	}
	return keys
}
