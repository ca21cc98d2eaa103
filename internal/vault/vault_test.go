package vault_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stripe-mcp/internal/secret"
	"stripe-mcp/internal/vault"
)

const key = "rk_live_MadeUpForTheVault"

// home is where one user's vaults are.
type home struct{ config, state string }

func newHome(t *testing.T) home {
	t.Helper()
	dir := t.TempDir()
	return home{filepath.Join(dir, "config"), filepath.Join(dir, "state")}
}

func (h home) vault(profile string, keyring vault.Keyring) vault.Vault {
	return vault.At(filepath.Join(h.config, profile+".yaml"), h.state, keyring)
}

func stored(t *testing.T, v vault.Vault) vault.Label {
	t.Helper()
	label, err := v.Store(t.Context(), secret.New(key), "live", "acct_1MadeUp")
	if err != nil {
		t.Fatal(err)
	}
	return label
}

func checkOpens(t *testing.T, v vault.Vault) {
	t.Helper()
	got, label, err := v.Open(t.Context())
	if err != nil || got.Reveal() != key || label.Mode != "live" || label.Account != "acct_1MadeUp" {
		t.Errorf("got %q, %+v, %v", got.Reveal(), label, err)
	}
}

func TestStoreAndOpen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		why     string
		keyring *ring
		keptIn  vault.Keeper
	}{
		{"a keyring", newRing(), vault.InKeyring},
		{"none", nil, vault.InFile},
		{"one that fails", &ring{broken: errors.New("locked")}, vault.InFile},
		{"one that forgets at once", &ring{loses: true, kept: map[string]string{}}, vault.InFile},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			v := h.vault("config", nil)
			if tt.keyring != nil {
				v = h.vault("config", tt.keyring)
			}
			if _, err := v.Label(); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("before, the error is %v", err)
			}
			label := stored(t, v)
			if label.KeptIn != tt.keptIn {
				t.Errorf("the key-encryption key is in %s", label.KeptIn)
			}
			checkOpens(t, v)
			checkNowhere(t, filepath.Dir(h.config), key)
			if err := v.Remove(t.Context()); err != nil {
				t.Error(err)
			}
			checkEmpty(t, h.config)
			checkEmpty(t, h.state)
			if err := v.Remove(t.Context()); err != nil {
				t.Errorf("removing what is not there: %v", err)
			}
		})
	}
}

// TestModes: both files are private to their owner, and lie in different folders.
func TestModes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	v := h.vault("config", nil)
	label := stored(t, v)
	for _, path := range []string{v.Path(), strings.TrimPrefix(v.Keeps(label), "in ")} {
		file, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		folder, err := os.Stat(filepath.Dir(path))
		if err != nil || file.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v in %v, %v", path, file.Mode(), folder.Mode(), err)
		}
	}
	same := vault.At(filepath.Join(h.state, "config.yaml"), h.state, nil)
	if _, err := same.Store(t.Context(), secret.New(key), "live", ""); err == nil || !strings.Contains(err.Error(), "another state_dir") {
		t.Errorf("envelope and key in one folder: %v", err)
	}
}

// TestNewKeysForOld: what an earlier envelope was sealed with is gone, so that a copy of it opens nothing.
func TestNewKeysForOld(t *testing.T) {
	t.Parallel()
	for _, keyring := range []vault.Keyring{nil, newRing()} {
		h := newHome(t)
		v := h.vault("config", keyring)
		stored(t, v)
		copied := read(t, v.Path())
		stored(t, v)
		checkOpens(t, v)
		write(t, v.Path(), copied)
		if _, _, err := v.Open(t.Context()); err == nil {
			t.Error("the copy of an earlier envelope opens")
		}
	}
}

// TestFailsClosed: an envelope that is not as it was written, or not where, gives no key, and the error says what to do.
func TestFailsClosed(t *testing.T) {
	t.Parallel()
	edit := func(change func(fields map[string]any)) func(*testing.T, home) {
		return func(t *testing.T, h home) {
			t.Helper()
			path := filepath.Join(h.config, "config.vault")
			var fields map[string]any
			if err := json.Unmarshal([]byte(read(t, path)), &fields); err != nil {
				t.Fatal(err)
			}
			change(fields)
			text, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, string(text))
		}
	}
	set := func(name string, value any) func(*testing.T, home) {
		return edit(func(fields map[string]any) { fields[name] = value })
	}
	kek := func(t *testing.T, h home) string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(h.state, "vault-*.key"))
		if err != nil || len(found) != 1 {
			t.Fatal(found, err)
		}
		return found[0]
	}
	tests := []struct {
		why    string
		damage func(*testing.T, home)
		want   string
	}{
		{"live said to be test", set("mode", "test"), "changed after setup wrote it"},
		{"another account", set("account", "acct_2"), "changed after setup wrote it"},
		{"no account", edit(func(f map[string]any) { delete(f, "account") }), "changed after setup wrote it"},
		{"another nonce", set("nonce", "AAAAAAAAAAAAAAAA"), "changed after setup wrote it"},
		{"a short nonce", set("nonce", "AAAA"), "changed after setup wrote it"},
		{"other contents", set("sealed", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "changed after setup wrote it"},
		{"nothing sealed", edit(func(f map[string]any) { delete(f, "sealed") }), "changed after setup wrote it"},
		{"another version", set("version", 2), "written by another version"},
		{"another profile", set("profile", "shop"), `belongs to another configuration, named "shop"`},
		{"a path for an id", set("key_id", "../../etc/passwd/AAAAAAAAAA"), "is damaged"},
		{"another id", set("key_id", "AAAAAAAAAAAAAAAAAAAAAAAAAA"), "does not exist: the vault was made on another computer"},
		{"another keeper", set("kept_in", "keyring"), "is in the system's keyring, and there is none here"},
		{"an unknown keeper", set("kept_in", "cloud"), "is damaged"},
		{"half a file", func(t *testing.T, h home) {
			t.Helper()
			path := filepath.Join(h.config, "config.vault")
			write(t, path, read(t, path)[:40])
		}, "is damaged"},
		{"a huge file", func(t *testing.T, h home) {
			t.Helper()
			write(t, filepath.Join(h.config, "config.vault"), strings.Repeat(" ", 20<<10))
		}, "is larger than 16 KiB"},
		{"no key-encryption key", func(t *testing.T, h home) {
			t.Helper()
			if err := os.Remove(kek(t, h)); err != nil {
				t.Fatal(err)
			}
		}, "run stripe-mcp setup again"},
		{"a damaged key-encryption key", func(t *testing.T, h home) { t.Helper(); write(t, kek(t, h), "AAAA") }, "is damaged"},
		{"one that is not base64", func(t *testing.T, h home) { t.Helper(); write(t, kek(t, h), "?") }, "is damaged"},
		{"one that others can read", func(t *testing.T, h home) {
			t.Helper()
			if err := os.Chmod(kek(t, h), 0o644); err != nil {
				t.Fatal(err)
			}
		}, "chmod 600"},
		{"another user's key-encryption key", func(t *testing.T, h home) { t.Helper(); giveAway(t, kek(t, h)) }, "belongs to another user"},
		{"another user's envelope", func(t *testing.T, h home) { t.Helper(); giveAway(t, filepath.Join(h.config, "config.vault")) }, "belongs to another user"},
		{"one that others can write", func(t *testing.T, h home) {
			t.Helper()
			if err := os.Chmod(filepath.Join(h.config, "config.vault"), 0o666); err != nil {
				t.Fatal(err)
			}
		}, "chmod go-w"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			h := newHome(t)
			v := h.vault("config", nil)
			stored(t, v)
			tt.damage(t, h)
			got, _, err := v.Open(t.Context())
			if err == nil || !got.IsZero() || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			stored(t, v) // setup repairs it
			checkOpens(t, v)
		})
	}
}

// TestSwapped: the envelopes of two profiles cannot stand in for each other, even under the other's name.
func TestSwapped(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	shop, staging := h.vault("shop", nil), h.vault("staging", nil)
	stored(t, shop)
	stored(t, staging)
	write(t, staging.Path(), strings.Replace(read(t, shop.Path()), `"shop"`, `"staging"`, 1))
	if _, _, err := staging.Open(t.Context()); err == nil || !strings.Contains(err.Error(), "changed after setup wrote it") {
		t.Errorf("got %v", err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
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

func checkNowhere(t *testing.T, folder, text string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.Contains(read(t, path), text) {
			t.Errorf("%s holds the key", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func checkEmpty(t *testing.T, folder string) {
	t.Helper()
	left, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || len(left) > 0 {
		t.Errorf("%s holds %v, %v", folder, left, err)
	}
}
