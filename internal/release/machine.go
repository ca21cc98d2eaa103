package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"stripe-mcp/internal/mcpclient"
)

// patience is how long one program may take for its few answers, under an emulator on a busy machine.
const patience = 3 * time.Minute

// machine is a kind of machine, as Go names it.
type machine struct{ system, processor string }

// machines lists those whose programs are built and used.
func machines() []machine {
	return []machine{{"linux", "amd64"}, {"linux", "386"}, {"linux", "arm64"}, {"windows", "amd64"}}
}

func (m machine) key() string { return m.system + "/" + m.processor }

// runner returns what stands before a program of this machine, so that it runs here, and what that needs in its environment.
func (m machine) runner(ctx context.Context, c *checker) (before, environment []string, err error) {
	switch here := runtime.GOOS + "/" + runtime.GOARCH; {
	case m.key() == here, m.key() == "linux/386" && here == "linux/amd64":
		return nil, nil, nil
	case m.system == "linux" && runtime.GOOS == "linux":
		emulator := "qemu-" + map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "i386"}[m.processor] + "-static"
		path, err := exec.LookPath(emulator)
		if err != nil {
			return nil, nil, cannot(emulator + " is not installed")
		}
		return []string{path}, nil, nil
	case m.key() == "windows/amd64" && here == "linux/amd64":
		w, err := c.windows(ctx)
		if err != nil {
			return nil, nil, err
		}
		return []string{w.loader}, w.environment, nil
	}
	return nil, nil, cannot("this machine is " + runtime.GOOS + "/" + runtime.GOARCH)
}

// home returns the environment of somebody who has just installed the program, and uses the simulator.
func (c *checker) home(ctx context.Context) ([]string, error) {
	home, err := os.MkdirTemp(c.work, "home")
	if err != nil {
		return nil, fmt.Errorf("make a home: %w", err)
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "USERPROFILE=" + home, "LANG=C.UTF-8",
		"STRIPE_MCP_SIMULATOR=true", "STRIPE_MCP_SIMULATOR_ADDR=" + address,
	}, nil
}

func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

// player starts the program of one machine, again and again in one home.
type player struct {
	*checker
	machine
	line        []string // what starts the program
	environment []string
}

// player returns a player in a new home. Programs for Windows have one home, because Wine names a person's folders by itself.
func (c *checker) player(ctx context.Context, m machine, program string) (*player, error) {
	before, environment, err := m.runner(ctx, c)
	if err != nil {
		return nil, err
	}
	home, err := c.home(ctx)
	if err != nil {
		return nil, err
	}
	return &player{c, m, slices.Concat(before, []string{program}), slices.Concat(home, environment)}, nil
}

func (p *player) command(ctx context.Context, arguments ...string) *exec.Cmd {
	line := slices.Concat(p.line, arguments)
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	command.Env = p.environment
	return command
}

// use starts the program of a machine in a new home and creates a customer with it.
func (c *checker) use(ctx context.Context, m machine, program string) (string, error) {
	p, err := c.player(ctx, m, program)
	if err != nil {
		return "", err
	}
	return c.customer(ctx, p.command(ctx))
}

// customer creates a customer through a server that command starts, and says which. The server must be of this release,
// and must end well when its input ends.
func (c *checker) customer(ctx context.Context, command *exec.Cmd) (string, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	said := &strings.Builder{}
	command.Stderr = said
	server, err := mcpclient.Start(command)
	if err != nil {
		return "", err
	}
	id, err := c.converse(ctx, server)
	if err = errors.Join(err, server.Close()); err != nil {
		return "", fmt.Errorf("%w\n%.1000s", err, said)
	}
	return id, nil
}

func (c *checker) converse(ctx context.Context, server *mcpclient.Client) (string, error) {
	info, err := server.Initialize(ctx)
	if err != nil {
		return "", err
	}
	if info.ServerInfo.Version != "v"+c.version {
		return "", fmt.Errorf("the program says it is %s, and the release is v%s", info.ServerInfo.Version, c.version)
	}
	result, err := server.Call(ctx, "stripe_create_customer", map[string]string{"email": "jenny@shop.example"})
	if err != nil {
		return "", err
	}
	id, err := customerID(result)
	return "created " + id, err
}

// customerID returns the id in the answer to a call that creates a customer.
func customerID(result mcpclient.ToolResult) (string, error) {
	var customer struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(result.StructuredContent, &customer); err != nil || !strings.HasPrefix(customer.ID, "cus_") {
		return "", fmt.Errorf("no customer was created: %s", result.Text())
	}
	return customer.ID, nil
}
