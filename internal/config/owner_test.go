package config_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"stripe-mcp/internal/config"
)

// TestAnotherUsersFiles: what another user could have written says nothing, runs nothing and gives no key.
func TestAnotherUsersFiles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such owners and modes")
	}
	type places struct{ config, key, ca, state string }
	tests := []struct {
		why   string
		place func(places) string
	}{
		{"the configuration", func(p places) string { return p.config }},
		{"a file with the key", func(p places) string { return p.key }},
		{"certificate authorities", func(p places) string { return p.ca }},
		{"the state folder", func(p places) string { return p.state }},
	}
	for _, tt := range tests {
		for how, spoil := range map[string]func(*testing.T, string){
			"belongs to another user (uid 12345)": giveAway, "other users can ": func(t *testing.T, path string) { t.Helper(); chmod(t, path, 0o777) },
		} {
			t.Run(tt.why+": "+how, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				p := places{config: filepath.Join(dir, "config.yaml"), key: filepath.Join(dir, "key"), ca: filepath.Join(dir, "ca.pem"), state: filepath.Join(dir, "state")}
				writeAt(t, p.key, testKey)
				writeAt(t, p.ca, "certificates")
				if err := os.Mkdir(p.state, 0o700); err != nil {
					t.Fatal(err)
				}
				writeAt(t, p.config, "stripe_secret_key_file: "+p.key+"\nca_file: "+p.ca+"\nstate_dir: "+p.state+"\n")
				loaded(t, config.Options{Path: p.config})
				spoil(t, tt.place(p))
				_, err := config.Load(config.Options{Path: p.config})
				if err == nil || !strings.Contains(err.Error(), how) || !strings.Contains(err.Error(), tt.place(p)) || !strings.Contains(err.Error(), "\nhint: ") {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// TestAnotherUsersCommand: a configuration that another user could have written runs nothing as this one, and does not
// decide where the stored key is sent.
func TestAnotherUsersCommand(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no such owners and modes")
	}
	for why, spoil := range map[string]func(*testing.T, string){
		"belongs to another user": giveAway, "other users can write to": func(t *testing.T, path string) { t.Helper(); chmod(t, path, 0o664) },
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			home, env := vaulted(t, testKey, "test")
			path, ran := filepath.Join(home, ".config", "stripe-mcp", "config.yaml"), filepath.Join(home, "ran")
			for _, text := range []string{"stripe_secret_key_command: [touch, " + ran + "]\n", "api_base: https://thief.example\n"} {
				writeAt(t, path, text)
				spoil(t, path)
				c, err := config.Load(config.Options{Env: env})
				if err == nil || !strings.Contains(err.Error(), why) {
					t.Errorf("got %v", err)
				}
				if known, err := c.WithKey(t.Context()); err != nil || !known.SecretKey.IsZero() || known.APIBase != config.DefaultAPIBase {
					t.Errorf("it yields %+v, %v", known, err)
				}
				if _, err := os.Stat(ran); err == nil {
					t.Error("its command was run")
				}
				if _, err := config.Load(config.Options{Env: env, Setup: true}); err == nil {
					t.Error("setup would send a key where it says")
				}
			}
		})
	}
}

func giveAway(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	if err := os.Chown(path, 12345, 12345); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}
