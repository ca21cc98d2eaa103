// Command demo plays the main job on the simulator: an AI client's side of a conversation with stripe-mcp, and the part of
// the customer, who pays and cancels in a browser.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"stripe-mcp/internal/mcpclient"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := errors.New("usage: demo PATH-OF-STRIPE-MCP")
	if len(os.Args) == 2 {
		err = run(ctx, os.Args[1], os.Stdout)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// run starts binary in an empty home and tells the story on out.
func run(ctx context.Context, binary string, out io.Writer) (err error) {
	binary, err = filepath.Abs(binary)
	if err != nil {
		return err
	}
	home, err := os.MkdirTemp("", "stripe-mcp-demo")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(home)) }()

	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "Thank you for your order!")
	}))
	defer shop.Close()
	pages, err := freeAddress(ctx) // the usual one may be in use
	if err != nil {
		return err
	}

	server := exec.CommandContext(ctx, binary, "--simulator") //nolint:gosec // the caller names the program to show
	server.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "STRIPE_MCP_SIMULATOR_ADDR=" + pages}
	server.Stderr = os.Stderr
	client, err := mcpclient.Start(server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()

	info, err := client.Initialize(ctx)
	if err != nil {
		return err
	}
	mode, _, _ := strings.Cut(info.Instructions, "\n")
	story := &story{client: client, out: out, known: map[string]string{"shop": shop.URL}}
	story.tell("%s %s over MCP %s: %s\n", info.ServerInfo.Name, info.ServerInfo.Version, info.ProtocolVersion, mode)
	for _, s := range steps() {
		if err := story.play(ctx, s); err != nil {
			return err
		}
	}
	story.tell("\n%d calls, %d errors on purpose. Nothing left this machine.\n", story.calls, story.failed)
	return nil
}

// step is one call, or what a person does in a browser. {name} stands for what an earlier step learned.
type step struct {
	says      string // why it is made
	tool      string
	arguments string
	expects   string            // what the answer must contain
	learns    map[string]string // fields of the answer to remember, by the name to remember them under
	browses   func(context.Context, *browser) error
}

func steps() []step {
	return append([]step{
		{says: "A new customer.", tool: "stripe_create_customer", arguments: `{"email":"jenny.rosen@example.com","name":"Jenny Rosen","metadata":{"crm":"42"}}`, learns: map[string]string{"customer": "id"}},
		{says: "Who was that again?", tool: "stripe_get_customer", arguments: `{"customer_id":"{customer}"}`},
		{says: "She wants to subscribe: a payment page for 9.00 EUR per month.", tool: "stripe_create_checkout_session",
			arguments: `{"mode":"subscription","customer":"{customer}","line_items":[{"price":"price_starter_monthly_eur"}],"success_url":"{shop}/thanks?id={CHECKOUT_SESSION_ID}"}`,
			expects:   `"status":"open"`, learns: map[string]string{"session": "id", "checkout": "url"}},
		{says: "Which payment pages are open?", tool: "stripe_list_checkout_sessions", arguments: `{"status":"open","limit":5}`, expects: "{session}"},
		{says: "Jenny opens the page in her browser. Her first card is declined, the second one pays.", browses: pay},
		{says: "Has she paid?", tool: "stripe_get_checkout_session", arguments: `{"session_id":"{session}"}`, expects: `"status":"complete","payment_status":"paid"`, learns: map[string]string{"subscription": "subscription"}},
		{says: "Is her subscription running?", tool: "stripe_get_subscription", arguments: `{"subscription_id":"{subscription}"}`, expects: `"status":"active"`},
		{says: "Weeks later she wants to cancel, and gets a link to the billing portal.", tool: "stripe_create_billing_portal_session",
			arguments: `{"customer":"{customer}","return_url":"{shop}/account"}`, learns: map[string]string{"portal": "url"}},
		{says: "Jenny opens the portal and cancels at the end of the period.", browses: cancel},
		{says: "What did she do?", tool: "stripe_get_subscription", arguments: `{"subscription_id":"{subscription}"}`, expects: `"cancel_at_period_end":true`},
	}, otherSteps()...)
}

// otherSteps are about what a person has no part in.
func otherSteps() []step {
	return []step{
		{says: "A second subscription finds no default card and is refused; the error says what to do.", tool: "stripe_create_subscription",
			arguments: `{"customer":"{customer}","items":[{"price":"price_starter_yearly_eur"}]}`, expects: `{"error":{"outcome":"failed"`},
		{says: "So let her pay the first invoice herself.", tool: "stripe_create_subscription",
			arguments: `{"customer":"{customer}","items":[{"price":"price_starter_yearly_eur"}],"payment_behavior":"default_incomplete"}`, expects: `"status":"incomplete"`, learns: map[string]string{"second": "id"}},
		{says: "She changed her mind.", tool: "stripe_cancel_subscription", arguments: `{"subscription_id":"{second}"}`, expects: `"status":"incomplete_expired"`},
		{says: "What is left?", tool: "stripe_list_subscriptions", arguments: `{"customer":"{customer}","status":"active"}`, expects: "{subscription}"},
		{says: "A model's slip is refused before anything is sent.", tool: "stripe_create_checkout_session",
			arguments: `{"mode":"payment","success_url":"{shop}/thanks","line_items":[{"price_data":{"unit_amount":"$25.00","product_data":{"name":"T-shirt"}}}]}`, expects: `{"error":{"outcome":"refused"`},
	}
}

func pay(ctx context.Context, b *browser) error {
	if err := b.open(ctx, b.story.known["checkout"]); err != nil {
		return err
	}
	if err := b.see("Starter plan Paid per month €9.00 Total due today €9.00"); err != nil {
		return err
	}
	card := map[string]string{"number": "4000 0000 0000 0002", "expiry": "12 / 34", "cvc": "123", "name": "Jenny Rosen"}
	if err := errors.Join(b.submit(ctx, card), b.see("Your card was declined.")); err != nil {
		return err
	}
	card["number"] = "4242 4242 4242 4242"
	return errors.Join(b.submit(ctx, card), b.see("Thank you for your order!"))
}

func cancel(ctx context.Context, b *browser) error {
	if err := errors.Join(b.open(ctx, b.story.known["portal"]), b.see("Renews on")); err != nil {
		return err
	}
	return errors.Join(b.submit(ctx, map[string]string{"do": "cancel later"}), b.see("does not renew"))
}

// story plays steps and remembers what they made.
type story struct {
	client *mcpclient.Client
	out    io.Writer
	known  map[string]string
	played int
	calls  int
	failed int
}

// tell prints; a reader who has gone away needs no more of it.
func (s *story) tell(format string, values ...any) { _, _ = fmt.Fprintf(s.out, format, values...) }

// fill puts in what was learned.
func (s *story) fill(text string) string {
	for name, value := range s.known {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// play takes one step and prints both sides of it.
func (s *story) play(ctx context.Context, step step) error {
	s.played++
	s.tell("\n%2d. %s\n", s.played, step.says)
	if step.browses != nil {
		return step.browses(ctx, &browser{story: s})
	}
	arguments := s.fill(step.arguments)
	s.calls++
	s.tell("    %s %s\n", step.tool, arguments)
	got, err := s.client.Call(ctx, step.tool, json.RawMessage(arguments))
	if err != nil {
		return err
	}
	label := "->"
	if got.IsError {
		label = "-> error"
		s.failed++
	}
	s.tell("    %s %s\n", label, got.Object())
	if got.IsError != strings.HasPrefix(step.expects, `{"error"`) || !strings.Contains(got.Object(), s.fill(step.expects)) {
		return fmt.Errorf("%s should have answered with %s", step.tool, s.fill(step.expects))
	}
	if len(step.learns) == 0 {
		return nil
	}
	var fields map[string]any
	if err := json.Unmarshal([]byte(got.Object()), &fields); err != nil {
		return fmt.Errorf("read the answer of %s: %w", step.tool, err)
	}
	for name, field := range step.learns {
		s.known[name], _ = fields[field].(string)
	}
	return nil
}
