package simulator

import (
	"net/url"
	"strings"
)

// Account is the account of a Simulator while one request, or one visit to a page, holds it: its state at a moment.
type Account struct {
	*state
	Now   int64  // Unix seconds, as the simulator's clock has it
	pages string // base address of the hosted pages
	shows string // the command that shows them
}

// find returns an object that a request may refer to: not a deleted one, but a test card out of nothing.
func (a *Account) find(kind, id string) Object {
	if kind == "payment_method" {
		if card := a.testCard(id); card != nil {
			return card
		}
	}
	if o := a.Get(kind, id); o["deleted"] == nil {
		return o
	}
	return nil
}

// wall is the machine's time. Retries live by it, however far the simulator's clock is ahead.
func (a *Account) wall() int64 { return a.Now - a.Ahead() }

// address is that of a page. Its end tells a person, who looks at the address bar, what to do when no process answers.
func (a *Account) address(path string) string {
	return a.pages + path + "#to-open-run=" + strings.ReplaceAll(url.QueryEscape(a.shows), "%2F", "/")
}
