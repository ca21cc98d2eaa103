package config

import "strings"

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
