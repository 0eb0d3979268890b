package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestABudgetIsKept counts 100,000 files with 30,000 entries a round.
func TestABudgetIsKept(t *testing.T) {
	h := newHost(t)
	h.fill(h.volume(uidA, "empty-dir", "many"), 100_000)
	c := h.collector(Options{Entries: 30_000})
	began := h.now
	for round, last := 1, uint64(0); round <= 4; round++ {
		s := collect(t, c)
		require.Empty(t, messages(s))
		require.LessOrEqual(t, s.Entries, 30_000)
		got := s.volume(t, uidA, "many").Used
		if round == 4 {
			require.Equal(t, 10_001, s.Entries)
			require.Equal(t, h.now, got.Time)
			require.Equal(t, n(100_001), got.Inodes)
			require.Equal(t, Counting{}, got.Counting)
			break
		}
		require.Equal(t, 30_000, s.Entries)
		require.Zero(t, got.Time, "never counted to the end")
		require.True(t, got.Inodes.IsAbsent())
		require.Equal(t, began, got.Counting.Since)
		require.EqualValues(t, 30_000*round, got.Counting.Inodes)
		require.GreaterOrEqual(t, got.Counting.Bytes, last)
		last = got.Counting.Bytes
		h.now = h.now.Add(time.Minute)
	}
	complete := h.now
	h.now = h.now.Add(time.Minute)
	got := collect(t, c).volume(t, uidA, "many").Used
	require.Equal(t, complete, got.Time, "the last complete figure stays until the next is")
	require.Equal(t, n(100_001), got.Inodes)
	require.EqualValues(t, 30_000, got.Counting.Inodes)
}

// TestSmallFoldersDoNotStarve has more huge folders than a round has turns.
func TestSmallFoldersDoNotStarve(t *testing.T) {
	h := newHost(t)
	for i := range 3 {
		h.fill(h.volume(uidA, "empty-dir", fmt.Sprint("a-huge", i)), 2*quantum)
	}
	h.fill(h.volume(uidA, "empty-dir", "small"), 3)
	c := h.collector(Options{Entries: 2 * quantum})
	counted := h.now // when the small one was last counted; never yet
	for range 12 {
		s := collect(t, c)
		require.LessOrEqual(t, s.Entries, 2*quantum)
		if got := s.volume(t, uidA, "small").Used; !got.Time.IsZero() {
			counted = got.Time
		}
		require.LessOrEqual(t, h.now.Sub(counted), 2*time.Minute, "four folders, two turns a round")
		h.now = h.now.Add(time.Minute)
	}
	for i := range 3 {
		require.Equal(t, n(2*quantum+1), c.Latest().volume(t, uidA, fmt.Sprint("a-huge", i)).Used.Inodes)
	}
}

// TestTimeIsABudgetToo has a clock that moves when it is looked at.
func TestTimeIsABudgetToo(t *testing.T) {
	h := newHost(t)
	h.fill(h.volume(uidA, "empty-dir", "many"), 5000)
	now := h.now
	c := h.collector(Options{Time: time.Second, Now: func() time.Time { now = now.Add(100 * time.Millisecond); return now }})
	rounds, entries := 0, 0
	for {
		s := collect(t, c)
		rounds++
		entries += s.Entries
		require.Positive(t, s.Entries, "each round makes progress")
		require.Less(t, s.Entries, 2000)
		if !s.volume(t, uidA, "many").Used.Time.IsZero() {
			break
		}
	}
	require.Equal(t, 5001, entries)
	require.Greater(t, rounds, 2)
}

func TestFilesMadeAndRemovedMeanwhile(t *testing.T) {
	h := newHost(t)
	dir := h.volume(uidA, "empty-dir", "v")
	for i := range 40 {
		sub := filepath.Join(dir, fmt.Sprint("d", i))
		require.NoError(t, os.Mkdir(sub, 0o755))
		h.fill(sub, 50)
	}
	c := h.collector(Options{Entries: 300})
	for i := range 40 {
		s := collect(t, c)
		require.Empty(t, messages(s))
		require.LessOrEqual(t, s.Entries, 300)
		if i%2 == 0 { // a folder goes, and one of its name comes
			sub := filepath.Join(dir, fmt.Sprint("d", i))
			require.NoError(t, os.Rename(sub, filepath.Join(h.root, fmt.Sprint("away", i))))
			require.NoError(t, os.Mkdir(sub, 0o755))
		}
	}
	for range 20 {
		collect(t, c)
	}
	require.Equal(t, n(1+40+20*50), c.Latest().volume(t, uidA, "v").Used.Inodes)
}

func TestAFolderMadeAnewIsCountedAnew(t *testing.T) {
	h := newHost(t)
	dir := h.volume(uidA, "empty-dir", "v")
	h.fill(dir, 500)
	c := h.collector(Options{Entries: 200})
	require.EqualValues(t, 200, collect(t, c).volume(t, uidA, "v").Used.Counting.Inodes)
	require.NoError(t, os.Rename(dir, h.path("away")))
	h.volume(uidA, "empty-dir", "v")
	require.Equal(t, n(1), collect(t, c).volume(t, uidA, "v").Used.Inodes)
}

func TestACanceledRoundGoesOnLater(t *testing.T) {
	h := newHost(t)
	h.fill(h.volume(uidA, "empty-dir", "v"), 5000)
	ctx, cancel := context.WithCancel(context.Background())
	looks := 0
	c := h.collector(Options{Now: func() time.Time {
		if looks++; looks == 10 {
			cancel()
		}
		return h.now
	}})
	_, err := c.Collect(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, c.Latest())
	s := collect(t, c)
	require.Equal(t, n(5001), s.volume(t, uidA, "v").Used.Inodes)
	require.Less(t, s.Entries, 5001)
	require.Positive(t, s.Entries)
}
