// Package owner is the only place that knows to which account an entry in an AI client's file belongs.
package owner

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stripe-mcp/internal/clients"
	"stripe-mcp/internal/config"
	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/secret"
)

// Account is the account that is set up or removed.
type Account struct {
	Config  config.Config
	Program string   // what our entries start
	Environ []string // the environment, as os.Environ returns it
}

// Has reports whether an entry is this account's: it has its name, and no other configuration. A configuration that is gone
// is nobody's.
func (a Account) Has(entry clients.Named) bool {
	used := ConfigOf(entry, a.Environ)
	return entry.Name == a.Config.Name() && (isGone(used) || a.uses(used))
}

func isGone(path string) bool {
	_, err := os.Stat(path)
	return path == "" || errors.Is(err, fs.ErrNotExist)
}

// ConfigOf returns the configuration that an entry uses.
func ConfigOf(entry clients.Named, environ []string) string {
	return cmp.Or(entry.ConfigFile(), entry.Env["STRIPE_MCP_CONFIG"], config.UsualPath(config.DefaultAccount, environ))
}

// Repair returns the command that sets an entry of a client up again. Of an entry that setup did not make, it says that people
// do that.
func Repair(c clients.Client, entry clients.Named, environ []string) string {
	if !config.IsAccountName(entry.Name) {
		return "correct or remove the entry " + secret.Redact(entry.Name) + " in " + entry.Path
	}
	return "run stripe-mcp setup --client " + c.Name + arguments(entry, environ)
}

// arguments are what names the account of an entry on the command line of setup. A configuration that is gone will be at its
// usual place.
func arguments(entry clients.Named, environ []string) (text string) {
	if entry.Name != config.DefaultAccount {
		text = " --name " + entry.Name
	}
	if used := ConfigOf(entry, environ); !isGone(used) && used != config.UsualPath(entry.Name, environ) {
		text += " --config " + secret.Redact(local.Argument(used))
	}
	return text
}

// uses reports whether a path leads to this account's configuration, or would.
func (a Account) uses(path string) bool {
	return filepath.Clean(path) == a.Config.Path() || local.SameFile(path, a.Config.Path())
}

// Check refuses to give the account a name, or a configuration, that another one has in a client.
func (a Account) Check(all []clients.Client) error {
	name := a.Config.Name()
	for _, c := range all {
		entries, _ := c.Ours(a.Program) // adding one says what is wrong with the file
		for _, entry := range entries {
			path := ConfigOf(entry, a.Environ)
			used := secret.Redact(path)
			switch {
			case entry.Name == name && !a.Has(entry):
				return hint.Errorf("choose another --name, or add --config "+local.Argument(used)+" to set up that account",
					"nothing was changed: %s has an entry %s already, which uses another configuration, %s", c.Title, name, used)
			case entry.Name != name && name != config.DefaultAccount && a.uses(path):
				return hint.Errorf("name another file with --config, or leave --config out",
					"nothing was changed: %s is the configuration of the entry %s of %s", used, secret.Redact(entry.Name), c.Title)
			}
		}
	}
	return nil
}

// Without returns those of the clients that have no entry of the account's name for another one.
func (a Account) Without(all []clients.Client) []clients.Client {
	return slices.DeleteFunc(slices.Clone(all), func(c clients.Client) bool {
		entries, _ := c.Ours(a.Program)
		return slices.ContainsFunc(entries, func(entry clients.Named) bool { return entry.Name == a.Config.Name() && !a.Has(entry) })
	})
}

// Others says of each other account which clients have it, and how to remove it.
func (a Account) Others(all []clients.Client) []string {
	var others []string
	in := map[string][]string{}
	for _, c := range all {
		entries, _ := c.Ours(a.Program)
		for _, entry := range entries {
			if a.Has(entry) {
				continue
			}
			other := secret.Redact(a.remains(entry))
			if in[other] == nil {
				others = append(others, other)
			}
			in[other] = append(in[other], c.Name)
		}
	}
	for i, other := range others {
		others[i] = strings.Join(in[other], ", ") + ": " + other
	}
	return others
}

// remains says that an entry stays, and how to remove it.
func (a Account) remains(entry clients.Named) string {
	if !config.IsAccountName(entry.Name) {
		return entry.Name + " stays, because setup did not make it"
	}
	return entry.Name + " stays, which is another account: stripe-mcp setup --remove" + arguments(entry, a.Environ)
}
