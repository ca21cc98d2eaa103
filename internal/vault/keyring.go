package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// patience is how long a keyring may take to answer. One that waits for an absent person never does.
const patience = 3 * time.Second

// service is our name in the keyring.
const service = "stripe-mcp"

// ErrNotFound says that a keyring has nothing under an id.
var ErrNotFound = keyring.ErrNotFound

// Keyring is an operating system's store of small secrets. Its methods may block.
type Keyring interface {
	// Get returns what Set stored under id, or ErrNotFound.
	Get(id string) (string, error)
	// Set stores text under id.
	Set(id, text string) error
	// Delete removes what is under id; ErrNotFound when there is nothing.
	Delete(id string) error
}

// SystemKeyring returns the operating system's keyring, or nil where there is none. bus is the value of
// DBUS_SESSION_BUS_ADDRESS.
//
// Except on macOS and Windows it is reached over the user's D-Bus, and only at that bus's usual place: a desktop client
// starts us with few variables, so a bus that only a variable tells of would be there for setup and gone for serve.
func SystemKeyring(bus string) Keyring {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return systemKeyring{}
	}
	socket := fmt.Sprintf("/run/user/%d/bus", os.Getuid())
	address := "unix:path=" + socket
	if bus != "" && bus != address && !strings.HasPrefix(bus, address+",") {
		return nil
	}
	if info, err := os.Stat(socket); err != nil || info.Mode().Type() != fs.ModeSocket {
		return nil
	}
	// The library can be told the bus in no other way. Without, it would start programs to find one.
	if err := os.Setenv("DBUS_SESSION_BUS_ADDRESS", address); err != nil {
		return nil
	}
	return systemKeyring{}
}

type systemKeyring struct{}

func (systemKeyring) Get(id string) (string, error) { return keyring.Get(service, id) }
func (systemKeyring) Set(id, text string) error     { return keyring.Set(service, id, text) }
func (systemKeyring) Delete(id string) error        { return keyring.Delete(service, id) }

// patiently waits for ask, up to a limit. What ask started goes on, and its answer is dropped.
func patiently(ctx context.Context, ask func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		text, err := ask()
		answered <- answer{text, err}
	}()
	select {
	case got := <-answered:
		return got.text, got.err
	case <-ctx.Done():
		return "", errors.New("it does not answer")
	}
}
