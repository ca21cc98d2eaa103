// Package vault is the only place that encrypts and decrypts the Stripe key at rest.
//
// The key lies in an envelope beside the configuration file, sealed with AES-256-GCM under a key-encryption key of its
// own. That one is in the operating system's keyring or, where there is none, in a private file in another folder. A copy
// of one folder (a backup, a sync, a commit, another user) does not give the Stripe key away. Nothing at rest protects
// against programs that run as the same user: they can do all that this one can.
package vault

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/secret"
)

const (
	format  = 1        // of envelopes
	largest = 16 << 10 // bytes of an envelope
	again   = "run stripe-mcp setup again"
)

// Vault is the place of one profile's key.
type Vault struct {
	path    string // of the envelope
	profile string // names the configuration that the envelope belongs to
	state   string // folder for a key-encryption key in a file
	keyring Keyring
}

// Label is the readable part of an envelope. It can be trusted as far as Open succeeds.
type Label struct {
	Mode    string `json:"mode"`              // "test" or "live"
	Account string `json:"account,omitempty"` // whose key it is, where the key may know
	KeyID   string `json:"key_id"`            // names the key-encryption key
	KeptIn  Keeper `json:"kept_in"`           // where that one is
}

// Keeper says what kind of place holds the key-encryption key.
type Keeper string

// The keepers.
const (
	InKeyring Keeper = "keyring" // the operating system's
	InFile    Keeper = "file"    // a private one in the state folder
)

// envelope is the file.
type envelope struct {
	Version int    `json:"version"`
	Profile string `json:"profile"`
	Label
	Nonce  []byte `json:"nonce"`
	Sealed []byte `json:"sealed"`
}

// At returns the vault of the configuration file at the absolute path configFile. stateDir is where a key-encryption key
// in a file goes; keyring may be nil, for none.
func At(configFile, stateDir string, keyring Keyring) Vault {
	base := filepath.Base(configFile)
	profile := strings.TrimSuffix(base, filepath.Ext(base))
	return Vault{path: filepath.Join(filepath.Dir(configFile), profile+".vault"), profile: profile, state: stateDir, keyring: keyring}
}

// Path returns where the envelope is or would be.
func (v Vault) Path() string { return v.path }

// Keeps says in words where the key-encryption key of an envelope is, or where a new one would be.
func (v Vault) Keeps(label Label) string {
	switch {
	case label.KeptIn == InKeyring, label.KeptIn == "" && v.keyring != nil:
		return "in the system's keyring"
	case label.KeptIn == InFile:
		return "in " + v.keyFile(label.KeyID)
	}
	return "in a file in " + v.state
}

// Label reads the envelope without opening it. An error that wraps fs.ErrNotExist says that there is none.
func (v Vault) Label() (Label, error) {
	e, err := v.read()
	return e.Label, err
}

// Open decrypts the key. It fails unless everything in the envelope is as Store left it.
func (v Vault) Open(ctx context.Context) (secret.Secret, Label, error) {
	e, err := v.read()
	if err != nil {
		return secret.Secret{}, Label{}, err
	}
	kek, err := v.fetch(ctx, e.Label)
	if err != nil {
		return secret.Secret{}, e.Label, err
	}
	aead, err := cipherFor(kek)
	if err != nil {
		return secret.Secret{}, e.Label, hint.Errorf(again, "its key-encryption key is damaged")
	}
	plain, err := open(aead, e)
	if err != nil {
		return secret.Secret{}, e.Label, hint.Errorf(again, "%s was changed after setup wrote it, so nothing in it can be trusted", v.path)
	}
	return secret.New(string(plain)), e.Label, nil
}

// Ensure stores a key unless it is there already, with the same label. It returns the label, and whether it stored anything.
func (v Vault) Ensure(ctx context.Context, key secret.Secret, mode, account string) (Label, bool, error) {
	stored, label, err := v.Open(ctx)
	if err == nil && stored.Reveal() == key.Reveal() && label.Mode == mode && label.Account == account {
		return label, false, nil
	}
	label, err = v.Store(ctx, key, mode, account)
	return label, true, err
}

// Store seals key under a new key-encryption key, so that copies of earlier envelopes no longer open. mode and
// account are bound to it. When it fails, the earlier envelope still opens.
func (v Vault) Store(ctx context.Context, key secret.Secret, mode, account string) (Label, error) {
	if filepath.Clean(v.state) == filepath.Dir(v.path) || local.SameFile(v.state, filepath.Dir(v.path)) {
		return Label{}, hint.Errorf("choose another state_dir", "state_dir is the folder of the configuration, so that one copy would hold both the envelope and what opens it")
	}
	old, _ := v.read() // a damaged one is replaced, too
	kek := make([]byte, keySize)
	_, _ = rand.Read(kek) // never fails (crypto/rand)
	e := envelope{Version: format, Profile: v.profile, Label: Label{Mode: mode, Account: account, KeyID: rand.Text()}}
	if err := v.keep(ctx, &e.Label, kek); err != nil {
		return Label{}, err
	}
	err := seal(&e, kek, []byte(key.Reveal()))
	if err == nil {
		err = v.write(e)
	}
	if err != nil {
		return Label{}, errors.Join(err, v.forget(ctx, e.Label))
	}
	if old.KeyID != "" {
		_ = v.forget(ctx, old.Label) // nothing is left that it would open
	}
	return e.Label, nil
}

// Remove deletes the envelope and its key-encryption key. Where there is none it does nothing.
func (v Vault) Remove(ctx context.Context) error {
	old, err := v.read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := local.Remove(v.path); err != nil {
		return fmt.Errorf("remove the vault: %w", err)
	}
	if err != nil {
		return nil //nolint:nilerr // not an envelope, so it named no key-encryption key
	}
	return v.forget(ctx, old.Label)
}

func (v Vault) write(e envelope) error {
	text, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the vault: %w", err)
	}
	if err := local.WritePrivate(v.path, append(text, '\n')); err != nil {
		return fmt.Errorf("write the vault: %w", err)
	}
	return nil
}

// read returns the envelope as far as it can be judged without its key.
func (v Vault) read() (envelope, error) {
	text, info, err := local.ReadFile(v.path, largest)
	if err == nil {
		err = local.CheckPrivate(v.path, info, local.OthersWrite)
	}
	if err != nil {
		return envelope{}, err
	}
	var e envelope
	switch err := json.Unmarshal(text, &e); {
	case err != nil || e.Version == 0 || !plainID(e.KeyID):
		return envelope{}, hint.Errorf(again, "%s is damaged", v.path)
	case e.Version != format:
		return envelope{}, hint.Errorf(again, "%s was written by another version of stripe-mcp", v.path)
	case e.Profile != v.profile:
		return envelope{}, hint.Errorf(again, "%s belongs to another configuration, named %q", v.path, secret.Redact(e.Profile))
	}
	return e, nil
}

// plainID reports whether an id that a file names is one that Store makes: it becomes part of a path.
func plainID(id string) bool {
	return len(id) == len(rand.Text()) && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '2' || r > '7')
	})
}
