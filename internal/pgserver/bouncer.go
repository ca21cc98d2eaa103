package pgserver

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bouncer is a pgbouncer that hands a connection on after each transaction.
type Bouncer struct {
	server  *Server
	folder  string
	port    int
	process *process
}

// Pool starts a pgbouncer before the server.
func (s *Server) Pool() (*Bouncer, error) {
	program, err := find("pgbouncer", "pgbouncer")
	if err != nil {
		return nil, err
	}
	folder, err := privateFolder("stripe-mcp-pgbouncer")
	if err != nil {
		return nil, err
	}
	b := &Bouncer{server: s, folder: folder}
	if b.port, err = freePort(); err != nil {
		return nil, err
	}
	host, port, _ := strings.Cut(s.Address(), ":")
	settings := fmt.Sprintf("[databases]\n* = host=%s port=%s\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %d\nunix_socket_dir =\n"+
		"auth_type = scram-sha-256\nauth_file = %s\npool_mode = transaction\ndefault_pool_size = 2\n", host, port, b.port, filepath.Join(folder, "users"))
	for name, text := range map[string]string{"settings.ini": settings, "users": fmt.Sprintf("%q %q\n", Owner, Password)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil { //nolint:gosec // as above
			return nil, err
		}
	}
	if b.process, err = launch(folder, program, filepath.Join(folder, "settings.ini")); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		var conn *pgx.Conn
		if conn, err = pgx.Connect(ctx, b.URL("postgres")); err == nil {
			_ = conn.Close(ctx)
			cancel()
			return b, nil
		}
		cancel()
	}
	b.Stop()
	return nil, fmt.Errorf("pgbouncer does not answer: %w: %s", err, b.process.says)
}

// URL returns the address of a database behind the pooler.
func (b *Bouncer) URL(database string) string {
	address, err := url.Parse(b.server.URL(database))
	if err != nil {
		return "" // cannot be: we made it
	}
	address.Host = fmt.Sprintf("127.0.0.1:%d", b.port)
	return address.String()
}

// Stop ends the pooler.
func (b *Bouncer) Stop() {
	b.process.kill()
	_ = os.RemoveAll(b.folder)
}
