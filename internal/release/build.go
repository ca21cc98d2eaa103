package main

import (
	"bytes"
	"debug/macho"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// universal stands in place of the processor of a program for all of them.
const universal = "all"

// program is one built executable.
type program struct {
	machine
	path string
}

// build is what GoReleaser left behind.
type build struct {
	programs []program
	files    []string // paths of what people get
}

// readBuild returns what GoReleaser lists in folder/artifacts.json.
func readBuild(folder string) (build, error) {
	var artifacts []struct {
		Path   string `json:"path"`
		System string `json:"goos"`
		Arch   string `json:"goarch"`
		Type   string `json:"type"`
	}
	if err := readJSON(filepath.Join(folder, "artifacts.json"), &artifacts); err != nil {
		return build{}, err
	}
	var b build
	for _, artifact := range artifacts {
		switch artifact.Type {
		case "Binary", "Universal Binary":
			b.programs = append(b.programs, program{machine{artifact.System, artifact.Arch}, artifact.Path})
		case "Archive", "Linux Package", "SBOM", "Homebrew Cask":
			b.files = append(b.files, artifact.Path)
		}
	}
	if len(b.programs) == 0 {
		return build{}, fmt.Errorf("%s lists no programs", filepath.Join(folder, "artifacts.json"))
	}
	slices.SortFunc(b.programs, func(x, y program) int { return strings.Compare(x.key(), y.key()) })
	return b, nil
}

// read returns the program for a machine, or nil if it was not built.
func (b build) read(m machine) ([]byte, error) {
	for _, p := range b.programs {
		if p.system != m.system || (p.processor != m.processor && p.processor != universal) {
			continue
		}
		data, err := os.ReadFile(p.path)
		if err != nil {
			return nil, fmt.Errorf("read a program: %w", err)
		}
		if p.processor == m.processor {
			return data, nil
		}
		return thin(data, m.processor)
	}
	return nil, nil
}

// thin returns the part of a universal program that is for one processor.
func thin(data []byte, processor string) ([]byte, error) {
	both, err := macho.NewFatFile(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read a universal program: %w", err)
	}
	defer func() { _ = both.Close() }()
	cpus := map[string]macho.Cpu{"amd64": macho.CpuAmd64, "arm64": macho.CpuArm64}
	for _, part := range both.Arches {
		if part.Cpu == cpus[processor] {
			return data[part.Offset : part.Offset+part.Size], nil
		}
	}
	return nil, fmt.Errorf("the universal program has no part for %s", processor)
}

// copyFiles copies what people get into dist.
func (b build) copyFiles(dist string) error {
	for _, path := range b.files {
		data, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("copy %s: %w", filepath.Base(path), err)
		}
		if err := writeFile(filepath.Join(dist, filepath.Base(path)), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
