package main

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"
)

// built writes a program for each of these machines and returns the build.
func built(t *testing.T, machines ...machine) build {
	t.Helper()
	var b build
	for _, m := range machines {
		path := filepath.Join(t.TempDir(), "stripe-mcp")
		data := []byte(m.key())
		if m.processor == universal {
			data = fat("amd64 part", "arm64 part")
		}
		if err := writeFile(path, data, 0o755); err != nil {
			t.Fatal(err)
		}
		b.programs = append(b.programs, program{m, path})
	}
	return b
}

// fat returns a universal program of two that consist of a header and a text.
func fat(amd64, arm64 string) []byte {
	thinOne := func(cpu uint32, text string) []byte {
		header := []uint32{0xfeedfacf, cpu, 3, 2, 0, 0, 0, 0}
		var one bytes.Buffer
		_ = binary.Write(&one, binary.LittleEndian, header)
		one.WriteString(text)
		return one.Bytes()
	}
	const cpuAMD64, cpuARM64, first, second = 0x01000007, 0x0100000c, 0x100, 0x200
	x, y := thinOne(cpuAMD64, amd64), thinOne(cpuARM64, arm64)
	var both bytes.Buffer
	_ = binary.Write(&both, binary.BigEndian, []uint32{0xcafebabe, 2, cpuAMD64, 3, first, uint32(len(x)), 0, cpuARM64, 3, second, uint32(len(y)), 0})
	both.Write(make([]byte, first-both.Len()))
	both.Write(x)
	both.Write(make([]byte, second-both.Len()))
	both.Write(y)
	return both.Bytes()
}

// TestReadProgram says which program stands for which machine.
func TestReadProgram(t *testing.T) {
	t.Parallel()
	b := built(t, machine{"linux", "amd64"}, machine{"darwin", universal})
	for _, c := range []struct {
		machine machine
		ends    string // how the program ends; empty if there is none
	}{
		{machine{"linux", "amd64"}, "linux/amd64"},
		{machine{"linux", "arm64"}, ""},
		{machine{"windows", "amd64"}, ""},
		{machine{"darwin", "amd64"}, "amd64 part"},
		{machine{"darwin", "arm64"}, "arm64 part"},
		{machine{"darwin", universal}, "arm64 part"},
	} {
		data, err := b.read(c.machine)
		if err != nil {
			t.Fatal(err)
		}
		if (c.ends == "") != (data == nil) || !strings.HasSuffix(string(data), c.ends) {
			t.Errorf("%s: got %q, which does not end in %q", c.machine.key(), data, c.ends)
		}
	}
	if _, err := thin(fat("x", "y"), "ppc"); err == nil {
		t.Error("a part that is not there was found")
	}
}

// TestReadBuild says what of GoReleaser's list people get.
func TestReadBuild(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		list            string
		programs, files int
		fails           bool
	}{
		"all kinds": {`[
			{"type": "Binary", "path": "b/x", "goos": "linux", "goarch": "amd64"}, {"type": "Universal Binary", "path": "b/u", "goos": "darwin", "goarch": "all"},
			{"type": "Archive", "path": "b/x.tar.gz"}, {"type": "Linux Package", "path": "b/x.deb"}, {"type": "SBOM", "path": "b/x.spdx.json"},
			{"type": "Homebrew Cask", "path": "b/homebrew/x.rb"}, {"type": "Metadata", "path": "b/metadata.json"}]`, 2, 4, false},
		"no programs": {`[{"type": "Archive", "path": "b/x.tar.gz"}]`, 0, 0, true},
		"damaged":     {`[{`, 0, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if err := writeFile(filepath.Join(folder, "artifacts.json"), []byte(c.list), 0o644); err != nil {
				t.Fatal(err)
			}
			b, err := readBuild(folder)
			if (err != nil) != c.fails || len(b.programs) != c.programs || len(b.files) != c.files {
				t.Errorf("got %d programs, %d files, %v", len(b.programs), len(b.files), err)
			}
		})
	}
}
