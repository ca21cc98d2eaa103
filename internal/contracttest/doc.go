// Package contracttest holds the request contract: it alone says, call by call, what the program sends to Stripe, and
// proves with Stripe's own stripe-mock that Stripe takes it.
//
// It is a module of its own, so that stripe-mock is no dependency of the program. The tests build the program and talk to
// it as any MCP client does. The Go tool cannot see that dependency and would repeat an old result, so run them with
//
//	go test -race -count=1 ./...
package contracttest
