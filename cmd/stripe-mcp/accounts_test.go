package main

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/mcpclient"
)

const (
	euKey      = "sk_test_MadeUpForEurope"
	euConfig   = ".config/stripe-mcp/stripe-eu.yaml"
	ownState   = ".local/state/stripe-mcp"
	euState    = ownState + "/stripe-eu"
	aCustomer2 = `{"email":"ann@example.com"}`
)

// twoAccounts sets up the default account and another one, in three clients.
func twoAccounts(t *testing.T, stripe string) home {
	t.Helper()
	h := newHome(t)
	h.write(settings, "api_base: "+stripe+"\n")
	h.write(euConfig, "api_base: "+stripe+"\n")
	h.write(cursor, "{}")
	h.write(claude, "{}")
	h.write(".codex/config.toml", "")
	h.run(nil, setupKey, "setup", "--key-stdin", "--yes").check(t, 0)
	h.run(nil, euKey, "setup", "--key-stdin", "--yes", "--name", "stripe-eu").check(t, 0,
		"vault: "+h.file(".config/stripe-mcp/stripe-eu.vault")+": written", "key-encryption key is in "+h.file(euState)+"/vault-", "cursor: ", "claude-desktop: ", "codex: ")
	return h
}

// entries returns the entries of Cursor's file, by name.
func (h home) entries() map[string][]string {
	h.t.Helper()
	var file struct {
		Servers map[string]struct{ Args []string } `json:"mcpServers"`
	}
	if err := json.Unmarshal([]byte(h.read(cursor)), &file); err != nil {
		h.t.Fatal(err)
	}
	all := map[string][]string{}
	for name, entry := range file.Servers {
		all[name] = entry.Args
	}
	return all
}

// TestTwoAccounts: each has its own key, journal and words, and one can go without the other.
func TestTwoAccounts(t *testing.T) {
	t.Parallel()
	address := simulated(t, newHome(t))
	h := twoAccounts(t, "http://"+address)
	want := map[string][]string{"stripe": {"--config", h.file(settings)}, "stripe-eu": {"--config", h.file(euConfig)}}
	if diff := cmp.Diff(want, h.entries()); diff != "" {
		t.Fatal(diff)
	}
	for name, says := range map[string]string{"stripe": "Stripe in TEST mode", "stripe-eu": "Stripe account stripe-eu in TEST mode"} {
		cmd := command(t, nil, want[name]...)
		cmd.Env = []string{"HOME=" + h.path, "PATH=" + os.Getenv("PATH")}
		client, err := mcpclient.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		info, err := client.Initialize(t.Context())
		if title := info.ServerInfo.Title; err != nil || !strings.HasPrefix(info.Instructions, says) || strings.Contains(title, "stripe-eu") != (name == "stripe-eu") {
			t.Errorf("%s: %v, %s, %s", name, err, title, info.Instructions)
		}
		answered(t, client, "stripe_create_customer", aCustomer2)
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, log := range []string{ownState, euState} {
		if made := strings.Count(h.read(log+"/journal/journal.jsonl"), `"event":"intent"`); made != 1 {
			t.Errorf("%s has %d intents", log, made)
		}
	}
	for _, file := range []string{settings, euConfig} {
		got := h.run(nil, "", "doctor", "--config", h.file(file))
		got.check(t, 0, "Cursor: "+h.file(cursor), "Cursor: "+h.file(cursor)+", stripe-eu", "ok    server")
		if strings.Contains(got.String(), "uses another configuration") || strings.Contains(got.String(), "warn ") {
			t.Errorf("doctor warns: %v", got)
		}
	}

	h.run(nil, "", "setup", "--remove", "--yes").check(t, 0, "cursor: "+h.file(cursor)+": entry removed",
		"claude-desktop, cursor, codex: stripe-eu stays, which is another account: stripe-mcp setup --remove --name stripe-eu\n", h.file(settings)+" stays, with your settings", "journal: "+h.file(ownState+"/journal")+" stays")
	if diff := cmp.Diff(map[string][]string{"stripe-eu": want["stripe-eu"]}, h.entries()); diff != "" {
		t.Error(diff)
	}
	h.run(nil, "", "call", "stripe_list_subscriptions", "--config", h.file(euConfig)).check(t, 0)
	h.run(nil, "", "call", "stripe_list_subscriptions").check(t, 3, "no Stripe secret key")
	h.run(nil, setupKey, "setup", "--key-stdin", "--yes").check(t, 0)
	h.run(nil, "", "setup", "--remove", "--yes", "--name", "stripe-eu").check(t, 0, "cursor: "+h.file(cursor)+": entry removed", "claude-desktop, cursor, codex: stripe stays, which is another account: stripe-mcp setup --remove\n")
	if diff := cmp.Diff(map[string][]string{"stripe": want["stripe"]}, h.entries()); diff != "" {
		t.Error(diff)
	}
	for path := range h.files() {
		if strings.Contains(path, "stripe-eu.vault") || strings.HasPrefix(path, euState+"/vault-") {
			t.Errorf("%s stays", path)
		}
	}
	h.run(nil, "", "call", "stripe_list_subscriptions").check(t, 0)
}

// TestOneAccountLeavesNothing: what setup made of an account goes again, and what others use stays as it is.
func TestOneAccountLeavesNothing(t *testing.T) {
	t.Parallel()
	stripe := []string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}
	h := newHome(t)
	h.write(cursor, "{}")
	h.run(stripe, setupKey, "setup", "--key-stdin", "--yes").check(t, 0)
	before := h.files()
	h.run(stripe, "", "setup", "--remove", "--yes", "--name", "stripe-eu").check(t, 0)
	if diff := cmp.Diff(before, h.files()); diff != "" {
		t.Errorf("removing what was never there changes something:\n%s", diff)
	}
	h.run(stripe, euKey, "setup", "--key-stdin", "--yes", "--name", "stripe-eu").check(t, 0)
	h.run(stripe, "", "setup", "--remove", "--yes", "--name", "stripe-eu").check(t, 0, "configuration: "+h.file(euConfig)+": removed, because it said nothing else")
	if _, err := os.Stat(h.file(euState)); !os.IsNotExist(err) {
		t.Errorf("its state folder stays: %v", err)
	}
	after := h.files()
	for path, text := range before {
		if after[path] != text {
			t.Errorf("%s was %s and is %s", path, text, after[path])
		}
	}
	for path := range after {
		if _, was := before[path]; !was && !strings.HasSuffix(path, ".before-stripe-mcp") {
			t.Errorf("%s stays", path)
		}
	}
}

// TestANameIsTaken: nothing that one account uses becomes another's.
func TestANameIsTaken(t *testing.T) {
	t.Parallel()
	stripe := fakeStripe(t)
	tests := map[string]struct {
		arguments []string
		text      string
	}{
		"a name that another configuration has": {[]string{"--name", "stripe-eu", "--config", "HOME/other.yaml"},
			"nothing was changed: Claude Desktop has an entry stripe-eu already, which uses another configuration, HOME/" + euConfig + "\nhint: choose another --name, or add --config HOME/" + euConfig},
		"the default name":                  {[]string{"--config", "HOME/other.yaml"}, "has an entry stripe already, which uses another configuration, HOME/" + settings},
		"the configuration of the default":  {[]string{"--name", "stripe-us", "--config", "HOME/" + settings}, "is the configuration of the account \"stripe\"\nhint: name another file with --config"},
		"the configuration of another name": {[]string{"--name", "stripe-us", "--config", "HOME/" + euConfig}, "is the configuration of the account \"stripe-eu\""},
		"another's, by the default name":    {[]string{"--name", "stripe", "--config", "HOME/" + euConfig}, "is the configuration of the account \"stripe-eu\""},
		"a name that cannot be":             {[]string{"--name", "Stripe EU"}, "--name must be up to 20 lower-case letters"},
		"a name that is too long":           {[]string{"--name", strings.Repeat("n", 21)}, "--name must be up to 20 lower-case letters"},
		"a name that is a file of ours":     {[]string{"--name", "config"}, "none of config, journal and simulator"},
	}
	h := twoAccounts(t, stripe)
	h.write("other.yaml", "api_base: "+stripe+"\n")
	before := h.files()
	for why, tt := range tests { //nolint:paralleltest // they share a home, which must not change
		t.Run(why, func(t *testing.T) {
			arguments := []string{"setup", "--key-stdin", "--yes"}
			for _, argument := range tt.arguments {
				arguments = append(arguments, strings.ReplaceAll(argument, "HOME", h.path))
			}
			h.run(nil, "sk_test_MadeUpForAThird", arguments...).check(t, 3, strings.ReplaceAll(tt.text, "HOME", h.path))
			if diff := cmp.Diff(before, h.files()); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
		})
	}
	h.run(nil, "", "setup", "--yes", "--name", "stripe-eu").check(t, 0, "cursor: "+h.file(cursor)+": unchanged")
	h.run(nil, "", "setup", "--yes", "--config", h.file(euConfig)).check(t, 0, "cursor: "+h.file(cursor)+": unchanged")
	h.run(nil, "", "setup", "--remove", "--yes", "--config", h.file("other.yaml")).check(t, 0,
		"codex: stripe stays, which is another account: stripe-mcp setup --remove\n", "codex: stripe-eu stays, which is another account: stripe-mcp setup --remove --name stripe-eu\n")
	if len(h.entries()) != 2 {
		t.Errorf("left are %v", h.entries())
	}
	h.write(".gemini/settings.json", `{"mcpServers": {"My payments": {"command": "stripe-mcp"}}}`)
	h.run(nil, "", "setup", "--remove", "--yes", "--config", h.file("other.yaml")).check(t, 0, "gemini-cli: My payments stays, because setup did not make it\n")
	h.erase("other.yaml")
	h.run(nil, "", "setup", "--remove", "--yes", "--name", "stripe-eu", "--config", h.file(euConfig)).check(t, 0, "entry removed")
}

// TestWordsForAnAccount: what a person is told to do is for the account that is meant, and not for the default one.
func TestWordsForAnAccount(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(euConfig, "account_name: stripe-eu\n")
	meant := "stripe-mcp --config " + h.file(euConfig)
	h.run(nil, "", "call", "stripe_get_customer", "customer_id=cus_1", "--config", h.file(euConfig)).check(t, 3, "run "+meant+" setup, which stores one encrypted")
	h.run(nil, "", "tools", "--config", h.file(euConfig)).check(t, 0, "off: lookup (", "; "+meant+" setup --toolset lookup switches it on")
	h.run(nil, "", "doctor", "--config", h.file(euConfig)).check(t, 3, "hint: run "+meant+" setup, which stores one encrypted", "no AI client has an entry for this program\nhint: run "+meant+" setup")
	lost := []string{testKey, "STRIPE_MCP_API_BASE=" + mute(t)}
	settle := "or run " + meant + " journal settle "
	h.run(lost, "", "call", "stripe_create_customer", "email=ann@example.com", "--config", h.file(euConfig)).check(t, 7)
	h.run(lost, "", "doctor", "--offline", "--config", h.file(euConfig)).check(t, 3, settle)
	h.run(lost, "", "journal", "list", "--config", h.file(euConfig)).check(t, 0, settle)
	h.run(lost, "", "journal", "list", "--json", "--config", h.file(euConfig)).check(t, 0, settle)
}

// TestTheQuestionNamesTheAccount: a person with two accounts sees which one is meant.
func TestTheQuestionNamesTheAccount(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(euConfig, "account_name: stripe-eu\nsimulator: true\nconfirm: always\nsimulator_addr: "+freeAddress(t)+"\n")
	cmd := command(t, nil, "--config", h.file(euConfig))
	cmd.Env = h.environment()
	asked := make(chan string, 1)
	client, err := mcpclient.StartWatched(cmd, func(line []byte) {
		var question struct {
			ID     json.RawMessage
			Params struct{ Message string }
		}
		if json.Unmarshal(line, &question) == nil && question.Params.Message != "" {
			asked <- question.Params.Message
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Request(t.Context(), "initialize", map[string]any{
		"protocolVersion": "2025-11-25", "capabilities": map[string]any{"elicitation": map[string]any{"form": struct{}{}}}, "clientInfo": map[string]string{"name": "c", "version": "1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	id := client.Expect(func(mcpclient.Response) {})
	if err := client.Send(id, "tools/call", map[string]any{"name": "stripe_create_customer", "arguments": json.RawMessage(aCustomer2)}); err != nil {
		t.Fatal(err)
	}
	if got := <-asked; !strings.HasPrefix(got, "On the account stripe-eu: Stripe, SIMULATOR mode: ") {
		t.Errorf("the question is %s", got)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
}

// simulated starts the simulator of a home and returns where it answers.
func simulated(t *testing.T, h home, arguments ...string) string {
	t.Helper()
	address := freeAddress(t)
	serveSimulator(t, h, address, arguments...)
	return address
}

// serveSimulator shows the simulator of a home at an address, until the test ends.
func serveSimulator(t *testing.T, h home, address string, arguments ...string) {
	t.Helper()
	cmd := command(t, nil, append([]string{"simulator"}, arguments...)...)
	cmd.Env = h.environment("STRIPE_MCP_SIMULATOR_ADDR=" + address)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
			return
		}
		if t.Context().Err() != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestSimulatorsOfTwoAccounts: each has a state and an address of its own. Where they share an address all the same, the pages
// of one are not offered as those of the other.
func TestSimulatorsOfTwoAccounts(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(euConfig, "account_name: stripe-eu\nsimulator: true\n")
	session := []string{"call", "stripe_create_checkout_session", "mode=payment", "success_url=https://shop.example/ok", `line_items=[{"price":"price_tshirt_eur"}]`}
	eu := append(slices.Clone(session), "--config", h.file(euConfig))
	own := h.run(nil, "", append(session, "--simulator")...)
	own.check(t, 0, `"url":"http://127.0.0.1:4343/c/pay/`)
	other := h.run(nil, "", eu...)
	other.check(t, 0, `"url":"http://127.0.0.1:`, `#to-open-run=stripe-mcp+--config+`+h.file(euConfig)+`+simulator"`, "To open the page, start: stripe-mcp --config "+h.file(euConfig)+" simulator\n")
	if strings.Contains(other.stdout, "127.0.0.1:4343/") {
		t.Errorf("both are at one address: %v", other)
	}
	for _, folder := range []string{ownState, euState} {
		if _, err := os.Stat(h.file(folder + "/simulator/state.db")); err != nil {
			t.Error(err)
		}
	}

	address := simulated(t, h)
	at := []string{"STRIPE_MCP_SIMULATOR_ADDR=" + address}
	if got := h.run(at, "", append(session, "--simulator")...); got.code != 0 || got.stderr != "" {
		t.Errorf("the page is there, and yet: %v", got)
	}
	h.run(at, "", eu...).check(t, 0, "The page is not there: "+address+" shows the simulator of another account. Choose another address with simulator_addr.")
	h.run(at, "", "simulator", "--config", h.file(euConfig)).check(t, 3, address+" shows the simulator of another account; choose another address with simulator_addr")

	var stderr strings.Builder
	cmd := command(t, nil, "--config", h.file(euConfig))
	cmd.Env, cmd.Stderr = h.environment(at...), &stderr
	client, err := mcpclient.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	url, _ := answered(t, client, "stripe_create_checkout_session", checkout)["url"].(string)
	page, err := http.Get(url)
	if err != nil || page.StatusCode != http.StatusNotFound {
		t.Errorf("the page of one account at the other's address: %v, %v", page, err)
	}
	if err := client.Close(); err != nil {
		t.Error(err)
	}
	if said := stderr.String(); !strings.Contains(said, "pages are not shown") || !strings.Contains(said, address) {
		t.Errorf("the server says %s", said)
	}
}

// TestSetupsAtOnce: none of several setups undoes what another one has done.
func TestSetupsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	stripe := []string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}
	h.write(cursor, "{}")
	names := []string{"stripe", "stripe-eu", "stripe-us", "stripe-jp"}
	var running sync.WaitGroup
	for _, name := range append(names, names...) {
		running.Go(func() {
			h.run(stripe, setupKey, "setup", "--key-stdin", "--yes", "--name", name).check(t, 0, "cursor: "+h.file(cursor))
		})
	}
	running.Wait()
	if got := slices.Sorted(maps.Keys(h.entries())); !slices.Equal(got, []string{"stripe", "stripe-eu", "stripe-jp", "stripe-us"}) {
		t.Errorf("the entries are %v", got)
	}
	openers := 0
	for path := range h.files() {
		if strings.Contains(path, "vault-") {
			openers++
		}
	}
	if openers != len(names) {
		t.Errorf("%d keys open %d vaults", openers, len(names))
	}
}
