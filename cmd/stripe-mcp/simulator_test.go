package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"stripe-mcp/internal/mcpclient"
)

const checkout = `{"mode":"subscription","line_items":[{"price":"price_starter_monthly_eur"}],"success_url":"https://shop.example/thanks"}`

// freeAddress is a loopback address that no process listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// shared is the environment of processes that use one simulator.
func shared(t *testing.T) []string {
	t.Helper()
	return []string{"STRIPE_MCP_STATE_DIR=" + t.TempDir(), "STRIPE_MCP_SIMULATOR_ADDR=" + freeAddress(t)}
}

func answered(t *testing.T, client *mcpclient.Client, tool, arguments string) map[string]any {
	t.Helper()
	got, err := client.Call(t.Context(), tool, json.RawMessage(arguments))
	if err != nil || got.IsError {
		t.Fatalf("%s: %v %s", tool, err, got.Object())
	}
	var object map[string]any
	decode(t, got.Object(), &object)
	return object
}

// TestProcessesShareTheSimulator: a hundred creations at once from each of three processes all exist afterwards.
func TestProcessesShareTheSimulator(t *testing.T) {
	t.Parallel()
	environment := append(shared(t), "STRIPE_MCP_TIMEOUT=5m") // a slow disk is not what this is about
	var wait sync.WaitGroup
	var mu sync.Mutex
	made := map[string]bool{}
	for range 3 {
		client := start(t, environment, "--simulator")
		for range 100 {
			wait.Go(func() {
				got, err := client.Call(t.Context(), "stripe_create_checkout_session", json.RawMessage(checkout))
				var session struct{ ID string }
				if err != nil || got.IsError || json.Unmarshal(got.StructuredContent, &session) != nil {
					t.Errorf("%v %s", err, got.Object())
				}
				mu.Lock()
				made[session.ID] = true
				mu.Unlock()
			})
		}
	}
	wait.Wait()
	if len(made) != 300 {
		t.Fatalf("%d sessions were answered", len(made))
	}
	reader := start(t, environment, "--simulator")
	for arguments := map[string]any{"limit": 100}; ; {
		encoded, _ := json.Marshal(arguments)
		page := answered(t, reader, "stripe_list_checkout_sessions", string(encoded))
		for _, row := range page["data"].([]any) {
			delete(made, row.(map[string]any)["id"].(string))
		}
		if page["has_more"] != true {
			break
		}
		arguments["starting_after"] = page["next_cursor"]
	}
	if len(made) != 0 {
		t.Errorf("%d of 300 sessions are lost", len(made))
	}
}

// TestKilledSimulator: what was answered before a SIGKILL is there for the next process.
func TestKilledSimulator(t *testing.T) {
	t.Parallel()
	environment := shared(t)
	var made []string
	for round := range 5 {
		cmd := command(t, environment, "--simulator")
		cmd.Stderr = nil
		client, err := mcpclient.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		answers := make(chan string)
		go func() {
			defer close(answers)
			for {
				got, err := client.Call(t.Context(), "stripe_create_customer", json.RawMessage(`{"email":"ann@example.com"}`))
				var customer struct{ ID string }
				if err != nil || json.Unmarshal(got.StructuredContent, &customer) != nil {
					return
				}
				answers <- customer.ID
			}
		}()
		for id := range answers {
			if made = append(made, id); len(made) == 10*(round+1) {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = client.Wait() // it was killed
	}
	if len(made) < 50 {
		t.Fatalf("%d customers were answered", len(made))
	}
	reader := start(t, environment, "--simulator")
	for _, id := range made {
		answered(t, reader, "stripe_get_customer", fmt.Sprintf(`{"customer_id":%q}`, id))
	}
}

// TestPagesOfTheServer: what one process makes, a person pays on the pages of another, and the first one sees it.
func TestPagesOfTheServer(t *testing.T) {
	t.Parallel()
	environment := shared(t)
	agent := start(t, environment, "--simulator")
	other := start(t, environment, "--simulator") // one of the two has the address
	session := answered(t, agent, "stripe_create_checkout_session", checkout)
	address := session["url"].(string)
	body := fetched(t, func() (*http.Response, error) { return http.Get(address) })
	token := regexp.MustCompile(`name="token" value="(\w+)"`).FindStringSubmatch(body)
	if token == nil {
		t.Fatalf("there is no form in %s", body)
	}
	body = fetched(t, func() (*http.Response, error) {
		return http.PostForm(address, url.Values{"token": {token[1]}, "email": {"ann@example.com"}, "number": {"4242424242424242"}, "expiry": {"12/34"}, "cvc": {"123"}, "name": {"Ann"}})
	})
	if !strings.Contains(body, "Payment successful") {
		t.Errorf("after paying the page is %s", body)
	}
	for _, client := range []*mcpclient.Client{agent, other} {
		paid := answered(t, client, "stripe_get_checkout_session", fmt.Sprintf(`{"session_id":%q}`, session["id"]))
		subscription := answered(t, client, "stripe_get_subscription", fmt.Sprintf(`{"subscription_id":%q}`, paid["subscription"]))
		if paid["status"] != "complete" || paid["payment_status"] != "paid" || subscription["status"] != "active" || subscription["customer"] != paid["customer"] {
			t.Errorf("session %v, subscription %v", paid, subscription)
		}
	}
}

// fetched asks until a process listens.
func fetched(t *testing.T, ask func() (*http.Response, error)) string {
	t.Helper()
	response, err := ask()
	for err != nil && t.Context().Err() == nil {
		response, err = ask()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestPagesOutliveTheirProcess: when the process that serves the pages ends, another one takes over.
func TestPagesOutliveTheirProcess(t *testing.T) {
	t.Parallel()
	environment := shared(t)
	_, address, _ := strings.Cut(environment[1], "=")
	open := func() string {
		return fetched(t, func() (*http.Response, error) { return http.Get("http://" + address + "/") })
	}
	first, err := mcpclient.Start(command(t, environment, "--simulator"))
	if err != nil {
		t.Fatal(err)
	}
	open()
	second := start(t, environment, "--simulator")
	answered(t, second, "stripe_create_customer", `{"email":"ann@example.com"}`)
	if shown := open(); !strings.Contains(shown, "ann@example.com") {
		t.Errorf("the first one's page does not show what the second one made: %s", shown)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if shown := open(); !strings.Contains(shown, "ann@example.com") {
		t.Errorf("the second one's page is %s", shown)
	}
}
