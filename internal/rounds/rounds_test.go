package rounds

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestThePhaseIsFixed(t *testing.T) {
	const every = 2 * time.Millisecond
	var due []time.Time
	errEnough := errors.New("enough")
	err := Run(t.Context(), every, func(at time.Time) error {
		if due = append(due, at); len(due) == 5 {
			return errEnough
		}
		require.False(t, time.Now().Before(at), "a round before it is due")
		for len(due) == 3 && time.Since(at) < 2*every { // this one takes too long
			runtime.Gosched()
		}
		return nil
	})
	require.Equal(t, errEnough, err)
	require.Less(t, due[1].Sub(due[0]), every)
	for i := 2; i < len(due); i++ {
		apart := due[i].Sub(due[i-1])
		require.Positive(t, apart)
		require.Zero(t, apart%every, "round %d", i)
	}
	require.GreaterOrEqual(t, due[3].Sub(due[2]), 2*every, "what is missed is left out")
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := Run(ctx, time.Hour, func(time.Time) error { cancel(); return nil })
	require.Equal(t, context.Canceled, err)
	require.ErrorContains(t, Run(t.Context(), 0, nil), "an interval of 0s is no interval")
}

func TestWhoWaitsForATurnMayGo(t *testing.T) {
	turn := NewTurn()
	require.NoError(t, turn.Take(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { gone <- turn.Take(ctx) }()
	cancel()
	require.Equal(t, context.Canceled, <-gone)
	turn.Give()
	require.Equal(t, context.Canceled, turn.Take(ctx), "also where it is free")
	turn.Wait()
	turn.Give()
}
