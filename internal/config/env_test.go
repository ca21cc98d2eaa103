package config

import "testing"

func TestVariableNamesOnWindows(t *testing.T) {
	t.Parallel()
	c, err := load(Options{Env: []string{"Stripe_Mcp_Read_Only=true"}}, "windows")
	if err != nil || !c.ReadOnly {
		t.Errorf("read_only %v, %v: case does not count there", c.ReadOnly, err)
	}
}
