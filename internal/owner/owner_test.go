package owner_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/owner"
)

const program = "/opt/stripe-mcp"

// home is a user's folder with the configurations of two accounts and of one elsewhere, and Cursor's file.
type home struct{ path string }

func newHome(t *testing.T) home {
	t.Helper()
	h := home{t.TempDir()}
	h.write(t, h.settings("config.yaml"), "key_in_vault: test\n")
	h.write(t, h.settings("stripe-eu.yaml"), "account_name: stripe-eu\n")
	h.write(t, h.file("else where.yaml"), "account_name: stripe-us\n")
	return h
}

func (h home) file(name string) string     { return filepath.Join(h.path, name) }
func (h home) settings(name string) string { return filepath.Join(h.path, ".config/stripe-mcp", name) }
func (h home) environ() []string           { return []string{"HOME=" + h.path} }

func (h home) write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// cursor returns Cursor with entries of ours, each with the configuration that it uses, or with none.
func (h home) cursor(t *testing.T, entries map[string]string) []clients.Client {
	t.Helper()
	servers := map[string]any{"other": map[string]any{"command": "other"}}
	for name, configuration := range entries {
		entry := map[string]any{"command": program}
		if configuration != "" {
			entry["args"] = []string{"--config", configuration}
		}
		servers[name] = entry
	}
	text, err := json.Marshal(map[string]any{"mcpServers": servers})
	if err != nil {
		t.Fatal(err)
	}
	h.write(t, h.file(".cursor/mcp.json"), string(text))
	all, err := clients.Select(clients.All(func(name string) string { return map[string]string{"HOME": h.path}[name] }, "linux"), []string{"cursor"})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// account returns an account that setup is run for.
func (h home) account(t *testing.T, name, path string) owner.Account {
	t.Helper()
	cfg, err := config.Load(config.Options{Setup: true, Name: name, Path: path, Env: h.environ()})
	if err != nil {
		t.Fatal(err)
	}
	return owner.Account{Config: cfg, Program: program, Environ: h.environ()}
}

// TestWhoseAnEntryIs tells what setup may do about an entry of Cursor's, for an account.
func TestWhoseAnEntryIs(t *testing.T) {
	t.Parallel()
	for why, tt := range map[string]struct {
		name, path string            // of the account that is set up
		entries    map[string]string // by name: the configuration that each uses
		refused    string            // why setup does not add an entry
		removes    bool              // whether removal looks at the client
		others     []string          // what removal says of the other entries
	}{
		"none":                               {"", "", nil, "", true, nil},
		"the default one's":                  {"", "", map[string]string{"stripe": ""}, "", true, nil},
		"with its configuration":             {"", "", map[string]string{"stripe": "CONFIG/config.yaml"}, "", true, nil},
		"with a configuration that is gone":  {"", "", map[string]string{"stripe": "HOME/gone.yaml"}, "", true, nil},
		"with another's":                     {"", "", map[string]string{"stripe": "HOME/else where.yaml"}, "choose another --name, or add --config \"HOME/else where.yaml\"", false, []string{"cursor: stripe stays, which is another account: stripe-mcp setup --remove --config \"HOME/else where.yaml\""}},
		"two accounts, the default one":      {"", "", map[string]string{"stripe": "", "stripe-eu": "CONFIG/stripe-eu.yaml"}, "", true, []string{"cursor: stripe-eu stays, which is another account: stripe-mcp setup --remove --name stripe-eu"}},
		"two accounts, the other one":        {"stripe-eu", "", map[string]string{"stripe": "", "stripe-eu": "CONFIG/stripe-eu.yaml"}, "", true, []string{"cursor: stripe stays, which is another account: stripe-mcp setup --remove"}},
		"its name without its configuration": {"stripe-eu", "", map[string]string{"stripe-eu": ""}, "has an entry stripe-eu already, which uses another configuration, CONFIG/config.yaml", false, []string{"cursor: stripe-eu stays, which is another account: stripe-mcp setup --remove --name stripe-eu --config CONFIG/config.yaml"}},
		"its configuration, another's name":  {"stripe-us", "HOME/else where.yaml", map[string]string{"stripe-xx": "HOME/else where.yaml"}, "else where.yaml is the configuration of the entry stripe-xx of Cursor", true, []string{"cursor: stripe-xx stays, which is another account: stripe-mcp setup --remove --name stripe-xx --config \"HOME/else where.yaml\""}},
		"one that is yet to be made":         {"stripe-us", "HOME/new.yaml", map[string]string{"stripe-xx": "HOME/x/../new.yaml"}, "new.yaml is the configuration of the entry stripe-xx of Cursor", true, []string{"cursor: stripe-xx stays, which is another account: stripe-mcp setup --remove --name stripe-xx"}},
		"a name that setup does not give":    {"", "", map[string]string{"My Stripe": ""}, "", true, []string{"cursor: My Stripe stays, because setup did not make it"}},
		"a removed account":                  {"", "", map[string]string{"stripe-xx": "HOME/gone.yaml"}, "", true, []string{"cursor: stripe-xx stays, which is another account: stripe-mcp setup --remove --name stripe-xx"}},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			fill := strings.NewReplacer("HOME", h.path, "CONFIG", h.settings(""))
			entries := map[string]string{}
			for name, path := range tt.entries {
				entries[name] = fill.Replace(path)
			}
			all := h.cursor(t, entries)
			a := h.account(t, tt.name, fill.Replace(tt.path))
			if err := a.Check(all); tt.refused == "" && err != nil || tt.refused != "" && (err == nil || !strings.Contains(err.Error(), fill.Replace(tt.refused))) {
				t.Errorf("adding: %v", err)
			}
			if removes := len(a.Without(all)) == 1; removes != tt.removes {
				t.Errorf("removal looks at the client: %v", removes)
			}
			want := slices.Clone(tt.others)
			for i := range want {
				want[i] = fill.Replace(want[i])
			}
			if diff := cmp.Diff(want, a.Others(all)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAConfigurationNobodyMayLookAt is another account's, as far as anybody knows.
func TestAConfigurationNobodyMayLookAt(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	h.write(t, h.file("file"), "")
	below := h.file("file/config.yaml") // the system says that a file is no folder, not that there is none
	all := h.cursor(t, map[string]string{"stripe": below})
	if err := h.account(t, "", "").Check(all); err == nil {
		t.Error("it was taken for one that is gone")
	}
}

// TestOtherNamesOfAConfiguration: a link to an account's configuration is that configuration, and a key in a name is not shown.
func TestOtherNamesOfAConfiguration(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	link, key := h.file("link.yaml"), h.file("sk_live_MadeUpMadeUpMadeUp")
	if err := os.Symlink(h.settings("config.yaml"), link); err != nil {
		t.Fatal(err)
	}
	h.write(t, key, "")
	if err := h.account(t, "", "").Check(h.cursor(t, map[string]string{"stripe": link})); err != nil {
		t.Errorf("a link: %v", err)
	}
	all := h.cursor(t, map[string]string{"stripe": key})
	err := h.account(t, "", "").Check(all)
	if err == nil || strings.Contains(err.Error(), "MadeUp") || strings.Contains(strings.Join(h.account(t, "", "").Others(all), ""), "MadeUp") {
		t.Errorf("a key: %v", err)
	}
}

// TestRepair: the command sets up the account that the entry is of.
func TestRepair(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	all := h.cursor(t, map[string]string{
		"stripe": "", "stripe-eu": h.settings("stripe-eu.yaml"), "stripe-us": h.file("else where.yaml"), "stripe-xx": h.file("gone.yaml"), "My Stripe": "",
	})
	entries, err := all[0].Ours(program)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, entry := range entries {
		got[entry.Name] = owner.Repair(all[0], entry, h.environ())
	}
	if diff := cmp.Diff(map[string]string{
		"stripe":    "run stripe-mcp setup --client cursor",
		"stripe-eu": "run stripe-mcp setup --client cursor --name stripe-eu",
		"stripe-us": "run stripe-mcp setup --client cursor --name stripe-us --config \"" + h.file("else where.yaml") + "\"",
		"stripe-xx": "run stripe-mcp setup --client cursor --name stripe-xx",
		"My Stripe": "correct or remove the entry My Stripe in " + h.file(".cursor/mcp.json"),
	}, got); diff != "" {
		t.Error(diff)
	}
	variable := clients.Named{Name: "stripe", Entry: clients.Entry{Env: map[string]string{"STRIPE_MCP_CONFIG": h.file("else where.yaml")}}}
	if used := owner.ConfigOf(variable, h.environ()); used != h.file("else where.yaml") {
		t.Errorf("a variable's configuration is %s", used)
	}
}
