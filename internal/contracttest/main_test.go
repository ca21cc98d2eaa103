package contracttest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
	"github.com/stripe/stripe-mock/spec"
)

// What TestMain prepares, once because it takes seconds. Nothing changes it afterwards.
var (
	program       string           // path of the built program
	stripeMock    http.HandlerFunc // answers with fixtures, and refuses what Stripe's specification does not allow
	specification *spec.Spec       // Stripe's, as stripe-mock reads it
)

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "stripe-mcp-contract-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	if err := prepare(folder); err != nil {
		panic(err)
	}
	m.Run()
}

func prepare(folder string) error {
	program = filepath.Join(folder, "stripe-mcp")
	build := exec.CommandContext(context.Background(), "go", "build", "-o", program, "./cmd/stripe-mcp")
	build.Dir = filepath.Join("..", "..")
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w\n%s", err, output)
	}
	var err error
	if specification, err = server.LoadSpec(embedded.OpenAPISpec, ""); err != nil {
		return err
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		return err
	}
	stub, err := server.NewStubServer(fixtures, specification, false, false)
	if err != nil {
		return err
	}
	stripeMock = stub.HandleRequest
	return nil
}
