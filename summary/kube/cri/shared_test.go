package cri

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var errHung = errors.New("hung")

// asker counts what is asked of a runtime that answers when it is told to.
type asker struct {
	asked   int
	answers chan answer[int]
}

func (a *asker) ask(ctx context.Context) answer[int] {
	a.asked++
	select {
	case r := <-a.answers:
		return r
	case <-ctx.Done():
		return answer[int]{value: -1, err: ctx.Err()}
	}
}

type result struct {
	value int
	err   error
}

// start asks in a goroutine and waits until it waits.
func (a *asker) start(ctx context.Context, s *shared[int], o *Options) <-chan result {
	c := make(chan result, 1)
	go func() {
		v, err := s.get(ctx, o, a.ask)
		c <- result{v, err}
	}()
	synctest.Wait()
	return c
}

func TestThoseWhoAskAtOnceShareAnAnswer(t *testing.T) {
	for _, said := range []answer[int]{{value: 7, current: true}, {value: 6, err: errHung}} {
		synctest.Test(t, func(t *testing.T) {
			s, a, o := newShared[int](), &asker{answers: make(chan answer[int])}, &Options{Now: time.Now, MaxAge: -1}
			var all []<-chan result
			for range 5 {
				all = append(all, a.start(t.Context(), s, o))
			}
			a.answers <- said
			for _, c := range all {
				require.Equal(t, result{said.value, said.err}, <-c)
			}
			require.Equal(t, 1, a.asked)
			late := a.start(t.Context(), s, o)
			require.Equal(t, 2, a.asked, "who comes later asks again")
			a.answers <- answer[int]{value: 8, current: true}
			require.Equal(t, result{8, nil}, <-late)
		})
	}
}

func TestOneThatGivesUpHandsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, o := newShared[int](), &asker{answers: make(chan answer[int])}, &Options{Now: time.Now, MaxAge: -1}
		ctx, giveUp := context.WithCancel(t.Context())
		first := a.start(ctx, s, o)
		second, third := a.start(t.Context(), s, o), a.start(t.Context(), s, o)
		giveUp()
		require.ErrorIs(t, (<-first).err, context.Canceled)
		synctest.Wait()
		require.Equal(t, 2, a.asked)
		a.answers <- answer[int]{value: 9, current: true}
		require.Equal(t, result{9, nil}, <-second)
		require.Equal(t, result{9, nil}, <-third)
	})
}

func TestOneThatCannotWaitGetsWhatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, a, o := newShared[int](), &asker{answers: make(chan answer[int])}, &Options{Now: time.Now, MaxAge: -1}
		first := a.start(t.Context(), s, o)
		a.answers <- answer[int]{value: 3, current: true}
		require.Equal(t, 3, (<-first).value)
		slow := a.start(t.Context(), s, o)
		ctx, giveUp := context.WithCancel(t.Context())
		hasty := a.start(ctx, s, o)
		giveUp()
		r := <-hasty
		require.Equal(t, 3, r.value)
		require.ErrorIs(t, r.err, context.Canceled)
		a.answers <- answer[int]{value: 4, current: true}
		require.Equal(t, 4, (<-slow).value)
	})
}

func TestAnAnswerIsGivenAgainUntilItIsTooOld(t *testing.T) {
	now := time.Unix(1795249320, 0)
	o := &Options{Now: func() time.Time { return now }, MaxAge: time.Second}
	s, n := newShared[int](), 0
	said := answer[int]{current: true}
	get := func() int {
		v, err := s.get(t.Context(), o, func(context.Context) answer[int] {
			n++
			said.value = n
			return said
		})
		require.ErrorIs(t, err, said.err)
		return v
	}
	require.Equal(t, 1, get())
	now = now.Add(time.Second)
	require.Equal(t, 1, get())
	now = now.Add(1)
	require.Equal(t, 2, get())
	now = now.Add(-time.Minute)
	require.Equal(t, 3, get(), "the clock was set back")
	said.err = errHung // nonsense in an answer
	now = now.Add(time.Minute)
	require.Equal(t, 4, get())
	require.Equal(t, 4, get(), "it would say the same again")
	said.current = false // no answer
	now = now.Add(time.Minute)
	require.Equal(t, 5, get())
	require.Equal(t, 6, get(), "it may be back")
}
