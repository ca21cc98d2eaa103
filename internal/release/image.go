package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	roots "golang.org/x/crypto/x509roots/fallback/bundle"
)

// The image's user, and where its state lies.
const (
	imageUser  = 65532
	imageHome  = "/home/stripe-mcp"
	imageState = "/state"
)

// writeImage writes the image for all processors as one archive of an OCI layout.
func writeImage(b build, p product, dist string) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, processor := range []string{"amd64", "arm64"} {
		data, err := b.read(machine{"linux", processor})
		if err != nil {
			return err
		}
		if data == nil {
			return fmt.Errorf("there is no program for linux/%s, which the image needs", processor)
		}
		image, err := newImage(p, processor, data)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: processor}},
		})
	}
	folder, err := os.MkdirTemp("", "stripe-mcp-image")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path, err := layout.Write(folder, empty.Index)
	if err != nil {
		return fmt.Errorf("write the image: %w", err)
	}
	tag := map[string]string{"org.opencontainers.image.ref.name": p.version}
	if err := path.AppendIndex(index, layout.WithAnnotations(tag)); err != nil {
		return fmt.Errorf("write the image: %w", err)
	}
	packed, err := tarFolder(folder, p.time)
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dist, fmt.Sprintf("%s_%s_oci.tar", name, p.version)), packed, 0o644)
}

// newImage returns the image for one processor.
func newImage(p product, processor string, data []byte) (v1.Image, error) {
	system, err := tarEntries(p.time, systemFiles())
	if err != nil {
		return nil, err
	}
	own, err := tarEntries(p.time, []tarEntry{{"usr/local/bin/stripe-mcp", data, 0o755, 0}})
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	for _, content := range [][]byte{system, own} {
		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content)), nil
		}, tarball.WithMediaType(types.OCILayer))
		if err != nil {
			return nil, fmt.Errorf("make a layer: %w", err)
		}
		if image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: p.time}, CreatedBy: name}}); err != nil {
			return nil, fmt.Errorf("add a layer: %w", err)
		}
	}
	image, err = mutate.ConfigFile(image, imageConfig(p, processor, image))
	if err != nil {
		return nil, fmt.Errorf("configure the image: %w", err)
	}
	return image, nil
}

func imageConfig(p product, processor string, image v1.Image) *v1.ConfigFile {
	file, err := image.ConfigFile()
	if err != nil {
		file = &v1.ConfigFile{}
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Author, file.Created = "linux", processor, author, v1.Time{Time: p.time}
	file.Config = v1.Config{
		User:       fmt.Sprintf("%d:%d", imageUser, imageUser),
		Entrypoint: []string{"/usr/local/bin/stripe-mcp"},
		WorkingDir: imageHome,
		Env:        []string{"PATH=/usr/local/bin", "HOME=" + imageHome, "STRIPE_MCP_STATE_DIR=" + imageState},
		Volumes:    map[string]struct{}{imageState: {}},
		Labels: map[string]string{
			"io.modelcontextprotocol.server.name":  p.serverName(), // the registry checks with it whose image this is
			"org.opencontainers.image.title":       name,
			"org.opencontainers.image.description": description,
			"org.opencontainers.image.licenses":    license,
			"org.opencontainers.image.source":      p.repository,
			"org.opencontainers.image.version":     p.version,
			"org.opencontainers.image.revision":    p.commit,
			"org.opencontainers.image.created":     p.time.Format(time.RFC3339),
		},
	}
	return file
}

// tarEntry is a file or, without data, a folder.
type tarEntry struct {
	path  string
	data  []byte
	mode  int64
	owner int
}

// systemFiles is what the program needs around it: a user, roots of trust, and folders to write to.
func systemFiles() []tarEntry {
	return []tarEntry{
		{"etc/passwd", fmt.Appendf(nil, "root:x:0:0::/:/none\n%s:x:%d:%[2]d::%[3]s:/none\n", name, imageUser, imageHome), 0o644, 0},
		{"etc/group", fmt.Appendf(nil, "root:x:0:\n%s:x:%d:\n", name, imageUser), 0o644, 0},
		{"etc/ssl/certs/ca-certificates.crt", certificates(), 0o644, 0},
		{"tmp/", nil, 0o1777, 0},
		{imageHome[1:] + "/", nil, 0o700, imageUser},
		{imageState[1:] + "/", nil, 0o700, imageUser},
	}
}

// certificates returns Mozilla's roots. A root that is trusted only for some certificates is left out, because a file of
// certificates cannot say so.
func certificates() []byte {
	var text bytes.Buffer
	for root := range roots.Roots() {
		if root.Constraint == nil {
			text.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}))
		}
	}
	return text.Bytes()
}

// tarEntries returns the archive of a layer, with the folders above each entry.
func tarEntries(stamp time.Time, entries []tarEntry) ([]byte, error) {
	var packed bytes.Buffer
	archive := tar.NewWriter(&packed)
	made := map[string]bool{}
	var add func(tarEntry) error
	add = func(e tarEntry) error {
		if above := filepath.Dir(filepath.Clean(e.path)) + "/"; above != "./" && !made[above] {
			if err := add(tarEntry{above, nil, 0o755, 0}); err != nil {
				return err
			}
		}
		made[e.path] = true
		return tarAdd(archive, stamp, e)
	}
	for _, e := range entries {
		if err := add(e); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, fmt.Errorf("pack a layer: %w", err)
	}
	return packed.Bytes(), nil
}

func tarAdd(archive *tar.Writer, stamp time.Time, e tarEntry) error {
	header := &tar.Header{Name: e.path, Mode: e.mode, Uid: e.owner, Gid: e.owner, Size: int64(len(e.data)), ModTime: stamp, Typeflag: tar.TypeReg}
	if e.path[len(e.path)-1] == '/' {
		header.Typeflag = tar.TypeDir
	}
	if err := archive.WriteHeader(header); err != nil {
		return fmt.Errorf("pack %s: %w", e.path, err)
	}
	if _, err := archive.Write(e.data); err != nil {
		return fmt.Errorf("pack %s: %w", e.path, err)
	}
	return nil
}

// tarFolder returns the archive of a folder.
func tarFolder(folder string, stamp time.Time) ([]byte, error) {
	var entries []tarEntry
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(folder, path)
		entries = append(entries, tarEntry{inside, data, 0o644, 0})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("pack the image: %w", err)
	}
	return tarEntries(stamp, entries)
}
