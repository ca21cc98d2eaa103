package config

import "testing"

func TestFolders(t *testing.T) {
	t.Parallel()
	tests := []struct {
		goos          string
		env           []string
		config, state string
	}{
		{"linux", []string{"HOME=/home/you"}, "/home/you/.config/stripe-mcp", "/home/you/.local/state/stripe-mcp"},
		{"linux", []string{"HOME=/home/you", "XDG_CONFIG_HOME=/c", "XDG_STATE_HOME=/s"}, "/c/stripe-mcp", "/s/stripe-mcp"},
		{"linux", []string{"HOME=/home/you", "XDG_CONFIG_HOME=c", "XDG_STATE_HOME=."}, "/home/you/.config/stripe-mcp", "/home/you/.local/state/stripe-mcp"},
		{"freebsd", []string{"HOME=/home/you"}, "/home/you/.config/stripe-mcp", "/home/you/.local/state/stripe-mcp"},
		{"linux", nil, "", ""},
		{"darwin", []string{"HOME=/Users/you", "XDG_CONFIG_HOME=/c"}, "/Users/you/Library/Application Support/stripe-mcp", "/Users/you/Library/Application Support/stripe-mcp/state"},
		{"darwin", nil, "", ""},
		{"windows", []string{"AppData=/Roaming", "LocalAppData=/Local"}, "/Roaming/stripe-mcp", "/Local/stripe-mcp"},
		{"windows", []string{"=C:=C:\\", "HOME=/home/you"}, "", ""},
	}
	for _, tt := range tests {
		config, state := folders(newEnvironment(tt.env, tt.goos), tt.goos)
		if config != tt.config || state != tt.state {
			t.Errorf("%s %q\n got %q and %q\nwant %q and %q", tt.goos, tt.env, config, state, tt.config, tt.state)
		}
	}
}

func TestStateFolder(t *testing.T) {
	t.Parallel()
	c, err := load(Options{Env: []string{"HOME=/Users/you"}}, "darwin")
	if want := "/Users/you/Library/Application Support/stripe-mcp/state"; err != nil || c.StateDir != want {
		t.Errorf("got %q, %v; want %q", c.StateDir, err, want)
	}
}

func TestVariableNamesOnWindows(t *testing.T) {
	t.Parallel()
	c, err := load(Options{Env: []string{"Stripe_Mcp_Read_Only=true"}}, "windows")
	if err != nil || !c.ReadOnly {
		t.Errorf("read_only %v, %v: case does not count there", c.ReadOnly, err)
	}
}
