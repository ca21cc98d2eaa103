package vault

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

// keep puts a new key-encryption key into the keyring or, failing that, into a file, and says where in the label.
func (v Vault) keep(ctx context.Context, label *Label, kek []byte) error {
	text := base64.StdEncoding.EncodeToString(kek)
	if v.keyring != nil && v.inKeyring(ctx, label.KeyID, text) {
		label.KeptIn = InKeyring
		return nil
	}
	label.KeptIn = InFile
	if !filepath.IsAbs(v.state) {
		return hint.Errorf("set state_dir in the configuration", "there is no keyring and no folder for the key-encryption key")
	}
	if err := local.WritePrivate(v.keyFile(label.KeyID), []byte(text+"\n")); err != nil {
		return hint.Errorf("correct or remove state_dir in the configuration", "write the key-encryption key: %w", err)
	}
	return nil
}

// inKeyring stores text and makes sure that it is there: a keyring that cannot give it back is none.
func (v Vault) inKeyring(ctx context.Context, id, text string) bool {
	if _, err := patiently(ctx, func() (string, error) { return "", v.keyring.Set(id, text) }); err != nil {
		return false
	}
	got, err := patiently(ctx, func() (string, error) { return v.keyring.Get(id) })
	return err == nil && got == text
}

// fetch returns the key-encryption key that the label names.
func (v Vault) fetch(ctx context.Context, label Label) ([]byte, error) {
	var text string
	var err error
	switch label.KeptIn {
	case InKeyring:
		text, err = v.fromKeyring(ctx, label.KeyID)
	case InFile:
		text, err = v.fromFile(label.KeyID)
	default:
		err = hint.Errorf(again, "%s is damaged", v.path)
	}
	if err != nil {
		return nil, err
	}
	kek, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return nil, hint.Errorf(again, "its key-encryption key is damaged")
	}
	return kek, nil
}

func (v Vault) fromKeyring(ctx context.Context, id string) (string, error) {
	if v.keyring == nil {
		return "", hint.Errorf(again+", which uses a file where there is no keyring", "its key-encryption key is in the system's keyring, and there is none here")
	}
	text, err := patiently(ctx, func() (string, error) { return v.keyring.Get(id) })
	switch {
	case errors.Is(err, ErrNotFound):
		return "", hint.Errorf(again, "the system's keyring does not hold its key-encryption key: the vault was made on another computer, or the keyring was emptied")
	case err != nil:
		return "", hint.Errorf("unlock the keyring and call again", "the system's keyring, which holds its key-encryption key, cannot be read: %w", err)
	}
	return text, nil
}

func (v Vault) fromFile(id string) (string, error) {
	path := v.keyFile(id)
	text, info, err := local.ReadFile(path, largest)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		next := again
		if _, err := os.Stat(v.state); errors.Is(err, fs.ErrNotExist) {
			next = "correct or remove state_dir in the configuration if it names an old folder; if that does not help, " + again
		}
		return "", hint.Errorf(next, "its key-encryption key %s does not exist: the vault was made on another computer or with another state_dir, or the home folder was moved", path)
	case err != nil:
		return "", fmt.Errorf("its key-encryption key: %w", err)
	}
	return string(text), local.CheckPrivate(path, info, local.OthersUse)
}

// forget deletes the key-encryption key that the label names.
func (v Vault) forget(ctx context.Context, label Label) error {
	if label.KeptIn == InFile {
		if err := local.Remove(v.keyFile(label.KeyID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the key-encryption key: %w", err)
		}
		return nil
	}
	if v.keyring == nil {
		return errors.New("the key-encryption key stays in the system's keyring, which is not there now; it opens nothing any more")
	}
	_, err := patiently(ctx, func() (string, error) { return "", v.keyring.Delete(label.KeyID) })
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("remove the key-encryption key from the system's keyring: %w", err)
	}
	return nil
}

func (v Vault) keyFile(id string) string { return filepath.Join(v.state, "vault-"+id+".key") }
