package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// tryNPM installs the wrapper from a registry that holds only this release, and then runs it without any registry.
func tryNPM(ctx context.Context, c *checker) (string, error) {
	registry, err := newNPMRegistry(c.dist)
	if err != nil {
		return "", err
	}
	server := httptest.NewServer(registry)
	registry.address = server.URL
	defer server.Close()
	project, err := c.folder("npm project")
	if err != nil {
		return "", err
	}
	settings := fmt.Sprintf("registry=%s\ncache=%s\naudit=false\nfund=false\nupdate-notifier=false\n", server.URL, filepath.Join(c.work, "npm-cache"))
	for path, text := range map[string]string{".npmrc": settings, "package.json": "{}"} {
		if err := writeFile(filepath.Join(project, path), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	if err := runIn(ctx, project, "npm", "install", "--loglevel=error", registry.wrapper); err != nil {
		return "", err
	}
	if err := onlyOnePlatform(project, registry.wrapper); err != nil {
		return "", err
	}
	server.Close()
	home, err := c.home(ctx)
	if err != nil {
		return "", err
	}
	npx := exec.CommandContext(ctx, "npx", "--offline", registry.wrapper)
	npx.Dir, npx.Env = project, home
	saw, err := c.customer(ctx, npx)
	if err != nil {
		return "", err
	}
	return saw, tryShim(ctx, filepath.Join(project, "node_modules/.bin/stripe-mcp"), home)
}

// onlyOnePlatform looks at what npm has installed beside the wrapper.
func onlyOnePlatform(project, wrapper string) error {
	installed, err := filepath.Glob(filepath.Join(project, "node_modules", wrapper+"-*"))
	if err != nil || len(installed) != 1 {
		return fmt.Errorf("npm installed %v and had to choose the one package of this machine", installed)
	}
	return nil
}

// tryShim holds the shim against the program: the same exit codes and words, and the end that a signal asks for.
func tryShim(ctx context.Context, shim string, environment []string) error {
	for _, c := range []struct {
		arguments []string
		code      int
		out, err  string // how they begin
	}{
		{[]string{"version"}, 0, "stripe-mcp v", ""},
		{[]string{"call", "stripe_create_customer"}, 1, `{"error":`, "stripe-mcp: "},
		{[]string{"call", "--no-such-flag"}, 2, "", "stripe-mcp: "},
	} {
		var out, said strings.Builder
		command := exec.CommandContext(ctx, shim, c.arguments...)
		command.Env, command.Stdout, command.Stderr = environment, &out, &said
		_ = command.Run()
		if code := command.ProcessState.ExitCode(); code != c.code || !begins(out.String(), c.out) || !begins(said.String(), c.err) {
			return fmt.Errorf("the shim with %v ended with %d, said %q and %q on stderr", c.arguments, code, out.String(), said.String())
		}
	}
	return errors.Join(
		trySignal(ctx, shim, environment, syscall.SIGTERM, false),
		trySignal(ctx, shim, environment, syscall.SIGINT, true), // as a terminal does
	)
}

// begins says whether text begins so, or is empty if nothing is expected.
func begins(text, with string) bool {
	return strings.HasPrefix(text, with) && (with != "" || text == "")
}

// trySignal sends a signal to the shim, or to all of its process group, while the program serves. The program must end well,
// which it does after one signal but not after two, and so must the shim.
func trySignal(ctx context.Context, shim string, environment []string, signal syscall.Signal, group bool) error {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	command := exec.CommandContext(ctx, shim)
	command.Env = environment
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := command.StdinPipe()
	if err != nil {
		return fmt.Errorf("connect to the shim: %w", err)
	}
	defer func() { _ = stdin.Close() }()
	stdout, err := command.StdoutPipe()
	if err != nil {
		return fmt.Errorf("connect to the shim: %w", err)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("start the shim: %w", err)
	}
	// The answer shows that the program runs.
	_, err = io.WriteString(stdin, `{"jsonrpc":"2.0","id":1,"method":"ping"}`+"\n")
	if _, read := stdout.Read(make([]byte, 1)); err == nil {
		err = read
	}
	target := command.Process.Pid
	if group {
		target = -target
	}
	err = errors.Join(err, syscall.Kill(target, signal))
	_, _ = io.Copy(io.Discard, stdout)
	if err = errors.Join(err, command.Wait()); err != nil {
		return fmt.Errorf("end the shim with %v: %w", signal, err)
	}
	return nil
}

// npmRegistry serves the packages of a release as npm's registry does.
type npmRegistry struct {
	address  string
	wrapper  string            // the name of the package that people install
	tarballs map[string]string // path of the file by name of the package
	about    map[string]json.RawMessage
}

func newNPMRegistry(dist string) (*npmRegistry, error) {
	files, err := filepath.Glob(filepath.Join(dist, "*.tgz"))
	if err != nil {
		return nil, fmt.Errorf("list the npm packages: %w", err)
	}
	r := &npmRegistry{tarballs: map[string]string{}, about: map[string]json.RawMessage{}}
	for _, file := range files {
		description, err := packageJSON(file)
		if err != nil {
			return nil, err
		}
		var about npmPackage
		if err := json.Unmarshal(description, &about); err != nil {
			return nil, fmt.Errorf("read the package.json of %s: %w", filepath.Base(file), err)
		}
		r.tarballs[about.Name], r.about[about.Name] = file, description
		if about.Bin != nil {
			r.wrapper = about.Name
		}
	}
	if r.wrapper == "" {
		return nil, errors.New("no npm package has a command")
	}
	return r, nil
}

// ServeHTTP answers what npm asks: which versions there are, and their files.
func (r *npmRegistry) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	path, _ := url.PathUnescape(strings.TrimPrefix(request.URL.EscapedPath(), "/"))
	name, isFile := strings.CutSuffix(path, "/-/package.tgz")
	file, known := r.tarballs[name]
	if !known {
		http.NotFound(w, request)
		return
	}
	if isFile {
		http.ServeFile(w, request, file)
		return
	}
	text, err := r.describe(name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}

func (r *npmRegistry) describe(name string) ([]byte, error) {
	data, err := os.ReadFile(r.tarballs[name])
	if err != nil {
		return nil, fmt.Errorf("read a package: %w", err)
	}
	var about map[string]any
	if err := json.Unmarshal(r.about[name], &about); err != nil {
		return nil, fmt.Errorf("read a package.json: %w", err)
	}
	sum := sha512.Sum512(data)
	about["dist"] = map[string]string{
		"tarball":   r.address + "/" + name + "/-/package.tgz",
		"integrity": "sha512-" + base64.StdEncoding.EncodeToString(sum[:]),
	}
	version, _ := about["version"].(string)
	return indented(map[string]any{"name": name, "dist-tags": map[string]string{"latest": version}, "versions": map[string]any{version: about}})
}

// packageJSON returns the package.json in a packed package.
func packageJSON(file string) ([]byte, error) {
	packed, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open a package: %w", err)
	}
	defer func() { _ = packed.Close() }()
	content, err := gzip.NewReader(packed)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", filepath.Base(file), err)
	}
	archive := tar.NewReader(content)
	for {
		header, err := archive.Next()
		if err != nil {
			return nil, fmt.Errorf("find package.json in %s: %w", filepath.Base(file), err)
		}
		if header.Name == "package/package.json" {
			return io.ReadAll(archive)
		}
	}
}
