package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"stripe-mcp/internal/cli"
)

// writeDocs writes folder/completions and folder/man, as they are at the time of the commit.
func writeDocs(folder string, commit time.Time) error {
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("remove the old files: %w", err)
	}
	if err := writeCompletions(cli.Command(), filepath.Join(folder, "completions")); err != nil {
		return err
	}
	return writeManPages(cli.Command(), filepath.Join(folder, "man"), commit)
}

func writeCompletions(command *cobra.Command, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the folder of completions: %w", err)
	}
	// Each file has the name that its shell looks for.
	for name, write := range map[string]func(string) error{
		"stripe-mcp.bash": func(path string) error { return command.GenBashCompletionFileV2(path, true) },
		"_stripe-mcp":     command.GenZshCompletionFile,
		"stripe-mcp.fish": func(path string) error { return command.GenFishCompletionFile(path, true) },
		"stripe-mcp.ps1":  command.GenPowerShellCompletionFileWithDesc,
	} {
		if err := write(filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("write the completion %s: %w", name, err)
		}
	}
	return nil
}

// writeManPages writes one page for each command, compressed as the systems keep them.
func writeManPages(command *cobra.Command, folder string, commit time.Time) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the folder of man pages: %w", err)
	}
	command.DisableAutoGenTag = true // it would hold the day of the build
	header := &doc.GenManHeader{Section: "1", Date: &commit, Source: "stripe-mcp", Manual: "stripe-mcp"}
	if err := doc.GenManTree(command, header, folder); err != nil {
		return fmt.Errorf("write the man pages: %w", err)
	}
	pages, err := filepath.Glob(filepath.Join(folder, "*.1"))
	if err != nil {
		return fmt.Errorf("list the man pages: %w", err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			return fmt.Errorf("read a man page: %w", err)
		}
		packed, err := compress(text)
		if err != nil {
			return err
		}
		if err := writeFile(page+".gz", packed, 0o644); err != nil {
			return err
		}
		if err := os.Remove(page); err != nil {
			return fmt.Errorf("remove a page that is not compressed: %w", err)
		}
	}
	return nil
}

// compress returns data as gzip without a name or a time.
func compress(data []byte) ([]byte, error) {
	var packed bytes.Buffer
	writer, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if _, err := writer.Write(data); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return packed.Bytes(), nil
}
