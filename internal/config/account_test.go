package config_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"stripe-mcp/internal/config"
	"stripe-mcp/tools"
)

// TestAccountNames: clients put the name of a server before that of each tool. They show no tools when that becomes too long.
// Claude Code allows 64 characters with its own mcp__ and __. Cursor allows 60 for both names.
func TestAccountNames(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("n", 20)
	for _, name := range []string{"a", "stripe-eu", "stripe_eu", "2nd", longest, " eu "} {
		c, err := config.Load(config.Options{Name: name, Setup: true, Env: []string{"HOME=/home/ann"}})
		if err != nil || c.AccountName != strings.TrimSpace(name) || filepath.Base(c.Path()) != c.Name()+".yaml" {
			t.Errorf("%q: %q, %v", name, c.AccountName, err)
		}
	}
	for _, name := range []string{longest + "n", "Stripe", "-a", "_a", "a b", "a/b", "..", "é", "a.b", "config", "journal", "simulator", "nul", "com1"} {
		if c, err := config.Load(config.Options{Name: name, Setup: true, Env: []string{"HOME=/home/ann"}}); err == nil || c.AccountName != "" || c.Path() != "/home/ann/.config/stripe-mcp/config.yaml" {
			t.Errorf("%q: %q, %q, %v", name, c.AccountName, c.Path(), err)
		}
	}
	for _, tool := range tools.All() {
		if inClaude, inCursor := "mcp__"+longest+"__"+tool.Name, longest+tool.Name; len(inClaude) > 64 || len(inCursor) > 60 {
			t.Errorf("%s is too long: %d characters in Claude Code, %d in Cursor", tool.Name, len(inClaude), len(inCursor))
		}
	}
}

// TestPlacesOfAccounts: each account has places of its own, however it is configured.
func TestPlacesOfAccounts(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	folder, state := filepath.Join(home, ".config/stripe-mcp"), filepath.Join(home, ".local/state/stripe-mcp")
	writeAt(t, filepath.Join(folder, "toml-one.toml"), "")
	writeAt(t, filepath.Join(folder, "set-up.yaml"), "account_name: set-up\n")
	writeAt(t, filepath.Join(folder, "own-places.yaml"), "account_name: own-places\nstate_dir: /srv/eu\nsimulator_addr: 127.0.0.1:4000\n")
	for why, tt := range map[string]struct {
		options           config.Options
		variables         []string
		path, name, state string
	}{
		"the default one":                 {config.Options{Setup: true}, nil, folder + "/config.yaml", "stripe", state},
		"the default one, by its name":    {config.Options{Setup: true, Name: "stripe"}, nil, folder + "/config.yaml", "stripe", state},
		"a new one":                       {config.Options{Setup: true, Name: "eu"}, nil, folder + "/eu.yaml", "eu", state + "/eu"},
		"a new one elsewhere":             {config.Options{Setup: true, Name: "eu", Path: home + "/x.json"}, nil, home + "/x.json", "eu", state + "/eu"},
		"in another format":               {config.Options{Setup: true, Name: "toml-one"}, nil, folder + "/toml-one.toml", "toml-one", state + "/toml-one"},
		"one that is set up, by its file": {config.Options{Path: folder + "/set-up.yaml"}, nil, folder + "/set-up.yaml", "set-up", state + "/set-up"},
		"set up again":                    {config.Options{Setup: true, Name: "set-up"}, nil, folder + "/set-up.yaml", "set-up", state + "/set-up"},
		"with places of its own":          {config.Options{Path: folder + "/own-places.yaml"}, nil, folder + "/own-places.yaml", "own-places", "/srv/eu"},
		"another state folder for all":    {config.Options{Setup: true, Name: "eu"}, []string{"STATE_DIR=/srv/state"}, folder + "/eu.yaml", "eu", "/srv/state/eu"},
		"another default configuration":   {config.Options{Setup: true, Name: "eu"}, []string{"CONFIG=" + home + "/mine.yaml"}, folder + "/eu.yaml", "eu", state + "/eu"},
		"a variable at setup":             {config.Options{Setup: true}, []string{"ACCOUNT_NAME=eu"}, folder + "/config.yaml", "stripe", state},
		"a variable of a server's":        {config.Options{Simulator: true}, []string{"ACCOUNT_NAME=eu"}, folder + "/config.yaml", "eu", state + "/eu"},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			tt.options.Env = []string{"HOME=" + home}
			for _, variable := range tt.variables {
				tt.options.Env = append(tt.options.Env, "STRIPE_MCP_"+variable)
			}
			c := loaded(t, tt.options)
			if c.Path() != tt.path || c.Name() != tt.name || c.StateDir != tt.state {
				t.Errorf("got %q, %q, %q", c.Path(), c.Name(), c.StateDir)
			}
			if named := tt.name != "stripe"; tt.name != "own-places" && named == (c.SimulatorAddr == "127.0.0.1:4343") {
				t.Errorf("its simulator is at %s", c.SimulatorAddr)
			}
			if tt.options.Path == "" && config.UsualPath(tt.name, tt.options.Env) != tt.path && !slices.Contains(tt.variables, "ACCOUNT_NAME=eu") {
				t.Errorf("its usual path is %s", config.UsualPath(tt.name, tt.options.Env))
			}
		})
	}
}

// TestAddressesOfAccounts: each account shows the simulator's pages at an address of its own, and at the same one each time.
func TestAddressesOfAccounts(t *testing.T) {
	t.Parallel()
	of := map[string]string{}
	for _, name := range []string{"stripe", "stripe-eu", "stripe-us", "a", "b", "stripe-eu"} {
		address := loaded(t, config.Options{Setup: true, Name: name, Env: []string{"HOME=/home/ann"}}).SimulatorAddr
		for other, taken := range of {
			if (address == taken) != (name == other) {
				t.Errorf("%s is at %s, and %s at %s", name, address, other, taken)
			}
		}
		of[name] = address
	}
}

// TestAnAccountKeepsItsConfiguration: the configuration of one account cannot become another's unnoticed.
func TestAnAccountKeepsItsConfiguration(t *testing.T) {
	t.Parallel()
	for why, tt := range map[string]struct{ file, name, fault string }{
		"its own":               {"account_name: eu\n", "eu", ""},
		"without saying whose":  {"account_name: eu\n", "", ""},
		"another's":             {"account_name: eu\n", "us", "is the configuration of the account \"eu\""},
		"the default one's":     {"key_in_vault: test\n", "us", "is the configuration of the account \"stripe\""},
		"not the default one's": {"account_name: eu\n", "stripe", "is the configuration of the account \"eu\""},
		"nobody's yet":          {"timeout: 20s\n", "us", ""},
		"no name at all":        {"key_in_vault: test\n", "Stripe EU", "configuration: --name must be up to 20 lower-case letters, digits, - and _, beginning with a letter or digit, and none of config, journal and simulator\nhint: write, for example, stripe-eu"},
		"the default one again": {"key_in_vault: test\n", "stripe", ""},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(config.Options{Path: written(t, "c.yaml", tt.file), Name: tt.name, Setup: true, Env: []string{"HOME=/home/ann"}})
			if tt.fault == "" && err != nil || tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)) {
				t.Errorf("got %v, want %q", err, tt.fault)
			}
		})
	}
}

// TestAddress: commands are those for the account that is meant.
func TestAddress(t *testing.T) {
	t.Parallel()
	const text = "run stripe-mcp setup; or stripe-mcp journal settle X. stripe-mcp 1.2 is not stripe-mcp-setup"
	for path, want := range map[string]string{
		"eu.yaml":   "run stripe-mcp --config PATH setup; or stripe-mcp --config PATH journal settle X. stripe-mcp 1.2 is not stripe-mcp-setup",
		"e u.yaml":  "run stripe-mcp --config \"PATH\" setup; or stripe-mcp --config \"PATH\" journal settle X. stripe-mcp 1.2 is not stripe-mcp-setup",
		"none.yaml": text,
	} {
		content := "account_name: stripe-eu\n"
		if path == "none.yaml" {
			content = ""
		}
		path := written(t, path, content)
		c := loaded(t, config.Options{Path: path, Simulator: true})
		if got := c.Address(text); got != strings.ReplaceAll(want, "PATH", path) || c.Address(got) != got {
			t.Errorf("got %s", got)
		}
	}
}
