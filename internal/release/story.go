package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"stripe-mcp/internal/mcpclient"
)

// burst is how many calls a server gets at once.
const burst = 20

// story is what the program of every machine has to be good for, in one home.
type story struct {
	*player
	known map[string]string // ids by what they stand for
	made  []string          // ids that the journal has to hold
}

// scene is a part of a story.
type scene struct {
	what string
	play func(*story, context.Context) error
}

// scenes lists them in their order. A later one looks at what an earlier one has made.
func scenes() []scene {
	return []scene{
		{"version", (*story).version},
		{"ten tools in ten processes", (*story).tools},
		{"twenty calls and the end of input", (*story).serve},
		{"two processes in one home", (*story).sideBySide},
		{"setup and the vault", (*story).setup},
	}
}

// tryStory plays the story with the program in the archive of a machine.
func tryStory(ctx context.Context, c *checker, m machine) (string, error) {
	_, program, err := c.unpackArchive(ctx, m)
	if err != nil {
		return "", err
	}
	p, err := c.player(ctx, m, program)
	if err != nil {
		return "", err
	}
	s, begin := &story{player: p, known: map[string]string{}}, time.Now()
	var seen []string
	for _, scene := range scenes() {
		if err := scene.play(s, ctx); err != nil {
			return "", fmt.Errorf("%s: %w", scene.what, err)
		}
		seen = append(seen, scene.what)
	}
	return fmt.Sprintf("%s; %.0f s", strings.Join(seen, ", "), time.Since(begin).Seconds()), nil
}

func (s *story) version(ctx context.Context) error {
	said, err := s.run(ctx, "", "version")
	if err == nil && strings.TrimSpace(said) != "stripe-mcp v"+s.checker.version {
		err = fmt.Errorf("it says %q, and the release is v%s", said, s.checker.version)
	}
	return err
}

// call is a call in a process of its own. {name} stands for the id that an earlier call made.
type call struct{ tool, arguments, makes, shows string }

// calls has one of each default tool.
func calls() []call {
	return []call{
		{"stripe_create_customer", `{"email": "jenny@shop.example", "name": "Jenny \"J\" Rosén"}`, "customer", `Jenny \"J\" Rosén`},
		{"stripe_get_customer", `{"customer_id": "{customer}"}`, "", "{customer}"},
		{
			"stripe_create_checkout_session",
			`{"mode": "payment", "customer": "{customer}", "success_url": "https://shop.example/thanks", "line_items": [{"price": "price_tshirt_eur", "quantity": 2}]}`,
			"session", "50.00 EUR",
		},
		{"stripe_get_checkout_session", `{"session_id": "{session}"}`, "", "{session}"},
		{"stripe_list_checkout_sessions", `{"customer": "{customer}"}`, "", "{session}"},
		{"stripe_create_subscription", `{"customer": "{customer}", "items": [{"price": "price_team_yearly_usd"}], "trial_period_days": 14}`, "subscription", "trialing"},
		{"stripe_get_subscription", `{"subscription_id": "{subscription}"}`, "", "{subscription}"},
		{"stripe_list_subscriptions", `{"customer": "{customer}"}`, "", "{subscription}"},
		{"stripe_create_billing_portal_session", `{"customer": "{customer}", "return_url": "https://shop.example/account"}`, "", "{customer}"},
		{"stripe_cancel_subscription", `{"subscription_id": "{subscription}"}`, "", "canceled"},
	}
}

// tools calls every tool that is listed, and no other.
func (s *story) tools(ctx context.Context) error {
	said, err := s.run(ctx, "", "tools")
	if err != nil {
		return err
	}
	var listed, called []string
	for line := range strings.Lines(said) {
		listed = append(listed, strings.Fields(line)[0])
	}
	for _, c := range calls() {
		called = append(called, c.tool)
		if err := s.call(ctx, c); err != nil {
			return err
		}
	}
	slices.Sort(listed)
	slices.Sort(called)
	if !slices.Equal(listed, called) {
		return fmt.Errorf("the program has the tools %v, and the story calls %v", listed, called)
	}
	return nil
}

func (s *story) call(ctx context.Context, c call) error {
	said, err := s.run(ctx, "", "call", c.tool, s.fill(c.arguments))
	if err != nil {
		return err
	}
	var object struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal([]byte(said), &object); err != nil || !strings.Contains(said, s.fill(c.shows)) {
		return fmt.Errorf("%s answered %s", c.tool, said)
	}
	if c.makes != "" {
		s.known[c.makes] = object.ID
		s.made = append(s.made, object.ID)
	}
	return nil
}

func (s *story) fill(text string) string {
	for name, id := range s.known {
		text = strings.ReplaceAll(text, "{"+name+"}", id)
	}
	return text
}

// run runs the program once, and returns what it printed.
func (s *story) run(ctx context.Context, stdin string, arguments ...string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	var out, said bytes.Buffer
	command := s.command(ctx, arguments...)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(stdin), &out, &said
	if err := command.Run(); err != nil {
		return out.String(), fmt.Errorf("%v: %w\n%.1000s%.1000s", arguments, err, &out, &said)
	}
	return out.String(), nil
}

// serve has a server create customers, all at once, and ends its input.
func (s *story) serve(ctx context.Context) error { return s.burst(ctx, "alone") }

// sideBySide does so with two servers in one home. All that was made has to be there, and in the journal.
func (s *story) sideBySide(ctx context.Context) error {
	if err := s.burst(ctx, "left", "right"); err != nil {
		return err
	}
	if err := s.objects(ctx); err != nil {
		return err
	}
	orders, err := s.run(ctx, "", "journal", "list", "--json")
	if err != nil {
		return err
	}
	return judgeJournal(orders, s.made)
}

// burst starts a server for each name, and has them all create customers. Each has to answer every call, and to end well.
func (s *story) burst(ctx context.Context, names ...string) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop() // ends what an error has left running
	servers := make([]*mcpclient.Client, len(names))
	for i := range servers {
		var err error
		if servers[i], err = mcpclient.Start(s.command(ctx)); err != nil {
			return err
		}
		if _, err := servers[i].Initialize(ctx); err != nil {
			return err
		}
	}
	answers := make([][]mcpclient.Response, len(names))
	for nth := range burst {
		for i, server := range servers {
			id := server.Expect(func(got mcpclient.Response) { answers[i] = append(answers[i], got) })
			email := fmt.Sprintf("%s%d@shop.example", names[i], nth)
			if err := server.Send(id, "tools/call", map[string]any{"name": "stripe_create_customer", "arguments": map[string]string{"email": email}}); err != nil {
				return err
			}
		}
	}
	for i, server := range servers {
		if err := server.Close(); err != nil {
			return err
		}
		ids, err := customerIDs(answers[i])
		if err != nil {
			return err
		}
		s.made = append(s.made, ids...)
	}
	return nil
}

// customerIDs returns the ids of a burst of customers.
func customerIDs(answers []mcpclient.Response) ([]string, error) {
	if len(answers) != burst {
		return nil, fmt.Errorf("%d calls got %d answers", burst, len(answers))
	}
	ids := make([]string, len(answers))
	for i, got := range answers {
		if got.Error != nil {
			return nil, got.Error
		}
		var result mcpclient.ToolResult
		err := json.Unmarshal(got.Result, &result)
		if err != nil {
			return nil, fmt.Errorf("read an answer: %w", err)
		}
		if ids[i], err = customerID(result); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// objects asks a new process for every customer.
func (s *story) objects(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	server, err := mcpclient.Start(s.command(ctx))
	if err != nil {
		return err
	}
	if _, err := server.Initialize(ctx); err != nil {
		return err
	}
	for _, id := range s.made {
		if !strings.HasPrefix(id, "cus_") {
			continue
		}
		got, err := server.Call(ctx, "stripe_get_customer", map[string]string{"customer_id": id})
		if err != nil {
			return err
		}
		if got.IsError || !strings.Contains(got.Text(), id) {
			return fmt.Errorf("%s was made and is not there: %s", id, got.Text())
		}
	}
	return server.Close()
}

// judgeJournal says what is wrong with the journal of a home in which these objects were made, each by one call.
func judgeJournal(list string, made []string) error {
	var journal struct {
		Orders []struct {
			Outcome string `json:"outcome"`
			Object  string `json:"object"`
		} `json:"orders"`
	}
	if err := json.Unmarshal([]byte(list), &journal); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	calls := map[string]int{}
	for _, order := range journal.Orders {
		if order.Outcome != "succeeded" {
			return fmt.Errorf("the journal has a call of outcome %q", order.Outcome)
		}
		calls[order.Object]++
	}
	for _, id := range made {
		if calls[id] != 1 {
			return fmt.Errorf("the journal has %d calls that made %s", calls[id], id)
		}
	}
	return nil
}

// setup stores a made-up key for a simulator in another process, and uses it from there.
func (s *story) setup(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	other := *s.player
	other.environment = slices.Concat(s.environment, []string{
		"STRIPE_MCP_SIMULATOR=false", "STRIPE_MCP_SIMULATOR_ADDR=" + address, "STRIPE_MCP_API_BASE=http://" + address,
	})
	s = &story{player: &other, known: s.known}
	end, err := s.simulator(ctx)
	if err != nil {
		return err
	}
	defer end()
	const key = "sk_test_MadeUpKeyOfTheStory0000000"
	if _, err := s.run(ctx, key+"\n", "setup", "--key-stdin", "--client", "cursor", "--yes"); err != nil {
		return err
	}
	findings, err := s.run(ctx, "", "doctor", "--offline", "--json")
	if failed := judgeDoctor(findings, len(s.line) > 1 && s.system == "linux"); failed != nil {
		return errors.Join(failed, err)
	}
	if err := s.call(ctx, call{tool: "stripe_get_customer", arguments: `{"customer_id": "{customer}"}`, shows: "{customer}"}); err != nil {
		return err
	}
	_, err = s.run(ctx, "", "setup", "--remove", "--yes")
	return err
}

// simulator starts one that answers over HTTP, and returns what ends it.
func (s *story) simulator(ctx context.Context) (end func(), err error) {
	command := s.command(ctx, "simulator")
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start a simulator: %w", err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start a simulator: %w", err)
	}
	// What it says shows that it listens.
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "SIMULATOR: ") {
		return nil, fmt.Errorf("the simulator said %q: %w", line, err)
	}
	return func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}, nil
}

// judgeDoctor says what is wrong with doctor's findings in a home with a vault. A program in an emulator cannot start itself
// again, as doctor has to for its check of the server.
func judgeDoctor(findings string, emulated bool) error {
	var doctor struct {
		Checks []struct {
			Check  string `json:"check"`
			Status string `json:"status"`
			Detail string `json:"detail"`
		} `json:"checks"`
	}
	if err := json.Unmarshal([]byte(findings), &doctor); err != nil {
		return fmt.Errorf("read what doctor found: %w", err)
	}
	opened := false
	for _, found := range doctor.Checks {
		if found.Status == "fail" && (found.Check != "server" || !emulated) {
			return fmt.Errorf("doctor found: %s: %s", found.Check, found.Detail)
		}
		opened = opened || found.Check == "key" && found.Status == "ok" && strings.Contains(found.Detail, "from the vault")
	}
	if !opened {
		return fmt.Errorf("doctor did not open the vault: %s", findings)
	}
	return nil
}
