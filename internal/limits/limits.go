// Package limits is the one table of time limits that only work together. Its test holds what must lie between them.
package limits

import "time"

// How a process ends. A second signal ends it at once.
const (
	// Stop is what a client or a service manager gives a process between the first signal and SIGKILL.
	Stop = 10 * time.Second
	// Drain is how long answers are waited for after the first signal.
	Drain = 9 * time.Second
	// SeeThrough is how long a write that was sent goes on after its caller has left.
	SeeThrough = 8 * time.Second
	// Record is how long the journal waits for other processes when it records what has happened.
	Record = 5 * time.Second
)

// How long one call takes.
const (
	// Client is when common clients give up on a call.
	Client = 60 * time.Second
	// Confirmed is what a question and the call that it allows may take together.
	Confirmed = 55 * time.Second
	// Question is how long a person may think.
	Question = 45 * time.Second
	// Call is the default for a call with its retries; the owner can change it.
	Call = 40 * time.Second
	// Addition is what reading something that only completes an answer may take.
	Addition = 10 * time.Second
	// Dial is how long a connection may take to come about.
	Dial = 10 * time.Second
	// LongestWait is the longest pause between two attempts, unless Stripe asks for a longer one.
	LongestWait = 8 * time.Second
	// FirstWait is the pause before the second attempt. Each further one is twice as long.
	FirstWait = 500 * time.Millisecond
)
