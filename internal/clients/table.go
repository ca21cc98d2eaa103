package clients

import (
	"cmp"
	"path/filepath"
	"strings"

	"stripe-mcp/internal/hint"
	"stripe-mcp/internal/local"
)

// All returns the clients that this package knows, on goos, for the user whose environment lookup reads. Where that names no
// home folder, paths are not absolute.
func All(lookup func(string) string, goos string) []Client {
	p := placesOf(lookup, goos)
	plain := jsonFormat{section: "mcpServers", env: "env"}
	typed := jsonFormat{section: "mcpServers", env: "env", kind: "stdio"}
	copilot := jsonFormat{section: "mcpServers", env: "env", kind: "local", further: object{{"tools", []string{"*"}, false}}}
	cline := jsonFormat{section: "mcpServers", env: "env", nested: "transport"}
	editor := jsonFormat{section: "servers", env: "env", kind: "stdio"}
	opencode := jsonFormat{section: "mcp", env: "environment", kind: "local", list: true, further: object{{"enabled", true, false}}}
	zed := jsonFormat{section: "context_servers", env: "env"}

	clinePlace, clineFile := p.cline()
	claude := p.own("CLAUDE_CONFIG_DIR", at(p.home))
	return []Client{
		Client{Name: "claude-desktop", Title: "Claude Desktop", format: plain, passes: desktopVariables()}.in(p.claudeDesktop(), "claude_desktop_config.json"),
		Client{Name: "claude-code", Title: "Claude Code", format: typed}.in(claude, ".claude.json").
			seenAt(filepath.Join(claude.folder, ".claude.json"), p.own("CLAUDE_CONFIG_DIR", at(p.under(".claude"))).folder),
		Client{Name: "cursor", Title: "Cursor", format: plain}.in(at(p.under(".cursor")), "mcp.json"),
		Client{Name: "vscode", Title: "VS Code", format: editor}.in(at(p.base, "Code", "User"), "mcp.json"),
		Client{Name: "vscode-insiders", Title: "VS Code Insiders", format: editor}.in(at(p.base, "Code - Insiders", "User"), "mcp.json"),
		Client{Name: "vscodium", Title: "VSCodium", format: editor}.in(at(p.base, "VSCodium", "User"), "mcp.json"),
		Client{Name: "codex", Title: "Codex", format: tomlFormat{"mcp_servers"}, passes: codexVariables()}.in(p.own("CODEX_HOME", at(p.under(".codex"))), "config.toml"),
		Client{Name: "gemini-cli", Title: "Gemini CLI", format: plain}.in(p.own("GEMINI_CLI_HOME", at(p.home)).below(".gemini"), "settings.json"),
		Client{Name: "qwen-code", Title: "Qwen Code", format: plain}.in(p.own("QWEN_HOME", at(p.under(".qwen"))), "settings.json"),
		Client{Name: "opencode", Title: "OpenCode", format: opencode}.in(at(p.xdg, "opencode"), "opencode.json").
			reading("config.json", "opencode.json", "opencode.jsonc"),
		Client{Name: "kilo", Title: "Kilo Code", format: opencode}.in(at(p.xdg, "kilo"), "kilo.json").
			reading("config.json", "kilo.json", "kilo.jsonc", "opencode.json", "opencode.jsonc"),
		Client{Name: "copilot-cli", Title: "GitHub Copilot CLI", format: copilot}.in(p.own("COPILOT_HOME", at(p.under(".copilot"))), "mcp-config.json"),
		Client{Name: "cline", Title: "Cline", format: cline}.in(clinePlace, clineFile).seenAt(p.under(".cline"), clinePlace.folder),
		Client{Name: "windsurf", Title: "Windsurf", format: plain}.in(at(p.under(".codeium", "windsurf")), "mcp_config.json"),
		Client{Name: "lm-studio", Title: "LM Studio", format: plain}.in(at(p.under(".lmstudio")), "mcp.json"),
		Client{Name: "zed", Title: "Zed", format: zed, printOnly: true}.in(at(p.zed()), "settings.json"),
		Client{Name: "goose", Title: "goose", format: yamlFormat{"extensions"}, printOnly: true}.in(at(p.goose()), "config.yaml"),
		Client{Name: "junie", Title: "Junie", format: plain, printOnly: true}.in(at(p.under(".junie", "mcp")), "mcp.json").seenAt(p.under(".junie")),
	}
}

// places are the folders in which programs keep what is a user's.
type places struct {
	lookup  func(string) string
	windows bool
	home    string
	base    string // of programs that follow their system's custom
	xdg     string // of programs that have one custom on all systems
}

func placesOf(lookup func(string) string, goos string) places {
	p := places{lookup: lookup, windows: goos == "windows", home: lookup("HOME")}
	if p.windows {
		p.home = cmp.Or(lookup("USERPROFILE"), p.home)
	}
	p.xdg = p.under(".config")
	if own := lookup("XDG_CONFIG_HOME"); filepath.IsAbs(own) {
		p.xdg = own
	}
	switch goos {
	case "darwin":
		p.base = p.under("Library", "Application Support")
	case "windows":
		p.base = lookup("APPDATA")
	default:
		p.base = p.xdg
	}
	return p
}

func (p places) under(names ...string) string {
	return filepath.Join(append([]string{p.home}, names...)...)
}

// place is the folder of a client's file, or why it is not known.
type place struct {
	folder string
	fault  error
}

func at(names ...string) place { return place{folder: filepath.Join(names...)} }

func (p place) below(names ...string) place {
	p.folder = filepath.Join(append([]string{p.folder}, names...)...)
	return p
}

// own returns the place that a client's own variable names, or else the usual one.
func (p places) own(variable string, usual place) place {
	switch named := p.lookup(variable); {
	case filepath.IsAbs(named):
		return at(named)
	case strings.TrimSpace(named) != "": // it means another place wherever the client is started
		usual.fault = hint.Errorf("write the whole path there", "%s is not an absolute path, so the client's file is not known", variable)
	}
	return usual
}

// claudeDesktop returns the folder of Claude Desktop. The package from the Windows Store has its own.
func (p places) claudeDesktop() place {
	if p.windows {
		store := filepath.Join(p.lookup("LOCALAPPDATA"), "Packages", local.ClaudePackage, "LocalCache", "Roaming", "Claude")
		if exists(store) {
			return at(store)
		}
	}
	return at(p.base, "Claude")
}

// cline returns the folder of Cline's file, and its name.
func (p places) cline() (place, string) {
	data := p.own("CLINE_DATA_DIR", p.own("CLINE_DIR", at(p.under(".cline"))).below("data"))
	file := p.own("CLINE_MCP_SETTINGS_PATH", data.below("settings", "cline_mcp_settings.json"))
	return place{filepath.Dir(file.folder), file.fault}, filepath.Base(file.folder)
}

func (p places) zed() string {
	if p.windows {
		return filepath.Join(p.base, "Zed")
	}
	return filepath.Join(p.xdg, "zed")
}

func (p places) goose() string {
	if p.windows {
		return filepath.Join(p.base, "Block", "goose", "config")
	}
	return filepath.Join(p.xdg, "goose")
}

// in gives a client its place. An installed one has that folder.
func (c Client) in(p place, file string) Client {
	c.latest = &latest{}
	c.Path, c.fault, c.signs = filepath.Join(p.folder, file), p.fault, []string{p.folder}
	return c
}

// seenAt names what else than its folder an installed client has.
func (c Client) seenAt(signs ...string) Client {
	c.signs = signs
	return c
}

// reading names the files that the client reads, of which the last one counts. Our entry goes into the client's own kind of
// file that is there.
func (c Client) reading(files ...string) Client {
	folder, stem := filepath.Dir(c.Path), c.Path
	for _, file := range files {
		c.reads = append(c.reads, filepath.Join(folder, file))
	}
	if !exists(stem) && exists(stem+"c") {
		c.Path = stem + "c"
	}
	return c
}

// codexVariables are what Codex gives a server of its own, and what Windows needs besides.
func codexVariables() []string {
	return append(desktopVariables(), "LANG", "SHELL", "TERM", "USER")
}
