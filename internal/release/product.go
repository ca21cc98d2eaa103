package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Words that every shop window shows.
const (
	name        = "stripe-mcp"
	title       = "Stripe tools (stripe-mcp)"
	description = "Stripe Checkout, customers, subscriptions and billing portal for AI clients, with a simulator"
	license     = "MIT"
	author      = "The stripe-mcp authors"
)

// product is one version of the program, and where it is published. All addresses follow from the repository's.
type product struct {
	version    string // without a v
	commit     string
	time       time.Time // the commit's
	repository string    // https://host/owner/name
	owner      string
	npmScope   string // with its @
}

// readProduct returns what GoReleaser says in BUILD/metadata.json, together with the environment.
func readProduct(build string, getenv func(string) string) (product, error) {
	var metadata struct {
		Version string `json:"version"`
		Commit  string `json:"commit"`
	}
	if err := readJSON(filepath.Join(build, "metadata.json"), &metadata); err != nil {
		return product{}, err
	}
	return newProduct(metadata.Version, metadata.Commit, getenv)
}

func newProduct(version, commit string, getenv func(string) string) (product, error) {
	made, err := commitTime(getenv)
	if err != nil {
		return product{}, err
	}
	p := product{version: version, commit: commit, time: made, repository: strings.TrimSuffix(getenv("REPOSITORY"), "/")}
	address, err := url.Parse(p.repository)
	if err != nil {
		return product{}, fmt.Errorf("read REPOSITORY: %w", err)
	}
	owner, project, _ := strings.Cut(strings.TrimPrefix(address.Path, "/"), "/")
	if address.Scheme != "https" || address.Host == "" || owner == "" || project == "" || strings.Contains(project, "/") {
		return product{}, fmt.Errorf("REPOSITORY is %q and has to be like https://github.com/OWNER/%s", p.repository, name)
	}
	p.owner = owner
	p.npmScope = cmp.Or(getenv("NPM_SCOPE"), "@"+strings.ToLower(owner))
	if !regexp.MustCompile(`^@[a-z0-9][a-z0-9._-]*$`).MatchString(p.npmScope) {
		return product{}, fmt.Errorf("NPM_SCOPE is %q and has to be like @owner, in small letters", p.npmScope)
	}
	return p, nil
}

// commitTime returns what SOURCE_DATE_EPOCH says.
func commitTime(getenv func(string) string) (time.Time, error) {
	seconds, err := strconv.ParseInt(getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH has to be the commit's time in seconds: %w", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// serverName is the name in the MCP registry, which belongs to the owner of the repository.
func (p product) serverName() string { return "io.github." + p.owner + "/" + name }

// npmName is the name of the npm package that people install.
func (p product) npmName() string { return p.npmScope + "/" + name }

// image is the reference of the container image.
func (p product) image() string {
	return "ghcr.io/" + strings.ToLower(p.owner) + "/" + name + ":" + p.version
}

// download is the address of a file of this release.
func (p product) download(file string) string {
	return p.repository + "/releases/download/v" + p.version + "/" + file
}

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return nil
}

// indented returns value as people read JSON, with a newline at its end.
func indented(value any) ([]byte, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return []byte(text.String()), nil
}

// entry is a file in a package.
type entry struct {
	path string
	data []byte
	mode os.FileMode
}

// writeFile writes a file with exactly this mode, and makes its folder.
func writeFile(path string, data []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	if err := os.WriteFile(path, data, mode); err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		return fmt.Errorf("write a file: %w", err)
	}
	return nil
}
