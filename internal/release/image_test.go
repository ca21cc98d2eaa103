package main

import (
	"archive/tar"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// TestImage says what an image holds, and as whom and with what it runs.
func TestImage(t *testing.T) {
	t.Parallel()
	image := packedImage(t)
	want := []string{
		"etc 755 0", "etc/group 644 0", "etc/passwd 644 0", "etc/ssl 755 0", "etc/ssl/certs 755 0", "etc/ssl/certs/ca-certificates.crt 644 0",
		"home 755 0", "home/stripe-mcp 700 65532", "state 700 65532", "tmp 1777 0", "usr 755 0", "usr/local 755 0", "usr/local/bin 755 0", "usr/local/bin/stripe-mcp 755 0",
	}
	if got := listImage(t, image); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	file, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	c := file.Config
	if file.OS != "linux" || file.Architecture != "arm64" || c.User != "65532:65532" || !slices.Contains(c.Env, "STRIPE_MCP_STATE_DIR=/state") {
		t.Errorf("the image is %+v", file)
	}
	if _, ok := c.Volumes["/state"]; !ok || c.Labels["io.modelcontextprotocol.server.name"] != "io.github.Somebody/stripe-mcp" {
		t.Errorf("the image is configured as %+v", c)
	}
	if one, other := digestOf(t, image), digestOf(t, packedImage(t)); one != other {
		t.Errorf("two images of the same have the digests %s and %s", one, other)
	}
	if err := writeImage(built(t, machine{"linux", "amd64"}), sample(t), t.TempDir()); err == nil {
		t.Error("an image for one processor was written")
	}
}

// packedImage writes the images and reads the one for arm64 again.
func packedImage(t *testing.T) v1.Image {
	t.Helper()
	c := &checker{dist: t.TempDir(), work: t.TempDir()}
	if err := writeImage(built(t, machine{"linux", "amd64"}, machine{"linux", "arm64"}), sample(t), c.dist); err != nil {
		t.Fatal(err)
	}
	image, err := c.image(t.Context(), machine{"linux", "arm64"})
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func digestOf(t *testing.T, image v1.Image) string {
	t.Helper()
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

func listImage(t *testing.T, image v1.Image) []string {
	t.Helper()
	content := mutate.Extract(image)
	defer func() { _ = content.Close() }()
	var files []string
	for archive := tar.NewReader(content); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			slices.Sort(files)
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, fmt.Sprintf("%s %o %d", header.Name, header.Mode, header.Uid))
	}
}

// TestCertificates says that the image trusts what Stripe's certificate hangs on.
func TestCertificates(t *testing.T) {
	t.Parallel()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(certificates()) {
		t.Fatal("no certificate can be read")
	}
	if n := len(pool.Subjects()); n < 100 { //nolint:staticcheck // only the system's own pool lacks subjects
		t.Errorf("there are only %d certificates", n)
	}
}
