// Package clients is the only place that edits other programs' files: the configuration in which AI clients list their MCP
// servers. It changes its own entries there, and no other byte.
package clients

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stripe-mcp/internal/hint"
)

// Client is an AI client with a configuration file.
type Client struct {
	Name  string // on our command line
	Title string // as its makers call it
	Path  string // of its configuration file

	format    format   // of that file
	signs     []string // files or folders that an installed client has
	passes    []string // the variables that its servers get of its own; nil for all
	printOnly bool     // its file is left to people
	redirects bool     // its servers see another AppData
	fault     error    // why its place is not known
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
	redirects := false
	if goos == "windows" { // the package from the Store has its own
		store := filepath.Join(lookup("LOCALAPPDATA"), "Packages", "Claude_pzs8sxrjxfjjc", "LocalCache", "Roaming", "Claude")
		if redirects = exists(store); redirects {
			claude = store
		}
	}
	claudeCode, place, fault := filepath.Join(home, ".claude.json"), filepath.Join(home, ".claude"), error(nil)
	if own := lookup("CLAUDE_CONFIG_DIR"); filepath.IsAbs(own) {
		claudeCode, place = filepath.Join(own, ".claude.json"), own
	} else if strings.TrimSpace(own) != "" { // it means another folder wherever Claude Code is started
		fault = hint.Errorf("write the whole path there", "CLAUDE_CONFIG_DIR is not an absolute path, so the file of Claude Code is not known")
	}
	plain := jsonFormat{section: "mcpServers", env: "env"}
	typed := jsonFormat{section: "mcpServers", env: "env", kind: "stdio"}
	editor := jsonFormat{section: "servers", env: "env", kind: "stdio"}
	return []Client{
		{Name: "claude-desktop", Title: "Claude Desktop", Path: filepath.Join(claude, "claude_desktop_config.json"), format: plain, signs: []string{claude}, passes: desktop(), redirects: redirects},
		{Name: "claude-code", Title: "Claude Code", Path: claudeCode, format: typed, signs: []string{claudeCode, place}, fault: fault},
		{Name: "cursor", Title: "Cursor", Path: filepath.Join(cursor, "mcp.json"), format: plain, signs: []string{cursor}},
		{Name: "vscode", Title: "VS Code", Path: filepath.Join(code, "mcp.json"), format: editor, signs: []string{code}},
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
			next := "choose one of " + strings.Join(known, ", ") + "; setup --print shows what another client needs"
			return nil, hint.Errorf(next, "there is no client %q. Nothing was changed", name)
		}
	}
	return slices.DeleteFunc(all, func(c Client) bool { return !slices.Contains(names, c.Name) }), nil
}

// Installed reports whether the client seems to be on this machine.
func (c Client) Installed() bool {
	return slices.ContainsFunc(c.signs, exists)
}

// PrintOnly reports whether people edit the client's file themselves, with the lines that a Change has for them.
func (c Client) PrintOnly() bool { return c.printOnly }

// RedirectsAppData reports whether the servers that the client starts see another AppData than other programs do, so that
// their files have to lie outside of it.
func (c Client) RedirectsAppData() bool { return c.redirects }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
