package clients

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/secret"
)

// Entry is how a client starts a server.
type Entry struct {
	Command string
	Args    []string
	Env     map[string]string
}

// Named is an entry in a client's file. Clients put its name before the tools' names.
type Named struct {
	Name string
	Entry
	Path     string // of that file
	Disabled bool   // its owner switched it off there
	Fault    error  // why the client cannot read it
}

// starts reports whether an entry starts program, or one of this name wherever it lies.
func (e Entry) starts(program string) bool {
	if e.Command == program {
		return true
	}
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(strings.ReplaceAll(e.Command, `\`, "/"))), ".exe")
	return base == "stripe-mcp"
}

// merged returns e with the further arguments and variables of old, but without keys and without what the
// configuration or e says.
func (e Entry) merged(old Entry) Entry {
	contains := strings.Contains(strings.Join(old.Args, "\x00"), strings.Join(e.Args, "\x00"))
	if contains && len(strays(old.Args)) == 0 && slices.Contains(old.Args, "--simulator") == slices.Contains(e.Args, "--simulator") {
		e.Args = old.Args
	}
	env := map[string]string{}
	for variable, value := range old.Env {
		said := []string{"STRIPE_MCP_CONFIG", "STRIPE_MCP_STATE_DIR", "STRIPE_MCP_SIMULATOR"}
		if !strings.Contains(variable, "STRIPE_SECRET_KEY") && !slices.Contains(said, variable) && !secret.Looks(value) {
			env[variable] = value
		}
	}
	maps.Copy(env, e.Env)
	e.Env = env
	return e
}

// Check says what is wrong with an entry of ours in the client's file. The client may be unable to read it. It can hold a key,
// have arguments that the server does not take, or start another program. settings are the names that a configuration file
// knows. repair says how to set the entry up again.
func (c Client) Check(entry Named, program string, settings []string, repair string) error {
	if entry.Fault != nil {
		return fmt.Errorf("%s: %s: %w", c.Title, entry.Path, entry.Fault)
	}
	if slices.ContainsFunc(slices.AppendSeq(slices.Clone(entry.Args), maps.Values(entry.Env)), secret.Looks) {
		return hint.Errorf(repair+", then roll that key in the Dashboard", "%s: %s holds a Stripe key, and may have been synced or copied", c.Title, entry.Path)
	}
	if err := CheckArguments(entry.Args, settings); err != nil {
		message, _ := hint.Split(err)
		return hint.Errorf(repair, "%s: its entry in %s has wrong arguments: %s", c.Title, entry.Path, message)
	}
	if !local.SameFile(entry.Command, program) {
		return hint.Errorf(repair, "%s: its entry in %s starts %s, which is not this program (%s)", c.Title, entry.Path, secret.Redact(entry.Command), program)
	}
	return nil
}

// ConfigFile returns the configuration file that the entry names, or "". Of several the server takes the last.
func (e Entry) ConfigFile() (path string) {
	for i := 0; i < len(e.Args); i++ {
		name, value, valued := strings.Cut(e.Args[i], "=")
		if takes := flags()[name]; takes && !valued && i+1 < len(e.Args) {
			i++
			value = e.Args[i]
		}
		if name == "--config" {
			path = value
		}
	}
	return path
}

// same reports whether both start a server in the same way.
func (e Entry) same(other Entry) bool {
	return e.Command == other.Command && slices.Equal(e.Args, other.Args) && maps.Equal(e.Env, other.Env)
}
