package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stripe-mcp/internal/config"
)

const header = "# The README of stripe-mcp lists the keys that can stand here. The Stripe key is not here but encrypted beside it.\n"

func TestWrite(t *testing.T) {
	t.Parallel()
	both := config.Edit{AllowLiveWrites: true, DropKey: true}
	allow, drop, stored := config.Edit{AllowLiveWrites: true}, config.Edit{DropKey: true}, config.Edit{OnlyVault: "live"}
	state := config.Edit{StateDir: "/home/you/state"}
	sets := config.Edit{Toolsets: []string{"lookup", "refunds"}}
	tests := []struct {
		file, before string
		edit         config.Edit
		after        string
	}{
		{"c.yaml", "# mine\ntimeout: 20s # short\n", config.Edit{}, "# mine\ntimeout: 20s # short\n"},
		{"c.yaml", "# mine\ntimeout: 20s", allow, "# mine\ntimeout: 20s\nallow_live_writes: true\n"},
		{"c.yaml", "allow_live_writes: false # no!\ntimeout: 20s\n", allow, "allow_live_writes: true # no!\ntimeout: 20s\n"},
		{"c.yaml", "allow_live_writes: true\n", allow, "allow_live_writes: true\n"},
		{"c.yaml", "stripe_secret_key: sk_test_MadeUp1\ntools:\n  - a\n", both, "tools:\n  - a\nallow_live_writes: true\n"},
		{"c.yaml", "stripe_secret_key: sk_test_MadeUp1", drop, ""},
		{"c.toml", "timeout = \"20s\"\n[max]\na = 1\n", allow, "allow_live_writes = true\ntimeout = \"20s\"\n[max]\na = 1\n"},
		{"c.toml", "stripe_secret_key = \"sk_test_MadeUp1\" # here\nallow_live_writes = false\n", both, "allow_live_writes = true\n"},
		{"c.yaml", "timeout: 20s\n", stored, "timeout: 20s\nkey_in_vault: live\n"},
		{"c.yaml", "key_in_vault: 'test' # mine\ntimeout: 20s\n", stored, "key_in_vault: live # mine\ntimeout: 20s\n"},
		{"c.yaml", "timeout: 20s\nkey_in_vault: live\n", config.Edit{Forget: true}, "timeout: 20s\n"},
		{"c.toml", "[max]\na = 1\n", stored, "key_in_vault = \"live\"\n[max]\na = 1\n"},
		{"c.toml", "key_in_vault = \"test\"\n", stored, "key_in_vault = \"live\"\n"},
		{"c.yaml", "# mine\ntimeout: 20s # short\n", state, "# mine\ntimeout: 20s # short\nstate_dir: /home/you/state\n"},
		{"c.yaml", "state_dir: /old # mine\n", state, "state_dir: /home/you/state # mine\n"},
		{"c.yaml", "state_dir: 'it''s'  # mine\n", config.Edit{StateDir: "/with '$1' and # in it"}, "state_dir: '/with ''$1'' and # in it'  # mine\n"},
		{"c.yaml", "", config.Edit{StateDir: `C:\Users\you`}, `state_dir: C:\Users\you` + "\n"},
		{"c.toml", "state_dir = \"/a \\\"b\" # mine\n", config.Edit{StateDir: `C:\Users\you`}, `state_dir = "C:\\Users\\you" # mine` + "\n"},
		{"c.toml", "[max]\na = 1\n", state, "state_dir = \"/home/you/state\"\n[max]\na = 1\n"},
		{"c.json", "{}", config.Edit{StateDir: `C:\Users\you`}, `{"state_dir":"C:\\Users\\you"}`},
		{"c.yaml", "\ufeffstripe_secret_key: sk_test_MadeUp1\n", both, "\ufeffallow_live_writes: true\n"},
		{"c.toml", "\ufefftimeout = \"20s\"\n", allow, "\ufeffallow_live_writes = true\ntimeout = \"20s\"\n"},
		{"c.json", "\ufeff{\"timeout\": \"20s\"}", allow, "\ufeff{\"timeout\": \"20s\",\"allow_live_writes\":true}"},
		{"c.yaml", "timeout: 20s\n", sets, "timeout: 20s\ntoolsets: [lookup, refunds]\n"},
		{"c.yaml", "toolsets: [billing] # mine\ntimeout: 20s\n", sets, "toolsets: [lookup, refunds] # mine\ntimeout: 20s\n"},
		{"c.yaml", "toolsets: 'billing,catalog' # mine\n", sets, "toolsets: [lookup, refunds] # mine\n"},
		{"c.yaml", "toolsets:\n  - lookup\n  - refunds\n", sets, "toolsets:\n  - lookup\n  - refunds\n"},
		{"c.toml", "toolsets = [\"billing\"]\n", sets, "toolsets = [\"lookup\", \"refunds\"]\n"},
		{"c.json", "{\"toolsets\": [\"billing\"]}", sets, "{\"toolsets\": [\"lookup\", \"refunds\"]}"},
		{"c.json", "{\"key_in_vault\": \"test\"}", stored, "{\"key_in_vault\": \"live\"}"},
		{"c.json", "{\"key_in_vault\": \"test\", \"timeout\": \"20s\"}", config.Edit{Forget: true}, "{ \"timeout\": \"20s\"}"},
		{"c.yaml", "timeout: 20s\n", config.Edit{AccountName: "stripe-eu", OnlyVault: "test"}, "timeout: 20s\naccount_name: stripe-eu\nkey_in_vault: test\n"},
		{"c.toml", "[max]\na = 1\n", config.Edit{AccountName: "stripe-eu"}, "account_name = \"stripe-eu\"\n[max]\na = 1\n"},
		{"c.yaml", "# mine\naccount_name: stripe-eu\nkey_in_vault: live\n", config.Edit{Forget: true}, "# mine\n"},
		{"c.json", "{}\n", allow, "{\"allow_live_writes\":true}\n"},
		{"c.json", "{\"timeout\": \"20s\"}", allow, "{\"timeout\": \"20s\",\"allow_live_writes\":true}"},
		{"c.json", "{\"timeout\": \"20s\", \"stripe_secret_key\": \"sk_test_MadeUp1\"}", drop, "{\"timeout\": \"20s\"}"},
		{"c.json", "{\"stripe_secret_key\": \"sk_test_MadeUp1\", \"allow_live_writes\": false}", both, "{ \"allow_live_writes\": true}"},
	}
	for _, tt := range tests {
		t.Run(tt.file+tt.before, func(t *testing.T) {
			t.Parallel()
			path := written(t, tt.file, tt.before)
			c := config.Options{Path: path, Setup: true}
			cfg, _ := config.Load(c) // [max] is no key of ours
			for _, dry := range []bool{true, false} {
				if changed, err := cfg.Write(tt.edit, dry); err != nil || changed != (tt.before != tt.after) {
					t.Errorf("dry %v: changed %v, %v", dry, changed, err)
				}
				if got := contents(t, path); dry && got != tt.before || !dry && got != tt.after {
					t.Errorf("dry %v:\n got %q\nwant %q", dry, got, tt.after)
				}
			}
			if changed, err := cfg.Write(tt.edit, false); changed || err != nil {
				t.Errorf("a second time: %v, %v", changed, err)
			}
		})
	}
}

// TestForget: a file that setup made, and that says nothing more, goes. One that a link leads to stays.
func TestForget(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"c.yaml", "c.toml", "c.json"} {
		for _, linked := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), file)
			if target := path + ".target"; linked {
				if err := errors.Join(os.WriteFile(target, nil, 0o600), os.Symlink(target, path)); err != nil {
					t.Fatal(err)
				}
			}
			made := config.Edit{AccountName: "stripe-eu", OnlyVault: "test"}
			if changed, err := loaded(t, config.Options{Path: path, Setup: true}).Write(made, false); !changed || err != nil {
				t.Fatal(changed, err)
			}
			for _, want := range []bool{true, false} {
				cfg := loaded(t, config.Options{Path: path, Setup: true})
				if changed, err := cfg.Write(config.Edit{Forget: true}, false); changed != want || err != nil {
					t.Errorf("%s, linked %v: changed %v, %v, want %v", file, linked, changed, err, want)
				}
			}
			if _, err := os.Stat(path); linked != (err == nil) {
				t.Errorf("%s, linked %v: %v", file, linked, err)
			}
		}
	}
}

func TestWriteNewFile(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"c.yaml": header + "allow_live_writes: true\n", "c.json": "{\"allow_live_writes\":true}\n"} {
		path := filepath.Join(t.TempDir(), "new", name)
		cfg := loaded(t, config.Options{Path: path, Setup: true})
		if changed, err := cfg.Write(config.Edit{AllowLiveWrites: true}, false); !changed || err != nil {
			t.Fatal(changed, err)
		}
		if got := contents(t, path); got != want {
			t.Errorf("got %q", got)
		}
		file, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		folder, err := os.Stat(filepath.Dir(path))
		if err != nil || file.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700 {
			t.Errorf("modes %v and %v, %v", file.Mode(), folder.Mode(), err)
		}
	}
}

// TestWriteKeepsItsHandsOff: where the edit would change more than it says, nothing is changed.
func TestWriteKeepsItsHandsOff(t *testing.T) {
	t.Parallel()
	for file, before := range map[string]string{
		"flow.yaml":  "{timeout: 20s}\n",
		"multi.yaml": "stripe_secret_key: >-\n  sk_test_MadeUp1\n",
		"null.json":  "null",
	} {
		path := written(t, file, before)
		cfg := loaded(t, config.Options{Path: path, Setup: true})
		_, err := cfg.Write(config.Edit{AllowLiveWrites: true, DropKey: true}, false)
		if err == nil || !strings.Contains(err.Error(), "yourself, then run setup again") {
			t.Errorf("%s: %v", file, err)
		}
		if got := contents(t, path); got != before {
			t.Errorf("%s became %q", file, got)
		}
	}
	if _, err := (config.Config{}).Write(config.Edit{}, false); err == nil {
		t.Error("without a path")
	}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
