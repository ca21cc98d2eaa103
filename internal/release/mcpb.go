package main

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"path/filepath"
	"time"
)

//go:embed files/launch.sh
var launcher []byte

// system is an operating system that gets a bundle of its own.
type system struct {
	name     string    // in the bundle's file name
	platform string    // as the manifest names it
	programs []program // with their paths in the bundle's folder
}

// systems lists the bundles. An unbuilt program is left out, and so is a bundle without any.
func systems() []system {
	return []system{
		{"linux", "linux", []program{
			{machine{"linux", "386"}, "stripe-mcp-linux-386"}, {machine{"linux", "amd64"}, "stripe-mcp-linux-amd64"}, {machine{"linux", "arm64"}, "stripe-mcp-linux-arm64"},
		}},
		{"macos", "darwin", []program{{machine{"darwin", universal}, "stripe-mcp-darwin"}}},
		// Windows on ARM runs it, too.
		{"windows", "win32", []program{{machine{"windows", "amd64"}, "stripe-mcp.exe"}}},
	}
}

// manifest is the manifest of a bundle, version 0.3.
type manifest struct {
	ManifestVersion string             `json:"manifest_version"`
	Name            string             `json:"name"`
	DisplayName     string             `json:"display_name"`
	Version         string             `json:"version"`
	Description     string             `json:"description"`
	Author          map[string]string  `json:"author"`
	Repository      map[string]string  `json:"repository"`
	Homepage        string             `json:"homepage"`
	License         string             `json:"license"`
	Keywords        []string           `json:"keywords"`
	Server          manifestServer     `json:"server"`
	ToolsGenerated  bool               `json:"tools_generated"`
	UserConfig      map[string]setting `json:"user_config"`
	Compatibility   map[string]any     `json:"compatibility"`
}

type manifestServer struct {
	Type       string        `json:"type"`
	EntryPoint string        `json:"entry_point"`
	Config     manifestStart `json:"mcp_config"`
}

type manifestStart struct {
	Command string            `json:"command"`
	Args    []string          `json:"args"`
	Env     map[string]string `json:"env"`
}

// setting is a question that the client asks the person.
type setting struct {
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Sensitive   bool   `json:"sensitive,omitempty"`
	Default     any    `json:"default"`
}

func newManifest(p product, s system) manifest {
	// A file without its run bit can be read by a shell, but not be started.
	start := manifestStart{Command: "/bin/sh", Args: []string{"${__dirname}/server/launch.sh"}}
	entry := "server/launch.sh"
	if s.platform == "win32" {
		entry = "server/stripe-mcp.exe"
		start = manifestStart{Command: "${__dirname}/server/stripe-mcp.exe", Args: []string{}}
	}
	start.Env = map[string]string{
		"STRIPE_MCP_STRIPE_SECRET_KEY": "${user_config.stripe_secret_key}",
		"STRIPE_MCP_SIMULATOR":         "${user_config.simulator}",
		"STRIPE_MCP_READ_ONLY":         "${user_config.read_only}",
	}
	return manifest{
		ManifestVersion: "0.3", Name: name, DisplayName: title, Version: p.version, Description: description,
		Author: map[string]string{"name": author}, Repository: map[string]string{"type": "git", "url": p.repository},
		Homepage: p.repository, License: license, Keywords: []string{"stripe", "payments", "billing"},
		Server:         manifestServer{Type: "binary", EntryPoint: entry, Config: start},
		ToolsGenerated: true,
		UserConfig: map[string]setting{
			// Without a default, an unset key arrives as the literal placeholder.
			"stripe_secret_key": {
				Type: "string", Title: "Stripe key", Sensitive: true, Default: "",
				Description: "A restricted key (rk_…) or a secret key (sk_…). Leave it empty for the simulator, or if stripe-mcp setup has stored a key.",
			},
			"simulator": {
				Type: "boolean", Title: "Use the simulator", Default: false,
				Description: "The built-in simulator answers instead of Stripe. It needs no key, and no money moves.",
			},
			"read_only": {
				Type: "boolean", Title: "Only read", Default: true,
				Description: "Only the tools that read are offered. Switch this off to let the AI create, change and cancel things.",
			},
		},
		Compatibility: map[string]any{"platforms": []string{s.platform}},
	}
}

// bundle is a file for desktop clients.
type bundle struct{ file, sum string }

// writeBundles writes one bundle for each system that has a program.
func writeBundles(b build, p product, legal entry, dist string) ([]bundle, error) {
	var written []bundle
	for _, s := range systems() {
		packed, err := zipBundle(b, p, legal, s)
		if err != nil {
			return nil, err
		}
		if packed == nil {
			continue
		}
		file := fmt.Sprintf("%s_%s_%s.mcpb", name, p.version, s.name)
		path := filepath.Join(dist, file)
		if err := writeFile(path, packed, 0o644); err != nil {
			return nil, err
		}
		sum, err := sumOf(path)
		if err != nil {
			return nil, err
		}
		written = append(written, bundle{file, sum})
	}
	return written, nil
}

// zipBundle returns the bundle of a system, or nil without a program for it.
func zipBundle(b build, p product, legal entry, s system) ([]byte, error) {
	text, err := indented(newManifest(p, s))
	if err != nil {
		return nil, err
	}
	files := []entry{{"manifest.json", text, 0o644}, legal}
	if s.platform != "win32" {
		files = append(files, entry{"server/launch.sh", launcher, 0o755})
	}
	var programs []entry
	for _, wanted := range s.programs {
		data, err := b.read(wanted.machine)
		if err != nil {
			return nil, err
		}
		if data != nil {
			programs = append(programs, entry{"server/" + wanted.path, data, 0o755})
		}
	}
	if len(programs) == 0 {
		return nil, nil
	}
	var packed bytes.Buffer
	archive := &zipWriter{zip.NewWriter(&packed), p.time}
	for _, file := range append(files, programs...) {
		if err := archive.add(file); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, fmt.Errorf("pack a bundle: %w", err)
	}
	return packed.Bytes(), nil
}

// zipWriter writes files that all have one time.
type zipWriter struct {
	*zip.Writer
	time time.Time
}

func (w *zipWriter) add(file entry) error {
	header := &zip.FileHeader{Name: file.path, Method: zip.Deflate, Modified: w.time}
	header.SetMode(file.mode)
	inside, err := w.CreateHeader(header)
	if err != nil {
		return fmt.Errorf("pack %s: %w", file.path, err)
	}
	if _, err := inside.Write(file.data); err != nil {
		return fmt.Errorf("pack %s: %w", file.path, err)
	}
	return nil
}
