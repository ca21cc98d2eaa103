package config

import (
	"cmp"
	"path/filepath"
	"strings"
)

const (
	prefix       = "STRIPE_MCP_"
	fileVariable = prefix + "CONFIG"   // path of the configuration file
	shellKey     = "STRIPE_SECRET_KEY" // what Stripe's documentation has people put into their shells
	busVariable  = "DBUS_SESSION_BUS_ADDRESS"
	program      = "stripe-mcp" // names the program's folders
)

// environment holds the variables that are set and not blank: clients pass an empty one for a
// setting that was left out.
type environment map[string]string

// newEnvironment reads "NAME=value" entries; of several for one name the first counts, as in
// package os.
func newEnvironment(entries []string, goos string) environment {
	env := make(environment, len(entries))
	for _, entry := range entries {
		name, value, _ := strings.Cut(entry, "=")
		if goos == "windows" {
			name = strings.ToUpper(name) // where case does not count
		}
		if _, known := env[name]; !known {
			env[name] = value
		}
	}
	for name, value := range env {
		if strings.TrimSpace(value) == "" {
			delete(env, name)
		}
	}
	return env
}

// variable returns the name of the environment variable for the key called name.
func variable(name string) string { return prefix + strings.ToUpper(name) }

// folders returns where a user's configuration and state live on goos. One that the environment
// does not give away is "".
func folders(env environment, goos string) (config, state string) {
	switch goos {
	case "windows":
		return under(env["APPDATA"], program), under(env["LOCALAPPDATA"], program)
	case "darwin":
		config = under(env["HOME"], "Library", "Application Support", program)
		return config, under(config, "state")
	default: // https://specifications.freedesktop.org/basedir-spec/latest/
		config = cmp.Or(under(env["XDG_CONFIG_HOME"], program), under(env["HOME"], ".config", program))
		state = cmp.Or(under(env["XDG_STATE_HOME"], program), under(env["HOME"], ".local", "state", program))
		return config, state
	}
}

// under returns the path below base, or "" unless base is absolute: a relative one would lead into
// the working directory, where a repository could plant one.
func under(base string, path ...string) string {
	if !filepath.IsAbs(base) {
		return ""
	}
	return filepath.Join(base, filepath.Join(path...))
}
