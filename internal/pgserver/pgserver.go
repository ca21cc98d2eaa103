// Package pgserver runs a real PostgreSQL for tests and for the fault laboratory: in a temporary folder, on a free port of
// loopback, as a user without privileges.
package pgserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// The user who owns the databases.
const (
	Owner    = "owner"
	Password = "MadeUpPassword"
)

// Server is a PostgreSQL of its own.
type Server struct {
	folder string
	bin    string
	port   int

	mu      sync.Mutex
	process *process
	count   int // of databases
}

// process is a program that was started, with what it says.
type process struct {
	cmd   *exec.Cmd
	says  *bytes.Buffer
	ended chan struct{}
}

const patience = time.Minute // on a busy machine

// Start makes and starts a server. It fails with what to install when the programs are missing.
func Start() (*Server, error) {
	bin, err := find("initdb", "postgresql")
	if err != nil {
		return nil, err
	}
	folder, err := privateFolder("stripe-mcp-postgres")
	if err != nil {
		return nil, err
	}
	s := &Server{folder: folder, bin: filepath.Dir(bin)}
	if err := s.initialize(); err != nil {
		_ = os.RemoveAll(folder)
		return nil, err
	}
	if s.port, err = freePort(); err == nil {
		err = s.Restart()
	}
	if err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) initialize() error {
	file := filepath.Join(s.folder, "password")
	if err := os.WriteFile(file, []byte(Password), 0o644); err != nil { //nolint:gosec // the database's user reads it, and the folder is that user's
		return err
	}
	cmd := unprivileged(filepath.Join(s.bin, "initdb"), "-D", s.data(), "-U", Owner, "-A", "scram-sha-256", "--pwfile", file, "-E", "UTF8", "--no-locale", "--no-sync")
	cmd.Dir = s.folder
	if says, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, says)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

// Restart starts the server after Kill.
func (s *Server) Restart() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		// What the kernel was given outlives a killed process, so nothing is lost without fsync here.
		p, err := launch(s.folder, filepath.Join(s.bin, "postgres"), "-D", s.data(), "-p", strconv.Itoa(s.port), "-k", s.folder,
			"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=16MB")
		if err != nil {
			return err
		}
		if last = s.await(p); last == nil {
			s.process = p
			return nil
		}
		p.kill()
	}
	return last
}

// await waits until the server answers.
func (s *Server) await(p *process) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case <-p.ended:
			return fmt.Errorf("postgres ended: %s", p.says)
		default:
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			_ = conn.Close(ctx)
		}
		cancel()
		if err == nil {
			return nil
		}
	}
	return errors.New("postgres does not answer")
}

// Kill kills the server and all that belongs to it, as a crash would.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		s.process.kill()
		s.process = nil
	}
}

// Stop ends the server for good and removes its folder.
func (s *Server) Stop() {
	s.Kill()
	_ = os.RemoveAll(s.folder)
}

// Address returns host and port.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// URL returns the address of a database, with the owner's password.
func (s *Server) URL(database string) string {
	address := url.URL{Scheme: "postgres", User: url.UserPassword(Owner, Password), Host: s.Address(), Path: database, RawQuery: "sslmode=disable"}
	return address.String()
}

// Database makes an empty database and returns its name.
func (s *Server) Database(ctx context.Context) (string, error) {
	s.mu.Lock()
	s.count++
	name := "test_" + strconv.Itoa(s.count)
	s.mu.Unlock()
	return name, s.Run(ctx, "postgres", "create database "+name)
}

// Run runs SQL as the owner.
func (s *Server) Run(ctx context.Context, database, sql string) error {
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	return errors.Join(err, conn.Close(ctx))
}

// find returns the path of a program. Debian keeps those of PostgreSQL off PATH, one folder for each version.
func find(program, debian string) (string, error) {
	places, _ := filepath.Glob(filepath.Join("/usr/lib/postgresql/*/bin", program)) // the pattern is well-formed
	slices.Sort(places)
	slices.Reverse(places)
	for _, place := range append([]string{program}, append(places, filepath.Join("/usr/sbin", program))...) {
		if path, err := exec.LookPath(place); err == nil {
			if itself, err := filepath.EvalSymlinks(path); err == nil {
				return itself, nil
			}
		}
	}
	return "", fmt.Errorf("the tests need %s, which is not installed: run apt-get install %s", program, debian)
}

// freePort returns a port on which nobody listens. It is not one of those that systems give to connections: a server that was
// killed would find it taken.
func freePort() (int, error) {
	const first, count, tries = 15_000, 15_000, 100
	var last error
	for range tries {
		port := first + rand.IntN(count) //nolint:gosec // any will do
		listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, listener.Close()
		}
		last = err
	}
	return 0, last
}

// launch starts a program and collects what it says.
func launch(folder, program string, arguments ...string) (*process, error) {
	p := &process{cmd: unprivileged(program, arguments...), says: &bytes.Buffer{}, ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = folder, p.says, p.says
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // how it ended does not matter
		close(p.ended)
	}()
	return p, nil
}

// kill kills the process and its children, and waits for its end.
func (p *process) kill() {
	for _, child := range append([]int{p.cmd.Process.Pid}, children(p.cmd.Process.Pid)...) {
		if found, err := os.FindProcess(child); err == nil {
			_ = found.Kill() // that it has ended is fine
		}
	}
	<-p.ended
}
