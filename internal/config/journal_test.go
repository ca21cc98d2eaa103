package config_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"stripe-mcp/internal/config"
)

// TestJournal: where the journal is, how long it keeps a record, and that no password is shown.
func TestJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	wide, marked, unmarked := filepath.Join(dir, "wide"), filepath.Join(dir, "marked"), filepath.Join(dir, "unmarked")
	for path, text := range map[string]string{
		password: "MadeUpPassword\n", marked: "\ufeffMadeUpPassword\r\n", unmarked: "M\x00a\x00",
		wide: "\xff\xfe" + strings.Join(strings.Split("MadeUpPassword\r\n", ""), "\x00") + "\x00",
	} {
		writeAt(t, path, text)
	}
	tests := []struct {
		why, text string
		mode      uint32 // of the file, 0600 where it is 0
		url       string
		password  string
		keep      time.Duration
		fault     string
	}{
		{why: "on disk", text: "journal: true"},
		{why: "nowhere", text: "journal: false"},
		{why: "in a database", text: "journal: postgres://agents@db.example/payments", url: "postgres://agents@db.example/payments"},
		{why: "by the other name", text: "journal: postgresql:///payments?host=/run/postgresql", url: "postgresql:///payments?host=/run/postgresql"},
		{why: "with a password", text: "journal: postgres://agents:MadeUpPassword@db.example/payments", url: "postgres://agents:MadeUpPassword@db.example/payments"},
		{why: "with a password that others read", text: "journal: postgres://agents:MadeUpPassword@db.example/payments", mode: 0o644, fault: "other users can open"},
		{why: "without one, and others read", text: "journal: postgres://agents@db.example/payments", mode: 0o644, url: "postgres://agents@db.example/payments"},
		{why: "with one in a file", text: "journal: postgres://agents@db.example/payments\njournal_password_file: " + password, url: "postgres://agents@db.example/payments", password: "MadeUpPassword"},
		{why: "with one in a file of Windows", text: "journal: postgres://agents@db.example/payments\njournal_password_file: " + wide, url: "postgres://agents@db.example/payments", password: "MadeUpPassword"},
		{why: "with one after a byte-order mark", text: "journal: postgres://agents@db.example/payments\njournal_password_file: " + marked, url: "postgres://agents@db.example/payments", password: "MadeUpPassword"},
		{why: "with one in UTF-16 without a mark", text: "journal_password_file: " + unmarked, fault: "it has a zero byte in it, as UTF-16 without a byte-order mark has"},
		{why: "with one in a file of no place", text: "journal_password_file: password", fault: "journal_password_file"},
		{why: "something else", text: "journal: mysql://agents:MadeUpPassword@db.example/payments", fault: "journal in FILE must be true, false or postgres://user@host/database"},
		{why: "damaged", text: "journal: 'postgres://agents:MadeUp%Password@db.example'", fault: "must be true, false or postgres://user@host/database"},
		{why: "kept for a while", text: "journal_keep: 30d", keep: 30 * 24 * time.Hour},
		{why: "kept for no time", text: "journal_keep: 0d", fault: "a number of days"},
		{why: "kept for hours", text: "journal_keep: 48h", fault: "a number of days"},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			t.Parallel()
			if tt.mode != 0 && runtime.GOOS == "windows" {
				t.Skip("there are no such modes")
			}
			path := filepath.Join(t.TempDir(), "config.yaml")
			writeAt(t, path, "stripe_secret_key_file: "+keyFile(t)+"\n"+tt.text+"\n")
			if tt.mode != 0 {
				chmod(t, path, 0o644)
			}
			cfg, err := config.Load(config.Options{Path: path})
			fault := ""
			if err != nil {
				fault = err.Error()
			}
			if want := strings.ReplaceAll(tt.fault, "FILE", path); !strings.Contains(fault, want) || want == "" && fault != "" {
				t.Errorf("got %q, want %q", fault, want)
			}
			if shown := fmt.Sprintf("%v %+v %#v %s", cfg, cfg, cfg, fault); strings.Contains(shown, "MadeUpPassword") || strings.Contains(shown, "MadeUp%Password") {
				t.Errorf("a password is in %s", shown)
			}
			if err != nil {
				return
			}
			if d := cfg.JournalDatabase; d.URL() != tt.url || d.Password() != tt.password || cfg.Journal == (tt.why == "nowhere") {
				t.Errorf("got %q, %q, %v", d.URL(), d.Password(), cfg.Journal)
			}
			if want := max(tt.keep, 0); want > 0 && cfg.JournalKeep != want || want == 0 && cfg.JournalKeep != 400*24*time.Hour {
				t.Errorf("kept for %v", cfg.JournalKeep)
			}
		})
	}
}

func keyFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	writeAt(t, path, testKey)
	return path
}
