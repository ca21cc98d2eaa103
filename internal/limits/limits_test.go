package limits_test

import (
	"testing"
	"time"

	"stripe-mcp/internal/limits"
)

// TestOrder: each limit is there for the one after it, and has to leave it time.
func TestOrder(t *testing.T) {
	t.Parallel()
	for why, order := range map[string][]time.Duration{
		"a record fits into a write that is seen through, that into the drain, and that into the end": {limits.Record, limits.SeeThrough, limits.Drain, limits.Stop},
		"what a client does not read is given up early enough for its calls to end within the drain":  {limits.Unread, limits.Drain - time.Second, limits.Stop},
		"a person's answer leaves the call time to be sent, and the client time to get the answer":    {limits.Question, limits.Confirmed, limits.Client},
		"a call ends before its client gives up":                                                      {limits.Call, limits.Client},
		"one try to connect leaves a call time for others":                                            {limits.Dial, limits.Call / 2},
		"an addition leaves most of the time to the call":                                             {limits.Addition, limits.Call / 2},
		"a cancellation that crosses an answer is no repetition":                                      {limits.Crossing, limits.LateCrossing, limits.Patience},
		"a database is given up while there is time to say so, and looked at often before that":       {limits.FirstPoll, limits.Poll, limits.Database, limits.Record},
		"the pauses fit into a call":                                                                  {limits.FirstWait, limits.LongestWait, limits.Call / 2},
	} {
		for i := 1; i < len(order); i++ {
			if order[i-1] >= order[i] {
				t.Errorf("%s: %v is not shorter than %v", why, order[i-1], order[i])
			}
		}
	}
}
