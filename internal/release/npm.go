package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed files/stripe-mcp.js
var shim []byte

// npmPackage is the package.json of the wrapper, or of a platform.
type npmPackage struct {
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Description string            `json:"description"`
	License     string            `json:"license"`
	Author      string            `json:"author"`
	Homepage    string            `json:"homepage"`
	Repository  map[string]string `json:"repository"`
	MCPName     string            `json:"mcpName,omitempty"` // the registry checks with it whose package this is
	Bin         map[string]string `json:"bin,omitempty"`
	Files       []string          `json:"files"`
	OS          []string          `json:"os,omitempty"`
	CPU         []string          `json:"cpu,omitempty"`
	Engines     map[string]string `json:"engines,omitempty"`
	Optional    map[string]string `json:"optionalDependencies,omitempty"`
	Publish     map[string]string `json:"publishConfig"`
}

// npmPlatform is a pair of system and processor, as Node and as Go name it.
type npmPlatform struct {
	os, cpu string
	machine
}

// npmPlatforms lists the packages.
func npmPlatforms() []npmPlatform {
	return []npmPlatform{
		{"linux", "x64", machine{"linux", "amd64"}},
		{"linux", "arm64", machine{"linux", "arm64"}},
		{"linux", "ia32", machine{"linux", "386"}},
		{"darwin", "x64", machine{"darwin", "amd64"}},
		{"darwin", "arm64", machine{"darwin", "arm64"}},
		{"win32", "x64", machine{"windows", "amd64"}},
		{"win32", "arm64", machine{"windows", "arm64"}},
	}
}

func newPackage(p product, suffix, about string) npmPackage {
	return npmPackage{
		Name: p.npmName() + suffix, Version: p.version, Description: about, License: license, Author: author, Homepage: p.repository,
		Repository: map[string]string{"type": "git", "url": "git+" + p.repository + ".git"},
		Publish:    map[string]string{"access": "public"},
	}
}

func wrapperPackage(p product) npmPackage {
	wrapper := newPackage(p, "", description)
	wrapper.MCPName = p.serverName()
	wrapper.Bin = map[string]string{name: "stripe-mcp.js"}
	wrapper.Files = []string{"stripe-mcp.js"}
	wrapper.Engines = map[string]string{"node": ">=18"}
	wrapper.Optional = map[string]string{}
	for _, platform := range npmPlatforms() {
		wrapper.Optional[p.npmName()+platform.suffix()] = p.version
	}
	return wrapper
}

func platformPackage(p product, platform npmPlatform) npmPackage {
	one := newPackage(p, platform.suffix(), fmt.Sprintf("The program of %s for %s on %s", p.npmName(), platform.os, platform.cpu))
	one.OS, one.CPU, one.Files = []string{platform.os}, []string{platform.cpu}, []string{"bin"}
	return one
}

func (n npmPlatform) suffix() string { return "-" + n.os + "-" + n.cpu }

// program is the path of the program in its package.
func (n npmPlatform) program() string {
	if n.os == "win32" {
		return "bin/stripe-mcp.exe"
	}
	return "bin/stripe-mcp"
}

// packNPM packs the wrapper and the package of each platform that was built.
func packNPM(ctx context.Context, b build, p product, legal entry, dist string) error {
	readme := fmt.Appendf(nil, "# %s\n\n%s.\n\nRun `npx %s --simulator call stripe_create_customer email=jenny@example.com` to try it. It needs no key.\nThe rest is told at <%s>.\n",
		name, description, p.npmName(), p.repository)
	if err := packPackage(ctx, dist, wrapperPackage(p), legal, entry{"stripe-mcp.js", shim, 0o755}, entry{"README.md", readme, 0o644}); err != nil {
		return err
	}
	for _, platform := range npmPlatforms() {
		data, err := b.read(platform.machine)
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		if err := packPackage(ctx, dist, platformPackage(p, platform), legal, entry{platform.program(), data, 0o755}); err != nil {
			return err
		}
	}
	return nil
}

// packPackage has npm pack a package out of these files.
func packPackage(ctx context.Context, dist string, about npmPackage, files ...entry) error {
	folder, err := os.MkdirTemp("", "stripe-mcp-npm")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	description, err := indented(about)
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(folder, "package.json"), description, 0o644); err != nil {
		return err
	}
	for _, file := range files {
		if err := writeFile(filepath.Join(folder, file.path), file.data, file.mode); err != nil {
			return err
		}
	}
	dist, err = filepath.Abs(dist)
	if err != nil {
		return fmt.Errorf("find %s: %w", dist, err)
	}
	return runIn(ctx, folder, "npm", "pack", "--silent", "--offline", "--pack-destination", dist)
}

// runIn runs a command in a folder, and shows what it said only when it failed.
func runIn(ctx context.Context, folder, command string, arguments ...string) error {
	cmd := exec.CommandContext(ctx, command, arguments...)
	cmd.Dir = folder
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", command, arguments, err, said)
	}
	return nil
}
