package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// tryArchive unpacks the archive of a machine and uses the program in it.
func tryArchive(ctx context.Context, c *checker, m machine) (string, error) {
	folder, program, err := c.unpackArchive(ctx, m)
	if err != nil {
		return "", err
	}
	if err := hasFiles(folder, "LICENSE", "README.md", "man/stripe-mcp.1.gz", "completions/stripe-mcp.bash", "completions/_stripe-mcp", "completions/stripe-mcp.fish", "completions/stripe-mcp.ps1"); err != nil {
		return "", err
	}
	return c.use(ctx, m, program)
}

// unpackArchive returns the folder of what is in the archive of a machine, and the path of the program.
func (c *checker) unpackArchive(ctx context.Context, m machine) (folder, program string, err error) {
	end, program := ".tar.gz", "stripe-mcp"
	if m.system == "windows" {
		end, program = ".zip", "stripe-mcp.exe"
	}
	archive, err := c.file("_" + m.system + "_" + m.processor + end)
	if err != nil {
		return "", "", err
	}
	folder, err = c.folder("archive " + m.key())
	if err != nil {
		return "", "", err
	}
	if end == ".zip" {
		err = unzip(archive, folder)
	} else {
		err = runIn(ctx, folder, "tar", "-xzf", archive)
	}
	return folder, filepath.Join(folder, program), err
}

// tryDeb installs the package below a folder, uses the program, and takes the package away again.
func tryDeb(ctx context.Context, c *checker, m machine) (string, error) {
	file, err := c.file("_linux_" + m.processor + ".deb")
	if err != nil {
		return "", err
	}
	if _, err := exec.LookPath("dpkg"); err != nil {
		return "", cannot("dpkg is not installed")
	}
	root, err := c.folder("deb " + m.processor)
	if err != nil {
		return "", err
	}
	for _, part := range []string{"info", "updates", "triggers"} {
		if err := os.MkdirAll(filepath.Join(root, "var/lib/dpkg", part), 0o755); err != nil {
			return "", fmt.Errorf("prepare a system: %w", err)
		}
	}
	if err := writeFile(filepath.Join(root, "var/lib/dpkg/status"), nil, 0o644); err != nil {
		return "", err
	}
	dpkg := []string{"--force-not-root,architecture,bad-path", "--root=" + root, "--log=" + filepath.Join(c.work, "dpkg.log")}
	if err := runIn(ctx, root, "dpkg", append(dpkg, "--install", file)...); err != nil {
		return "", err
	}
	saw, err := c.useInstalled(ctx, m, root, "usr/share/zsh/vendor-completions/_stripe-mcp")
	if err != nil {
		return "", err
	}
	if err := runIn(ctx, root, "dpkg", append(dpkg, "--purge", name)...); err != nil {
		return "", err
	}
	return saw, isGone(root)
}

// tryRPM does the same with the other kind of package.
func tryRPM(ctx context.Context, c *checker, m machine) (string, error) {
	file, err := c.file("_linux_" + m.processor + ".rpm")
	if err != nil {
		return "", err
	}
	if _, err := exec.LookPath("rpm"); err != nil {
		return "", cannot("rpm is not installed")
	}
	if os.Getuid() != 0 {
		return "", cannot("rpm has to be root for another root folder")
	}
	root, err := c.folder("rpm " + m.processor)
	if err != nil {
		return "", err
	}
	rpm := []string{"--root=" + root, "--dbpath=/var/lib/rpm"}
	if err := runIn(ctx, root, "rpm", append(rpm, "--install", "--ignorearch", file)...); err != nil {
		return "", err
	}
	saw, err := c.useInstalled(ctx, m, root, "usr/share/zsh/site-functions/_stripe-mcp")
	if err != nil {
		return "", err
	}
	if err := runIn(ctx, root, "rpm", append(rpm, "--erase", name)...); err != nil {
		return "", err
	}
	return saw, isGone(root)
}

// useInstalled uses a program that a package has installed below root.
func (c *checker) useInstalled(ctx context.Context, m machine, root, zsh string) (string, error) {
	err := hasFiles(root, zsh, "usr/share/man/man1/stripe-mcp.1.gz", "usr/share/bash-completion/completions/stripe-mcp",
		"usr/share/fish/vendor_completions.d/stripe-mcp.fish", "usr/share/doc/stripe-mcp/copyright")
	if err != nil {
		return "", err
	}
	return c.use(ctx, m, filepath.Join(root, "usr/bin/stripe-mcp"))
}

// isGone says what of a package is left after it was removed.
func isGone(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(d.Name(), name) {
			return fmt.Errorf("%s is still there after the package was removed", path)
		}
		return err
	})
}

func hasFiles(folder string, paths ...string) error {
	for _, path := range paths {
		if info, err := os.Stat(filepath.Join(folder, path)); err != nil || info.Size() == 0 {
			return fmt.Errorf("%s is missing or empty", path)
		}
	}
	return nil
}

// unzip unpacks an archive, whatever modes it gives.
func unzip(archive, folder string) error {
	packed, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("open an archive: %w", err)
	}
	defer func() { _ = packed.Close() }()
	for _, file := range packed.File {
		if !filepath.IsLocal(file.Name) {
			return fmt.Errorf("the archive has the path %q", file.Name)
		}
		inside, err := file.Open()
		if err != nil {
			return fmt.Errorf("unpack %s: %w", file.Name, err)
		}
		data, err := io.ReadAll(inside)
		if err = errors.Join(err, inside.Close()); err != nil {
			return fmt.Errorf("unpack %s: %w", file.Name, err)
		}
		if err := writeFile(filepath.Join(folder, file.Name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
