package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// sumsName is the file that holds the sums of all others.
const sumsName = "SHA256SUMS"

// pack fills dist with everything that people get. It runs at the root of the repository.
func pack(ctx context.Context, folder, dist string) error {
	p, err := readProduct(folder, os.Getenv)
	if err != nil {
		return err
	}
	b, err := readBuild(folder)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dist); err != nil {
		return fmt.Errorf("empty %s: %w", dist, err)
	}
	if err := b.copyFiles(dist); err != nil {
		return err
	}
	if err := fixBills(dist, p); err != nil {
		return err
	}
	text, err := os.ReadFile("LICENSE")
	if err != nil {
		return fmt.Errorf("read the license: %w", err)
	}
	legal := entry{"LICENSE", text, 0o644}
	bundles, err := writeBundles(b, p, legal, dist)
	if err != nil {
		return err
	}
	if err := packNPM(ctx, b, p, legal, dist); err != nil {
		return err
	}
	if err := writeImage(b, p, dist); err != nil {
		return err
	}
	if err := writeServerJSON(p, bundles, dist); err != nil {
		return err
	}
	return writeSums(dist)
}

// writeSums writes the sums of all files in dist, in the shape of sha256sum.
func writeSums(dist string) error {
	entries, err := os.ReadDir(dist)
	if err != nil {
		return fmt.Errorf("list %s: %w", dist, err)
	}
	var sums strings.Builder
	for _, entry := range entries {
		sum, err := sumOf(filepath.Join(dist, entry.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%s  %s\n", sum, entry.Name())
	}
	return writeFile(filepath.Join(dist, sumsName), []byte(sums.String()), 0o644)
}

func sumOf(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("sum up a file: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
