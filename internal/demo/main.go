// Command demo plays the main job: an AI client's side of a conversation with stripe-mcp, on the simulator.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

	server := exec.CommandContext(ctx, binary, "--simulator") //nolint:gosec // the caller names the program to show
	server.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
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
	story := &story{client: client, out: out, ids: map[string]string{}, used: map[string]bool{}}
	story.tell("%s %s over MCP %s: %s\n", info.ServerInfo.Name, info.ServerInfo.Version, info.ProtocolVersion, mode)
	for _, s := range steps() {
		if err := story.play(ctx, s); err != nil {
			return err
		}
	}
	return story.summarise(ctx)
}

// step is one call. $name in its arguments is the id that the step called name returned.
type step struct {
	name      string
	says      string // why a model would make this call
	tool      string
	arguments string
	fails     bool
}

func steps() []step {
	return []step{
		{"customer", "A new customer.", "stripe_create_customer", `{"email":"jenny.rosen@example.com","name":"Jenny Rosen","metadata":{"plan":"pro"}}`, false},
		{"", "Who was that again?", "stripe_get_customer", `{"customer_id":"$customer"}`, false},
		{"session", "She wants two T-shirts: a payment page for 50.00 EUR.", "stripe_create_checkout_session",
			`{"mode":"payment","customer":"$customer","success_url":"https://shop.example/thanks?id={CHECKOUT_SESSION_ID}",` +
				`"line_items":[{"price_data":{"currency":"eur","unit_amount":2500,"product_data":{"name":"T-shirt"}},"quantity":2}]}`, false},
		{"", "Has she paid?", "stripe_get_checkout_session", `{"session_id":"$session"}`, false},
		{"", "Which payment pages are open?", "stripe_list_checkout_sessions", `{"status":"open","limit":5}`, false},
		{"", "A subscription without a card is refused, and the error says what to do.", "stripe_create_subscription",
			`{"customer":"$customer","items":[{"price":"price_starter_monthly_eur"}]}`, true},
		{"subscription", "So let her pay the first invoice herself.", "stripe_create_subscription",
			`{"customer":"$customer","items":[{"price":"price_starter_monthly_eur"}],"payment_behavior":"default_incomplete"}`, false},
		{"", "Where can she pay?", "stripe_get_subscription", `{"subscription_id":"$subscription"}`, false},
		{"", "What does she subscribe to?", "stripe_list_subscriptions", `{"customer":"$customer","status":"all"}`, false},
		{"", "She wants to see it herself: the billing portal.", "stripe_create_billing_portal_session",
			`{"customer":"$customer","return_url":"https://shop.example/account"}`, false},
		{"", "She changed her mind.", "stripe_cancel_subscription", `{"subscription_id":"$subscription"}`, false},
		{"", "A model's slip is refused before anything is sent.", "stripe_create_checkout_session",
			`{"mode":"payment","success_url":"https://shop.example/thanks","line_items":[{"price_data":{"unit_amount":"$25.00","product_data":{"name":"T-shirt"}}}]}`, true},
	}
}

// story plays steps and remembers what they made.
type story struct {
	client *mcpclient.Client
	out    io.Writer
	ids    map[string]string
	used   map[string]bool
	played int
	failed int
}

// tell prints; a reader who has gone away needs no more of it.
func (s *story) tell(format string, values ...any) { _, _ = fmt.Fprintf(s.out, format, values...) }

// play makes one call and prints both sides of it.
func (s *story) play(ctx context.Context, step step) error {
	arguments := step.arguments
	for name, id := range s.ids {
		arguments = strings.ReplaceAll(arguments, `"$`+name+`"`, `"`+id+`"`)
	}
	s.played++
	s.tell("\n%2d. %s\n    %s %s\n", s.played, step.says, step.tool, arguments)
	got, err := s.client.Call(ctx, step.tool, json.RawMessage(arguments))
	if err != nil {
		return err
	}
	if got.IsError != step.fails {
		return fmt.Errorf("%s answered %s", step.tool, got.Text())
	}
	label := "->"
	if got.IsError {
		label = "-> error"
		s.failed++
	}
	s.tell("    %s %s\n", label, got.Text())
	if !got.IsError {
		s.used[step.tool] = true
	}
	var made struct {
		ID string `json:"id"`
	}
	if step.name != "" && json.Unmarshal([]byte(got.Text()), &made) == nil {
		s.ids[step.name] = made.ID
	}
	return nil
}

// summarise compares what was played with what the server offers.
func (s *story) summarise(ctx context.Context) error {
	raw, err := s.client.Request(ctx, "tools/list", nil)
	if err != nil {
		return err
	}
	var list struct {
		Tools []struct {
			Name string `json:"name"`
		} `json:"tools"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("read the list of tools: %w", err)
	}
	for _, tool := range list.Tools {
		if !s.used[tool.Name] {
			return fmt.Errorf("%s is offered and was not shown", tool.Name)
		}
	}
	s.tell("\n%d calls, %d of %d tools answered, %d errors on purpose. Nothing left this machine.\n",
		s.played, len(s.used), len(list.Tools), s.failed)
	return nil
}
