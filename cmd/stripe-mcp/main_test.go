package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"stripe-mcp/internal/cli"
	"stripe-mcp/internal/mcpclient"
)

// TestMain puts this program on PATH as stripe-mcp, so that tests start it as clients do.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stripe-mcp": func() { os.Exit(int(cli.Main())) }})
}

// TestScripts runs the command lines in testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	stripe := fakeStripe(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Vars = append(env.Vars, "HOME="+home, "DBUS_SESSION_BUS_ADDRESS=disabled:", "FAKE_STRIPE="+stripe)
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitcode,
		},
	})
}

// exitcode CODE COMMAND... runs a command that must end with that code.
func exitcode(ts *testscript.TestScript, negated bool, arguments []string) {
	if negated || len(arguments) < 2 {
		ts.Fatalf("usage: exitcode CODE COMMAND...")
	}
	err := ts.Exec(arguments[1], arguments[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != arguments[0] {
		ts.Fatalf("exit code %d, want %s", code, arguments[0])
	}
}

// program returns the path of the program.
func program(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("stripe-mcp")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// command prepares a start of the program with an empty home and the given further environment.
func command(t *testing.T, environment []string, arguments ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(program(t), arguments...)
	cmd.Env = append([]string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, environment...)
	cmd.Stderr = os.Stderr
	cmd.Dir = t.TempDir()
	return cmd
}

// start starts the program and shakes hands with it. It is expected to end with exit code 0.
func start(t *testing.T, environment []string, arguments ...string) *mcpclient.Client {
	t.Helper()
	return handshake(t, command(t, environment, arguments...))
}

func handshake(t *testing.T, cmd *exec.Cmd) *mcpclient.Client {
	t.Helper()
	if cmd.Stderr == nil {
		cmd.Stderr = io.Discard
	}
	client, err := mcpclient.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := client.Initialize(t.Context()); err != nil {
		t.Fatal(err)
	}
	return client
}
