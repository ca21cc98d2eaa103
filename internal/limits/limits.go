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
	// Unread is how long a client may leave its answers unread, when they are many or when it sends no more.
	Unread = 6 * time.Second
	// Look is the pause between two looks at something that does not report.
	Look = 50 * time.Millisecond
	// Lock is how long a request waits to be recorded while no other one gets on.
	Lock = 10 * time.Second
	// Record is how long the journal waits for other processes when it records what has happened.
	Record = 5 * time.Second
	// Database is how long a request waits to be recorded in a database.
	Database = Record - time.Second
	// FirstPoll and Poll are the shortest and the longest pause between two looks at another machine's call.
	FirstPoll = 100 * time.Millisecond
	Poll      = time.Second
)

// How long one call takes.
const (
	// Client is when common clients give up on a call.
	Client = 60 * time.Second
	// Confirmed is what a question and the call that it allows may take together.
	Confirmed = 55 * time.Second
	// Question is how long a person may think while the call waits.
	Question = 45 * time.Second
	// Dialog is how long a person may think when the question is a finished request.
	Dialog = 10 * time.Minute
	// Reaction is the least time in which a person can answer.
	Reaction = 250 * time.Millisecond
	// Call is the default for a call with its retries; the owner can change it.
	Call = 40 * time.Second
	// Addition is what reading something that only completes an answer may take.
	Addition = 10 * time.Second
	// Dial is how long a connection may take to come about.
	Dial = 10 * time.Second
	// LongestWait is the longest pause between two attempts, unless Stripe asks for a longer one.
	LongestWait = 8 * time.Second
	// InUse is the longest pause while an earlier call still uses the same idempotency key.
	InUse = 2 * time.Second
	// FirstWait is the pause before the second attempt. Each further one is twice as long.
	FirstWait = 500 * time.Millisecond
)

// When a call repeats an earlier equal one of the same client.
const (
	// Impatient is the default of the clients with the shortest time-out.
	Impatient = 5 * time.Second
	// Patience leaves these clients a second for their clocks. Equal calls that are read closer together are separate orders.
	Patience = Impatient - time.Second
	// Late is how long after an answer that took longer than Patience an equal call repeats it.
	Late = 60 * time.Second
	// Crossing is how long after an answer a cancellation still counts: the two may have crossed.
	Crossing = 10 * time.Millisecond
	// LateCrossing is the same for an answer that took longer than Patience.
	LateCrossing = time.Second
)
