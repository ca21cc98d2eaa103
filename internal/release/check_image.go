package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/match"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// tryImage unpacks the image for a processor and runs it as its user, who sees nothing but the image.
func tryImage(ctx context.Context, c *checker, m machine) (string, error) {
	if os.Getuid() != 0 {
		return "", cannot("only root can change the root folder")
	}
	before, _, err := m.runner(ctx, c)
	if err != nil {
		return "", err
	}
	image, err := c.image(ctx, m)
	if err != nil {
		return "", err
	}
	root, err := c.folder("image " + m.processor)
	if err != nil {
		return "", err
	}
	if err := unpackImage(image, root); err != nil {
		return "", err
	}
	if len(before) > 0 { // an emulator has to be inside, too
		emulator, err := os.ReadFile(before[0])
		if err != nil {
			return "", fmt.Errorf("read the emulator: %w", err)
		}
		before[0] = "/" + filepath.Base(before[0])
		if err := writeFile(filepath.Join(root, before[0]), emulator, 0o755); err != nil {
			return "", err
		}
	}
	command, err := imageCommand(ctx, image, root, before)
	if err != nil {
		return "", err
	}
	saw, err := c.customer(ctx, command)
	if err != nil {
		return "", err
	}
	if err := hasFiles(root, "state/journal/journal.jsonl", "etc/ssl/certs/ca-certificates.crt"); err != nil {
		return "", err
	}
	return saw, nil
}

// image returns the image for a machine out of the layout, after a check of its sums.
func (c *checker) image(ctx context.Context, m machine) (v1.Image, error) {
	file, err := c.file("_oci.tar")
	if err != nil {
		return nil, err
	}
	folder, err := c.folder("layout " + m.processor)
	if err != nil {
		return nil, err
	}
	if err := runIn(ctx, folder, "tar", "-xf", file); err != nil {
		return nil, err
	}
	outer, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		return nil, fmt.Errorf("read the layout: %w", err)
	}
	if err := validate.Index(outer); err != nil {
		return nil, fmt.Errorf("read the layout: %w", err)
	}
	indexes, err := partial.FindIndexes(outer, func(v1.Descriptor) bool { return true })
	if err != nil || len(indexes) != 1 {
		return nil, fmt.Errorf("the layout holds %d indexes and has to hold one: %w", len(indexes), err)
	}
	images, err := partial.FindImages(indexes[0], match.Platforms(v1.Platform{OS: m.system, Architecture: m.processor}))
	if err != nil || len(images) != 1 {
		return nil, fmt.Errorf("the index holds %d images for %s and has to hold one: %w", len(images), m.key(), err)
	}
	return images[0], nil
}

// imageCommand returns the command that a container engine would run below root.
func imageCommand(ctx context.Context, image v1.Image, root string, before []string) (*exec.Cmd, error) {
	file, err := image.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("read the image's configuration: %w", err)
	}
	user, group, _ := strings.Cut(file.Config.User, ":")
	uid, err := strconv.ParseUint(user, 10, 32)
	if err != nil || uid == 0 {
		return nil, fmt.Errorf("the image's user is %q and has to be a number other than 0", user)
	}
	gid, err := strconv.ParseUint(group, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("the image's group is %q: %w", group, err)
	}
	line := slices.Concat(before, file.Config.Entrypoint, []string{"--simulator"})
	command := exec.CommandContext(ctx, line[0], line[1:]...)
	command.Env, command.Dir = file.Config.Env, file.Config.WorkingDir
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return command, nil
}

// unpackImage writes the image's files, with their owners and modes.
func unpackImage(image v1.Image, root string) error {
	content := mutate.Extract(image)
	defer func() { _ = content.Close() }()
	archive := tar.NewReader(content)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("unpack the image: %w", err)
		}
		path := filepath.Join(root, filepath.Clean("/"+header.Name))
		mode := header.FileInfo().Mode()
		if mode.IsDir() {
			err = os.MkdirAll(path, 0o755)
		} else {
			var data []byte
			if data, err = io.ReadAll(archive); err == nil {
				err = writeFile(path, data, mode.Perm())
			}
		}
		if err = errors.Join(err, os.Chmod(path, mode), os.Lchown(path, header.Uid, header.Gid)); err != nil {
			return fmt.Errorf("unpack the image: %w", err)
		}
	}
}
