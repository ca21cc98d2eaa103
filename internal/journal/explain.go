package journal

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"stripe-mcp/internal/hint"
)

// The faults of a journal in a database that have no error of the library's.
var (
	errAddress       = hint.Errorf("Write postgres://user@host/database", "the address in journal cannot be understood")
	errReadOnly      = hint.Errorf("Let the user of the URL write to the database, or correct the URL in journal", "its database can only be read")
	errClosed        = hint.Errorf("Call again when the server runs again", "this process is ending")
	errDamagedState  = hint.Errorf(strange, "its table stripe_mcp_open holds something that is not of this program")
	errDamagedRecord = hint.Errorf(strange, "its table stripe_mcp_record holds something that is not of this program")
)

const strange = "Update stripe-mcp if another machine runs a newer one. Otherwise let the database's owner remove what does not belong there"

// explain returns an error in words for the owner. It never holds a password.
func (p *postgres) explain(err error) error {
	var refused *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused):
		return explainRefusal(refused)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), pgconn.Timeout(err):
		return hint.Errorf(reach, "its database (%s) did not answer in time", p.place())
	case errors.Is(err, context.Canceled):
		return err
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return hint.Errorf(reach, "its database (%s) cannot be reached: %s", p.place(), unreachable(err))
	}
	if _, ok := errors.AsType[*SecretError](err); ok {
		return err
	}
	for _, own := range []error{errAddress, errSecretReplaced, errReadOnly, errDamagedState, errDamagedRecord, errClosed} {
		if errors.Is(err, own) {
			return err
		}
	}
	return hint.Errorf("Call again", "the connection to its database (%s) broke", p.place())
}

const reach = "Start the database, or correct the URL in journal. Reading goes on without it"

// unreachable names the kind of a network error.
func unreachable(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "the host name " + dns.Name + " does not resolve"
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok {
		return dial.Err.Error()
	}
	text := err.Error()
	if at := strings.LastIndex(text, ": "); at >= 0 {
		text = text[at+2:]
	}
	return strings.TrimSpace(text)
}

// explainRefusal words what the database itself says.
func explainRefusal(refused *pgconn.PgError) error {
	says := "its database says: " + refused.Message + " (SQLSTATE " + refused.Code + ")"
	for codes, next := range map[string]string{
		"28P01 28000 28P02":             "Correct the password: PGPASSWORD, .pgpass or journal_password_file",
		"3D000":                         "Create that database, or correct the URL in journal",
		"42501 3F000 42P01 42703":       "Let the database's owner run what stripe-mcp journal schema prints",
		"25006 25001":                   "Let the URL in journal name the database's writable server",
		"55P03 57014 25P03":             "Another machine holds the record of equal calls. Call again",
		"57P01 57P02 57P03 53300 53400": "Call again when the database takes connections",
	} {
		if strings.Contains(codes, refused.Code) {
			return hint.Errorf(next, "%s", says)
		}
	}
	return hint.Errorf("Look at the database's log", "%s", says)
}
