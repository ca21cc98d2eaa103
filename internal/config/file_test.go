package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stripe-mcp/internal/config"
)

func TestWhereTheFileIs(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	at := func(path string) string {
		path = filepath.Join(home, path)
		writeAt(t, path, "read_only: true\n")
		return path
	}
	flag, named := at("flag.yaml"), at("named.yaml")
	inXDG, inHome := at("xdg/stripe-mcp/config.yml"), at("you/.config/stripe-mcp/config.yaml")
	xdg, you := "XDG_CONFIG_HOME="+filepath.Join(home, "xdg"), "HOME="+filepath.Join(home, "you")
	tests := []struct {
		why, flag string
		env       []string
		want      string
	}{
		{"the flag wins", flag, []string{"STRIPE_MCP_CONFIG=" + named, xdg, you}, flag},
		{"then the variable", "", []string{"STRIPE_MCP_CONFIG=" + named, xdg, you}, named},
		{"then the XDG folder", "", []string{xdg, you}, inXDG},
		{"then the home folder", "", []string{you}, inHome},
		{"an empty folder is fine", "", []string{"HOME=" + home}, ""},
		{"a home that is no folder is fine", "", []string{"HOME=/dev/null"}, ""},
		{"no home is fine", "", nil, ""},
		{"a relative home does not count", "", []string{"HOME=you"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			c := loaded(t, config.Options{Path: tt.flag, Env: tt.env})
			if c.File != tt.want || c.ReadOnly != (tt.want != "") {
				t.Errorf("file %q, want %q; read_only %v", c.File, tt.want, c.ReadOnly)
			}
		})
	}
}

// A repository must not be able to plant a configuration for a user who starts a client in it.
func TestWorkingDirectoryIsNeverSearched(t *testing.T) {
	planted := t.TempDir()
	for _, path := range []string{"config.yaml", "stripe-mcp/config.yaml", ".config/stripe-mcp/config.yaml", ".stripe-mcp/config.yaml"} {
		writeAt(t, filepath.Join(planted, path), "api_base: http://localhost:1\n")
	}
	t.Chdir(planted)
	for _, env := range [][]string{nil, {"HOME="}, {"HOME=."}, {"HOME=.", "XDG_CONFIG_HOME=."}, {"XDG_CONFIG_HOME=" + t.TempDir()}} {
		if c, _ := config.Load(config.Options{Env: env}); c.File != "" || c.APIBase != config.DefaultAPIBase {
			t.Errorf("with %q, %s was read", env, c.File)
		}
	}
}

func TestTwoUsualFiles(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	yaml, toml := filepath.Join(home, "stripe-mcp", "config.yaml"), filepath.Join(home, "stripe-mcp", "config.toml")
	writeAt(t, yaml, "read_only: false\n")
	writeAt(t, toml, "read_only = true\n")
	c, err := config.Load(config.Options{Env: []string{"XDG_CONFIG_HOME=" + home}})
	checkText(t, err, "configuration: "+yaml+" and "+toml+" exist, and only one of them can count\nhint: remove or rename all but one")
	if c.File != "" {
		t.Errorf("file %q", c.File)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	const advice = "\nhint: look there for a missing quote, bracket or comma, a wrong indentation, or a name given twice"
	const backslash = `: a \ between double quotes does not stand for itself` + "\nhint: " + `write the path with / or with \\ in place of each \, or in YAML and TOML between single quotes`
	const canary = "sk_live_MadeUpForTests3"
	tests := []struct{ file, content, want string }{
		{"a.yaml", "timeout: 1s\ntimeout: 2s\n", "FILE cannot be read as YAML at line 2" + advice},
		{"a.yaml", "read_only: true\nstripe_secret_key: \"" + canary + "\nlog_level: warn\n", "FILE cannot be read as YAML at line 2" + advice},
		{"a.yaml", "timeout: 1s\n\tstripe_secret_key: " + canary, "FILE cannot be read as YAML at line 2" + advice},
		{"a.yaml", canary, "FILE cannot be read as YAML at line 1" + advice},
		{"a.yaml", "- " + canary, "FILE cannot be read as YAML at line 1" + advice},
		{"a.yaml", "stripe_secret_key: *" + canary, "FILE cannot be read as YAML" + advice},
		{"a.yaml", "stripe_secret_key: !!int " + canary, "FILE cannot be read as YAML" + advice},
		{"a.yaml", "timeout: 1s\n---\nread_only: true\n", "FILE cannot be read as YAML: it has several documents, of which only the first would count" + advice},
		{"a.yaml", "---\n# a\n--- # b\nread_only: true\n", "FILE cannot be read as YAML: it has several documents, of which only the first would count" + advice},
		{"a.toml", "timeout = '1s'\nstripe_secret_key = " + canary, "FILE cannot be read as TOML at line 2" + advice},
		{"a.toml", "timeout = '1s'\ntimeout = '2s'\n", "FILE cannot be read as TOML" + advice},
		{"a.json", "{\n\"stripe_secret_key\": " + canary + "}", "FILE cannot be read as JSON at line 2" + advice},
		{"a.json", "{\n\"read_only\": true,\n", "FILE cannot be read as JSON at line 3" + advice},
		{"a.json", "[]", "FILE cannot be read as JSON" + advice},
		{"a.json", "{\"read_only\": true,\n\"tools\": [\"a\"],\n\"read_only\": false}", "FILE cannot be read as JSON at line 3: a name is given twice" + advice},
		{"a.json", "{\"max_amount\": {\"eur\": 1,\n\"\\u0065ur\": 2}}", `FILE cannot be read as JSON at line 2: "max_amount" gives a name twice` + advice},
		{"a.json", "{\"" + canary + "\": {\"a\": 1, \"a\": 2}}", `FILE cannot be read as JSON at line 1: "sk_live_[redacted]" gives a name twice` + advice},
		{"a.yaml", "max_amount:\n  eur: 1\n  eur: 2\n", "FILE cannot be read as YAML at line 3" + advice},
		{"a.yaml", "state_dir: \"C:\\Users\\x\"\n", "FILE cannot be read as YAML" + backslash},
		{"a.yaml", "read_only: true\nca_file: \"\\\\server\\ca.pem\"\n", "FILE cannot be read as YAML at line 2" + backslash},
		{"a.yaml", "tools: [\nstate_dir: 'C:\\Users\\x'\n", "FILE cannot be read as YAML at line 2" + advice},
		{"a.yaml", "tools: [\nstate_dir: \"C:\\\\Users\\\\x\"\n", "FILE cannot be read as YAML at line 2" + advice},
		{"a.toml", "state_dir = \"C:\\Users\\x\"\n", "FILE cannot be read as TOML at line 1" + backslash},
		{"a.json", "{\n\"state_dir\": \"C:\\Users\\x\"}", "FILE cannot be read as JSON at line 2" + backslash},
		{"a.json", "{\"stripe_secret_key_command\": [\"\\Programs\\op.exe\", \"read\"]}", "FILE cannot be read as JSON at line 1" + backslash},
		{"a.yaml", "\xff\xfer\x00e\x00", "FILE is UTF-16, and not UTF-8\nhint: save it as UTF-8"},
		{"a.toml", "r\x00e\x00", "FILE is UTF-16, and not UTF-8\nhint: save it as UTF-8"},
		{"a.json", "\xfe\xff\x00{\x00}", "FILE is UTF-16, and not UTF-8\nhint: save it as UTF-8"},
		{"a.txt", "read_only: true", "FILE: the name of a configuration file ends in .yaml, .yml, .toml or .json\nhint: rename the file"},
		{"config", "read_only: true", "FILE: the name of a configuration file ends in .yaml, .yml, .toml or .json\nhint: rename the file"},
		{"a.toml", "tools = " + strings.Repeat("[", 1<<19), "FILE cannot be read as TOML: it has too many brackets" + advice},
		{"a.yaml", "# " + strings.Repeat("a", 1<<20), "FILE is larger than 1024 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.want+tt.content[:min(len(tt.content), 30)], func(t *testing.T) {
			t.Parallel()
			path := written(t, tt.file, tt.content)
			// The key of the shell is there to see that it does not step in.
			c, err := config.Load(config.Options{Path: path, Env: []string{"STRIPE_SECRET_KEY=" + testKey}})
			checkText(t, err, "configuration: "+strings.ReplaceAll(tt.want, "FILE", path))
			if !c.SecretKey.IsZero() || c.APIBase != config.DefaultAPIBase {
				t.Errorf("key from %q, base %q: not on the safe side", c.KeySource, c.APIBase)
			}
		})
	}
}

// Dot-file managers put links where the files would be.
func TestLinkedFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	target, link, loop := written(t, "real.yaml", "read_only: true\n"), filepath.Join(folder, "link.yaml"), filepath.Join(folder, "loop.yaml")
	if err := errors.Join(os.Symlink(target, link), os.Symlink(loop, loop)); err != nil {
		t.Fatal(err)
	}
	if c := loaded(t, config.Options{Path: link}); !c.ReadOnly || c.File != link {
		t.Errorf("read_only %v, file %q", c.ReadOnly, c.File)
	}
	_, err := config.Load(config.Options{Path: loop})
	checkText(t, err, "configuration: "+loop+" cannot be read: too many levels of symbolic links")
}
