// Package clients is the only place that edits other programs' files: the configuration in which AI clients list their MCP
// servers. It changes its own entry there, and no other byte.
package clients

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
	"stripe-mcp/internal/nearest"
	"stripe-mcp/internal/secret"
)

// name is the name of our entry. Clients put it before the tools' names.
const name = "stripe"

// Client is an AI client with a configuration file.
type Client struct {
	Name  string // on our command line
	Title string // as its makers call it
	Path  string // of its configuration file

	section string   // the member of that file that holds the servers
	typed   bool     // an entry says how it is talked to
	signs   []string // files or folders that an installed client has
}

// All returns the clients that this package knows, on goos, for the user whose environment lookup reads. Where that names no
// home folder, paths are not absolute.
func All(lookup func(string) string, goos string) []Client {
	home := lookup("HOME")
	base := filepath.Join(home, ".config")
	switch xdg := lookup("XDG_CONFIG_HOME"); {
	case goos == "darwin":
		base = filepath.Join(home, "Library", "Application Support")
	case goos == "windows":
		home, base = cmp.Or(lookup("USERPROFILE"), home), lookup("APPDATA")
	case filepath.IsAbs(xdg):
		base = xdg
	}
	claude, code, cursor := filepath.Join(base, "Claude"), filepath.Join(base, "Code", "User"), filepath.Join(home, ".cursor")
	if goos == "windows" { // the package from the Store has its own
		store := filepath.Join(lookup("LOCALAPPDATA"), "Packages", "Claude_pzs8sxrjxfjjc", "LocalCache", "Roaming", "Claude")
		if exists(store) {
			claude = store
		}
	}
	claudeCode := filepath.Join(home, ".claude.json")
	return []Client{
		{"claude-desktop", "Claude Desktop", filepath.Join(claude, "claude_desktop_config.json"), "mcpServers", false, []string{claude}},
		{"claude-code", "Claude Code", claudeCode, "mcpServers", true, []string{claudeCode, filepath.Join(home, ".claude")}},
		{"cursor", "Cursor", filepath.Join(cursor, "mcp.json"), "mcpServers", false, []string{cursor}},
		{"vscode", "VS Code", filepath.Join(code, "mcp.json"), "servers", true, []string{code}},
	}
}

// Names returns the names of clients.
func Names(all []Client) []string {
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	return names
}

// Select returns those of the clients that have one of the names.
func Select(all []Client, names []string) ([]Client, error) {
	for _, name := range names {
		if known := Names(all); !slices.Contains(known, name) {
			next := cmp.Or(nearest.DidYouMean(name, known), "choose one of "+strings.Join(known, ", ")+"; setup --print shows what another client needs")
			return nil, hint.Errorf(next, "there is no client %q. Nothing was changed", name)
		}
	}
	return slices.DeleteFunc(all, func(c Client) bool { return !slices.Contains(names, c.Name) }), nil
}

// Installed reports whether the client seems to be on this machine.
func (c Client) Installed() bool {
	return slices.ContainsFunc(c.signs, exists)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Entry is how a client starts a server.
type Entry struct {
	Type    string            `json:"type,omitempty"` // "stdio", where the client wants to be told
	Command string            `json:"command"`
	Args    []string          `json:"args,omitempty"`
	Env     map[string]string `json:"env,omitempty"`
}

// starts reports whether an entry starts program, or one of this name wherever it lies.
func (e Entry) starts(program string) bool {
	if e.Command == program {
		return true
	}
	base := strings.TrimSuffix(strings.ToLower(filepath.Base(strings.ReplaceAll(e.Command, `\`, "/"))), ".exe")
	return base == "stripe-mcp"
}

// merged returns e with the further arguments and variables of old, but without a key and the simulator.
func (e Entry) merged(old Entry) Entry {
	if strings.Contains(strings.Join(old.Args, "\x00"), strings.Join(e.Args, "\x00")) && !slices.Contains(old.Args, "--simulator") {
		e.Args = old.Args
	}
	env := map[string]string{}
	for variable, value := range old.Env {
		if !strings.Contains(variable, "STRIPE_SECRET_KEY") && variable != "STRIPE_MCP_CONFIG" {
			env[variable] = value
		}
	}
	maps.Copy(env, e.Env)
	e.Env = env
	return e
}

// Fault returns an error when entry, which is ours in the client's file, holds a key or does not start program.
func (c Client) Fault(entry Entry, program string) error {
	repair := "run stripe-mcp setup --client " + c.Name
	for _, value := range entry.Env {
		if secret.Looks(value) {
			return hint.Errorf(repair+", then roll that key in the Dashboard", "%s: %s holds a Stripe key, and may have been synced or copied", c.Title, c.Path)
		}
	}
	if !local.SameFile(entry.Command, program) {
		return hint.Errorf(repair, "%s: its entry in %s starts %s, which is not this program (%s)", c.Title, c.Path, secret.Redact(entry.Command), program)
	}
	return nil
}

// ConfigFile returns the configuration file that the entry names, or "".
func (e Entry) ConfigFile() string {
	if at := slices.Index(e.Args, "--config"); at >= 0 && at+1 < len(e.Args) {
		return e.Args[at+1]
	}
	return ""
}
