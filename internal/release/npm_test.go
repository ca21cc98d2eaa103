package main

import (
	"path/filepath"
	"slices"
	"testing"
)

// TestNPMPackages says that the wrapper knows every platform, at its own version.
func TestNPMPackages(t *testing.T) {
	t.Parallel()
	p := sample(t)
	wrapper := wrapperPackage(p)
	if wrapper.Name != "@somebody/stripe-mcp" || wrapper.MCPName != p.serverName() || wrapper.Bin[name] != "stripe-mcp.js" {
		t.Errorf("the wrapper is %+v", wrapper)
	}
	for _, platform := range npmPlatforms() {
		one := platformPackage(p, platform)
		if wrapper.Optional[one.Name] != one.Version || one.Version != p.version {
			t.Errorf("the wrapper wants %s at %q, and it is %s", one.Name, wrapper.Optional[one.Name], one.Version)
		}
		if one.Name != "@somebody/stripe-mcp-"+platform.os+"-"+platform.cpu || !slices.Equal(one.OS, []string{platform.os}) || !slices.Equal(one.CPU, []string{platform.cpu}) {
			t.Errorf("the package is %+v", one)
		}
	}
	if len(wrapper.Optional) != len(npmPlatforms()) {
		t.Errorf("the wrapper wants %v", wrapper.Optional)
	}
}

// TestNoPackages says that the check needs packages.
func TestNoPackages(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.tgz")
	if err := writeFile(file, []byte("not packed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := packageJSON(file); err == nil {
		t.Error("a file that is no package was read")
	}
	if _, err := newNPMRegistry(t.TempDir()); err == nil {
		t.Error("a folder without packages was taken for a registry")
	}
}
