package main

import (
	"bytes"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sudo runs the program as root in another user's home.
func (h home) sudo(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	err := filepath.WalkDir(h.path, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, 12345, 12345)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// places returns the paths of all that is in the home, folders included.
func (h home) places(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(h.path, func(path string, _ fs.DirEntry, err error) error {
		all = append(all, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestUnderSudo: root makes nothing of its own in another user's home, and doctor says what is wrong.
func TestUnderSudo(t *testing.T) {
	t.Parallel()
	stripe := []string{"STRIPE_MCP_API_BASE=" + fakeStripe(t)}
	for why, tt := range map[string]struct {
		arguments []string
		text      string
	}{
		"setup":                   {[]string{"setup", "--key-stdin", "--yes"}, "nothing was changed: this is root, and HOME belongs to another user, whose files would become root's\nhint: run it as that user, without sudo"},
		"setup --status":          {[]string{"setup", "--status"}, "this is root, and HOME belongs to another user"},
		"setup --remove":          {[]string{"setup", "--remove", "--yes"}, "hint: run it as that user, without sudo"},
		"another's place":         {[]string{"setup", "--key-stdin", "--yes", "--config", "HOME/new/config.yaml"}, "hint: run it as that user, without sudo"},
		"doctor":                  {[]string{"doctor"}, "fail  user     this is root, and HOME belongs to another user, whose files would become root's\nhint: run it as that user, without sudo"},
		"doctor on the simulator": {[]string{"doctor", "--simulator"}, "fail  user     this is root, and "},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h, roots := newHome(t), newHome(t)
			h.write(cursor, "{}")
			h.sudo(t)
			before, whole := h.files(), h.places(t)
			for i := range tt.arguments {
				tt.arguments[i] = strings.ReplaceAll(tt.arguments[i], "HOME", h.path)
			}
			run := h
			if why == "another's place" {
				run = roots
			}
			run.run(stripe, setupKey, tt.arguments...).check(t, 3, strings.ReplaceAll(tt.text, "HOME", h.path))
			if diff := cmp.Diff(before, h.files()) + cmp.Diff(whole, h.places(t)); diff != "" {
				t.Errorf("something was changed:\n%s", diff)
			}
			if len(roots.files()) > 0 {
				t.Error("root's own home is not empty")
			}
		})
	}
}

// TestWithoutAHome: nothing lands in the working directory, and nothing is read there.
func TestWithoutAHome(t *testing.T) {
	t.Parallel()
	const noHome = "there is no home folder: HOME is not set to an absolute path\nhint: set HOME"
	stripe := "STRIPE_MCP_API_BASE=" + fakeStripe(t)
	for why, tt := range map[string]struct {
		environment, arguments []string
		code                   int
		text                   string
	}{
		"unset":              {nil, []string{"setup", "--key-stdin", "--yes"}, 3, "nothing was changed: " + noHome},
		"relative":           {[]string{"HOME=home"}, []string{"setup", "--key-stdin", "--yes"}, 3, noHome},
		"removal":            {nil, []string{"setup", "--remove", "--yes"}, 3, noHome},
		"no state folder":    {nil, []string{"setup", "--key-stdin", "--yes", "--config", "ELSEWHERE/c.yaml"}, 3, noHome},
		"a client's file":    {[]string{"STRIPE_MCP_STATE_DIR=ELSEWHERE/state"}, []string{"setup", "--key-stdin", "--yes", "--config", "ELSEWHERE/c.yaml", "--client", "cursor"}, 3, noHome},
		"not needed":         {[]string{"STRIPE_MCP_STATE_DIR=ELSEWHERE/state"}, []string{"setup", "--key-stdin", "--yes", "--config", "ELSEWHERE/c.yaml"}, 0, "No AI client was found"},
		"only to be shown":   {[]string{"STRIPE_MCP_STATE_DIR=ELSEWHERE/state"}, []string{"setup", "--print", "--config", "ELSEWHERE/c.yaml"}, 0, "would be written"},
		"status":             {nil, []string{"setup", "--status"}, 3, noHome},
		"a client's status":  {nil, []string{"setup", "--status", "--client", "cursor"}, 3, "fail  cursor: " + noHome},
		"doctor":             {nil, []string{"doctor"}, 3, "warn  config   " + noHome},
		"doctor, simulating": {nil, []string{"doctor", "--simulator"}, 0, "warn  journal  in memory only, as is all that the simulator makes: " + noHome},
		"doctor, relative":   {[]string{"HOME=."}, []string{"doctor"}, 3, "no AI client has an entry"},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h, elsewhere := newHome(t), t.TempDir()
			h.write(cursor, `{"mcpServers": {"stripe": {"command": "`+filepath.Join(h.path, "stripe-mcp")+`"}}}`)
			before := h.files()
			fill := func(texts []string) (filled []string) {
				for _, text := range texts {
					filled = append(filled, strings.ReplaceAll(text, "ELSEWHERE", elsewhere))
				}
				return filled
			}
			cmd := command(t, nil, fill(tt.arguments)...)
			cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "DBUS_SESSION_BUS_ADDRESS=disabled:", stripe}, fill(tt.environment)...)
			cmd.Dir = h.path
			cmd.Stdin = strings.NewReader(setupKey)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			_ = cmd.Run() // its exit code is checked
			ended{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}.check(t, tt.code, tt.text)
			if diff := cmp.Diff(before, h.files()); diff != "" {
				t.Errorf("something was written into the working directory:\n%s", diff)
			}
		})
	}
}

// TestWhereverTheClientStartsIt: what setup wrote works in a client that gives the server another home, none, or other folders.
// Reads open the vault, and writes use the journal.
func TestWhereverTheClientStartsIt(t *testing.T) {
	t.Parallel()
	stripe := writableStripe(t)
	for before, prepare := range map[string]func(h home){
		"a new configuration": func(home) {},
		"one of an earlier version": func(h home) {
			h.write(settings, "# mine\ntimeout: 20s # short\nkey_in_vault: test\n")
		},
	} {
		for why, environment := range map[string][]string{
			"no HOME":           nil,
			"no such home":      {"HOME=/nonexistent"},
			"an empty HOME":     {"HOME="},
			"a relative HOME":   {"HOME=."},
			"flatpak's folders": {"HOME=HOMEDIR", "XDG_STATE_HOME=HOMEDIR/.var/app/state", "XDG_CONFIG_HOME=HOMEDIR/.var/app/config"},
			"a home of its own": {"HOME=HOMEDIR/.var/app/home"},
		} {
			t.Run(before+" and "+why, func(t *testing.T) {
				t.Parallel()
				h := newHome(t)
				prepare(h)
				h.write(cursor, "{}")
				h.run([]string{"STRIPE_MCP_API_BASE=" + stripe}, setupKey, "setup", "--key-stdin", "--yes").check(t, 0, "entry written")
				if got := h.read(settings); !strings.HasPrefix(got, "# ") || strings.Count(got, "state_dir: "+h.file(".local/state/stripe-mcp")+"\n") != 1 {
					t.Errorf("the configuration is %s", got)
				}
				h.write(settings, h.read(settings)+"api_base: "+stripe+"\n")
				made := h.files()
				cmd := started(t, h.read(cursor))
				cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "DBUS_SESSION_BUS_ADDRESS=disabled:"}
				for _, variable := range environment {
					cmd.Env = append(cmd.Env, strings.ReplaceAll(variable, "HOMEDIR", h.path))
				}
				client := handshake(t, cmd)
				for tool, arguments := range map[string]any{
					"stripe_get_customer": map[string]string{"customer_id": "cus_1"}, "stripe_create_customer": map[string]string{"email": "ann@shop.example"},
				} {
					if got, err := client.Call(t.Context(), tool, arguments); err != nil || got.IsError {
						t.Errorf("%s: %v %s", tool, err, got.Object())
					}
				}
				for path := range h.files() {
					if _, was := made[path]; !was && !strings.HasPrefix(path, ".local/state/stripe-mcp/") {
						t.Errorf("%s was made", path)
					}
				}
				if !strings.Contains(h.read(".local/state/stripe-mcp/journal/journal.jsonl"), "stripe_create_customer") {
					t.Error("the journal does not know of the creation")
				}
			})
		}
	}
}

// writableStripe answers reads and creations of customers.
func writableStripe(t *testing.T) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := aCustomer
		if r.URL.Path == "/v1/account" {
			body = `{"id":"acct_1MadeUp","object":"account"}`
		}
		w.Header().Set("Request-Id", "req_1MadeUp")
		_, _ = io.WriteString(w, body)
	})
}

// TestAMovedHome: the state folder that the configuration names is gone. That is said, and what to do.
func TestAMovedHome(t *testing.T) {
	t.Parallel()
	h := healthy(t, fakeStripe(t), setupKey)
	moved := home{t, filepath.Join(t.TempDir(), "moved")}
	if err := os.Rename(h.path, moved.path); err != nil {
		t.Fatal(err)
	}
	const advice = "correct or remove state_dir in the configuration if it names an old folder"
	call := []string{"call", "stripe_get_customer", "customer_id=cus_1"}
	moved.run(nil, "", call...).check(t, 3, h.file(".local/state/stripe-mcp/vault-"), "does not exist", "or the home folder was moved", advice)
	moved.run(nil, "", "doctor", "--offline").check(t, 3, "or the home folder was moved", advice)
	moved.write(settings, strings.ReplaceAll(moved.read(settings), "state_dir: ", "# state_dir: "))
	moved.run(nil, "", call...).check(t, 0)
	moved.run(nil, "", "setup", "--yes").check(t, 0, "config.vault: unchanged")
	if err := os.MkdirAll(h.path, 0o700); err != nil { // where the test's own clean-up looks for it
		t.Fatal(err)
	}
}

// TestClaudeCodeElsewhere: CLAUDE_CONFIG_DIR says where Claude Code keeps its file.
func TestClaudeCodeElsewhere(t *testing.T) {
	t.Parallel()
	stripe := "STRIPE_MCP_API_BASE=" + fakeStripe(t)
	for why, tt := range map[string]struct {
		folder, other string // of HOME
		arguments     []string
		code          int
		text, written string
	}{
		"named":            {"HOME/x", "", []string{"--client", "claude-code"}, 0, "claude-code: HOME/x/.claude.json: entry written", "x/.claude.json"},
		"found":            {"HOME/x", "x/settings.json", nil, 0, "claude-code: HOME/x/.claude.json: entry written", "x/.claude.json"},
		"not there":        {"HOME/x", ".claude.json", nil, 0, "No AI client was found", ""},
		"empty":            {"", ".claude.json", nil, 0, "claude-code: HOME/.claude.json: entry written", ".claude.json"},
		"relative":         {"x", ".claude.json", nil, 3, "claude-code: CLAUDE_CONFIG_DIR is not an absolute path", ""},
		"relative, named":  {"./x", "", []string{"--client", "claude-code"}, 3, "hint: write the whole path there", ""},
		"relative, unused": {"x", "", nil, 0, "No AI client was found", ""},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			if tt.other != "" {
				h.write(tt.other, "{}")
			}
			environment := []string{stripe, "CLAUDE_CONFIG_DIR=" + strings.ReplaceAll(tt.folder, "HOME", h.path)}
			h.run(environment, setupKey, append([]string{"setup", "--key-stdin", "--yes"}, tt.arguments...)...).check(t, tt.code, strings.ReplaceAll(tt.text, "HOME", h.path))
			for path, text := range h.files() {
				if strings.HasSuffix(path, ".claude.json") && strings.Contains(text, "stripe-mcp") != (path == tt.written) {
					t.Errorf("%s holds %s", path, text)
				}
			}
			if tt.written != "" {
				h.run(append(environment, "XDG_RUNTIME_DIR=/"), "", "doctor", "--offline").check(t, 0, "Claude Code: "+h.file(tt.written))
				h.run(environment, "", "setup", "--remove", "--yes").check(t, 0, h.file(tt.written)+": entry removed")
			}
		})
	}
}
