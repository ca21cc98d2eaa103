package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestManifest says how a desktop client starts each bundle, and what it asks the person.
func TestManifest(t *testing.T) {
	t.Parallel()
	windows := "${__dirname}/server/stripe-mcp.exe"
	for _, s := range systems() {
		m := newManifest(sample(t), s)
		command, arguments, entryPoint := "/bin/sh", []string{"${__dirname}/server/launch.sh"}, "server/launch.sh"
		if s.platform == "win32" {
			command, arguments, entryPoint = windows, []string{}, "server/stripe-mcp.exe"
		}
		if m.Server.Config.Command != command || !slices.Equal(m.Server.Config.Args, arguments) || m.Server.EntryPoint != entryPoint {
			t.Errorf("%s starts %+v", s.name, m.Server)
		}
		for variable, value := range m.Server.Config.Env {
			asked := regexp.MustCompile(`^\$\{user_config\.(.*)\}$`).FindStringSubmatch(value)
			if asked == nil || m.UserConfig[asked[1]].Title == "" {
				t.Errorf("%s sets %s to %s, which nobody is asked for", s.name, variable, value)
			}
		}
		for key, asked := range m.UserConfig {
			if asked.Default == nil || asked.Required {
				t.Errorf("%s: without a default, %s arrives as a placeholder", s.name, key)
			}
		}
		if m.UserConfig["read_only"].Default != true || m.UserConfig["simulator"].Default != false || !m.UserConfig["stripe_secret_key"].Sensitive {
			t.Errorf("%s asks %+v", s.name, m.UserConfig)
		}
	}
}

// TestBundle says what lies in each bundle.
func TestBundle(t *testing.T) {
	t.Parallel()
	all := built(t, machine{"linux", "amd64"}, machine{"linux", "arm64"}, machine{"linux", "386"}, machine{"darwin", universal}, machine{"windows", "amd64"}, machine{"windows", "arm64"})
	some := built(t, machine{"linux", "arm64"})
	for name, c := range map[string]struct {
		build  build
		system int
		files  []string
	}{
		"Linux":      {all, 0, []string{"manifest.json 644", "LICENSE 644", "server/launch.sh 755", "server/stripe-mcp-linux-386 755", "server/stripe-mcp-linux-amd64 755", "server/stripe-mcp-linux-arm64 755"}},
		"macOS":      {all, 1, []string{"manifest.json 644", "LICENSE 644", "server/launch.sh 755", "server/stripe-mcp-darwin 755"}},
		"Windows":    {all, 2, []string{"manifest.json 644", "LICENSE 644", "server/stripe-mcp.exe 755"}},
		"one of all": {some, 0, []string{"manifest.json 644", "LICENSE 644", "server/launch.sh 755", "server/stripe-mcp-linux-arm64 755"}},
		"none":       {some, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			packed, err := zipBundle(c.build, sample(t), entry{"LICENSE", []byte("MIT"), 0o644}, systems()[c.system])
			if err != nil {
				t.Fatal(err)
			}
			again, err := zipBundle(c.build, sample(t), entry{"LICENSE", []byte("MIT"), 0o644}, systems()[c.system])
			if err != nil || !bytes.Equal(packed, again) {
				t.Errorf("two bundles of the same differ: %v", err)
			}
			if got := listZip(t, packed); !slices.Equal(got, c.files) {
				t.Errorf("got %v\nnot %v", got, c.files)
			}
		})
	}
}

func listZip(t *testing.T, packed []byte) []string {
	t.Helper()
	if packed == nil {
		return nil
	}
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, file := range archive.File {
		files = append(files, fmt.Sprintf("%s %o", file.Name, file.Mode()))
	}
	return files
}

// TestLauncher says which program the launcher starts on which machine, from files without a run bit.
func TestLauncher(t *testing.T) {
	t.Parallel()
	for machine, started := range map[string]string{
		"Linux x86_64":  "linux-amd64",
		"Linux aarch64": "linux-arm64",
		"Linux i686":    "linux-386",
		"Linux i386":    "linux-386",
		"Darwin arm64":  "darwin",
		"Darwin x86_64": "darwin",
		"Linux riscv64": "",
		"FreeBSD amd64": "",
		"Linux armv7l":  "",
	} {
		t.Run(machine, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(t.TempDir(), "a folder's name")
			system, processor, _ := strings.Cut(machine, " ")
			files := []entry{
				{"server/launch.sh", launcher, 0o600},
				{"bin/uname", []byte("#!/bin/sh\ncase $1 in -s) echo " + system + " ;; -m) echo " + processor + " ;; esac\n"), 0o755},
			}
			for _, program := range []string{"linux-amd64", "linux-arm64", "linux-386", "darwin"} {
				files = append(files, entry{"server/stripe-mcp-" + program, []byte("#!/bin/sh\necho " + program + " \"$@\"\ncat\nexit 7\n"), 0o600})
			}
			for _, file := range files {
				if err := writeFile(filepath.Join(folder, file.path), file.data, file.mode); err != nil {
					t.Fatal(err)
				}
			}
			var out, said strings.Builder
			command := exec.Command("/bin/sh", filepath.Join(folder, "server/launch.sh"), "an argument", "--flag")
			command.Env = []string{"PATH=" + filepath.Join(folder, "bin") + ":" + os.Getenv("PATH"), "CDPATH=" + folder}
			command.Stdin, command.Stdout, command.Stderr = strings.NewReader("a line"), &out, &said
			_ = command.Run()
			code, wantCode, want := command.ProcessState.ExitCode(), 7, started+" an argument --flag\na line"
			if started == "" {
				wantCode, want = 1, ""
			}
			if code != wantCode || out.String() != want || (said.String() == "") != (started != "") {
				t.Errorf("ended with %d, said %q and %q", code, out.String(), said.String())
			}
		})
	}
}

// TestUnzip says that an archive cannot write outside its folder.
func TestUnzip(t *testing.T) {
	t.Parallel()
	for path, fine := range map[string]bool{"a/b": true, "../b": false, "/b": false, "a/../../b": false} {
		var packed bytes.Buffer
		archive := zip.NewWriter(&packed)
		inside, err := archive.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(inside, "text")
		if err := archive.Close(); err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		if err := writeFile(filepath.Join(folder, "x.zip"), packed.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := unzip(filepath.Join(folder, "x.zip"), filepath.Join(folder, "out")); (err == nil) != fine {
			t.Errorf("%s: %v", path, err)
		}
	}
}
