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
	fault   error    // why its place is not known
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
	claudeCode, place, fault := filepath.Join(home, ".claude.json"), filepath.Join(home, ".claude"), error(nil)
	if own := lookup("CLAUDE_CONFIG_DIR"); filepath.IsAbs(own) {
		claudeCode, place = filepath.Join(own, ".claude.json"), own
	} else if strings.TrimSpace(own) != "" { // it means another folder wherever Claude Code is started
		fault = hint.Errorf("write the whole path there", "CLAUDE_CONFIG_DIR is not an absolute path, so the file of Claude Code is not known")
	}
	return []Client{
		{"claude-desktop", "Claude Desktop", filepath.Join(claude, "claude_desktop_config.json"), "mcpServers", false, []string{claude}, nil},
		{"claude-code", "Claude Code", claudeCode, "mcpServers", true, []string{claudeCode, place}, fault},
		{"cursor", "Cursor", filepath.Join(cursor, "mcp.json"), "mcpServers", false, []string{cursor}, nil},
		{"vscode", "VS Code", filepath.Join(code, "mcp.json"), "servers", true, []string{code}, nil},
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

// merged returns e with the further arguments and variables of old, but without keys and without what the configuration says.
func (e Entry) merged(old Entry) Entry {
	contains := strings.Contains(strings.Join(old.Args, "\x00"), strings.Join(e.Args, "\x00"))
	if contains && len(strays(old.Args)) == 0 && slices.Contains(old.Args, "--simulator") == slices.Contains(e.Args, "--simulator") {
		e.Args = old.Args
	}
	env := map[string]string{}
	for variable, value := range old.Env {
		if !strings.Contains(variable, "STRIPE_SECRET_KEY") && variable != "STRIPE_MCP_CONFIG" && variable != "STRIPE_MCP_STATE_DIR" && !secret.Looks(value) {
			env[variable] = value
		}
	}
	maps.Copy(env, e.Env)
	e.Env = env
	return e
}

// Fault returns an error when entry, which is ours in the client's file, holds a key, has arguments that the server does not
// take or does not start program. settings are the names that a configuration file knows.
func (c Client) Fault(entry Entry, program string, settings []string) error {
	repair := "run stripe-mcp setup --client " + c.Name
	if slices.ContainsFunc(slices.AppendSeq(slices.Clone(entry.Args), maps.Values(entry.Env)), secret.Looks) {
		return hint.Errorf(repair+", then roll that key in the Dashboard", "%s: %s holds a Stripe key, and may have been synced or copied", c.Title, c.Path)
	}
	if err := CheckArguments(entry.Args, settings); err != nil {
		message, _ := hint.Split(err)
		return hint.Errorf(repair, "%s: its entry in %s has wrong arguments: %s", c.Title, c.Path, message)
	}
	if !local.SameFile(entry.Command, program) {
		return hint.Errorf(repair, "%s: its entry in %s starts %s, which is not this program (%s)", c.Title, c.Path, secret.Redact(entry.Command), program)
	}
	return nil
}

// ConfigFile returns the configuration file that the entry names, or "".
func (e Entry) ConfigFile() string {
	for i, argument := range e.Args {
		if path, found := strings.CutPrefix(argument, "--config="); found {
			return path
		}
		if argument == "--config" && i+1 < len(e.Args) {
			return e.Args[i+1]
		}
	}
	return ""
}
