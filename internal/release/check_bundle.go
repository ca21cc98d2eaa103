package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// moduleFolder is this module, from where the Makefile runs.
const moduleFolder = "internal/release"

// tryBundle unpacks a bundle, takes the run bit from its files, and starts it as a desktop client does.
func tryBundle(ctx context.Context, c *checker, m machine) (string, error) {
	file, err := c.file("_" + m.system + ".mcpb")
	if err != nil {
		return "", err
	}
	tool, err := filepath.Abs(moduleFolder + "/node_modules/.bin/mcpb")
	if err != nil {
		return "", fmt.Errorf("find mcpb: %w", err)
	}
	folder, err := c.folder("bundle " + m.system)
	if err != nil {
		return "", err
	}
	for _, arguments := range [][]string{
		{"unpack", file, folder},
		{"validate", filepath.Join(folder, "manifest.json")},
		{"pack", folder, filepath.Join(c.work, "again.mcpb")}, // it packs what it takes for sound
	} {
		if err := runIn(ctx, c.work, tool, arguments...); err != nil {
			return "", err
		}
	}
	if err := takeRunBits(folder); err != nil {
		return "", err
	}
	if m.system == "windows" {
		return c.startBundle(ctx, m, folder, `{"simulator": true, "read_only": false}`)
	}
	if _, err := c.startBundle(ctx, m, folder, `{"simulator": true}`); err == nil {
		return "", errors.New("a customer could be created without switching read_only off")
	}
	if err := takeRunBits(folder); err != nil {
		return "", err
	}
	return c.startBundle(ctx, m, folder, `{"simulator": true, "read_only": false}`)
}

// startBundle starts an unpacked bundle with a person's settings and creates a customer.
func (c *checker) startBundle(ctx context.Context, m machine, folder, settings string) (string, error) {
	before, environment, err := m.runner(ctx, c)
	if err != nil {
		return "", err
	}
	said, err := exec.CommandContext(ctx, "node", moduleFolder+"/bundle-start.mjs", folder, settings).Output()
	if err != nil {
		return "", fmt.Errorf("read the manifest as a client does: %w", err)
	}
	var start manifestStart
	if err := json.Unmarshal(said, &start); err != nil {
		return "", fmt.Errorf("read the manifest as a client does: %w", err)
	}
	home, err := c.home(ctx)
	if err != nil {
		return "", err
	}
	line := slices.Concat(before, []string{start.Command}, start.Args)
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	command.Env = slices.Concat(home, environment)
	for variable, value := range start.Env {
		command.Env = append(command.Env, variable+"="+value)
	}
	return c.customer(ctx, command)
}

// takeRunBits gives all files the mode that one desktop client gives them.
func takeRunBits(folder string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
}

// tryServerJSON holds the entry for the registry against the registry's schema.
func tryServerJSON(ctx context.Context, c *checker) (string, error) {
	schema, err := registrySchemaOf(ctx, moduleFolder)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(c.dist, "server.json"))
	if err != nil {
		return "", fmt.Errorf("read the entry: %w", err)
	}
	if err := accept(schema, text); err != nil {
		return "", err
	}
	return "the registry's schema takes it", nil
}

// registrySchemaOf reads the schema that comes with the registry's own module.
func registrySchemaOf(ctx context.Context, folder string) (*jsonschema.Schema, error) {
	list := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/modelcontextprotocol/registry")
	list.Dir = folder
	module, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("find the registry's module: %w", err)
	}
	path := filepath.Join(string(bytes.TrimSpace(module)), "internal/validators/schemas/2025-12-11.json")
	schema, err := jsonschema.NewCompiler().Compile(path)
	if err != nil {
		return nil, fmt.Errorf("read the registry's schema: %w", err)
	}
	return schema, nil
}

func accept(schema *jsonschema.Schema, text []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("the schema does not take it: %w", err)
	}
	return nil
}
