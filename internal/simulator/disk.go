package simulator

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	faults "go.etcd.io/bbolt/errors"

	"stripe-mcp/internal/local"
)

// disk is a store in a file, opened for one transaction.
type disk struct {
	rows    *bbolt.Bucket
	changed bool
	err     error // of the first change that could not be made
}

// errDamaged is the answer to a file that is not what it was written as.
func errDamaged(path string) error {
	return fmt.Errorf("%s is damaged; start afresh with: stripe-mcp simulator reset", path)
}

// withDisk opens a file, lets act work on it and keeps all that was changed, or nothing. Nobody else uses the file
// meanwhile. When it returns without an error, what changed outlives the process, and the machine.
func withDisk(path string, act func(*disk) error) (err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // a file that was cut off is no reason to die
	defer func() {
		cause := recover()
		if cause != nil {
			_ = file.Close() // which unlocks it; the rest of bbolt may be in any state
		}
		if isDamage(cause) {
			err = errDamaged(path)
		} else if cause != nil {
			panic(cause)
		}
	}()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout: time.Second, NoStatistics: true, FreelistType: bbolt.FreelistArrayType,
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			file, err = local.OpenFile(name, flag, mode)
			return file, err
		},
	})
	switch {
	case errors.Is(err, faults.ErrInvalid), errors.Is(err, faults.ErrChecksum), errors.Is(err, faults.ErrVersionMismatch):
		return errDamaged(path)
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	}
	tx, err := db.Begin(true)
	if err == nil {
		err = within(tx, path, act)
		_ = tx.Rollback() // does nothing after a commit
	}
	_ = db.Close() // what was committed is on the disk
	return err
}

// within is one transaction. It commits what act changed.
func within(tx *bbolt.Tx, path string, act func(*disk) error) error {
	info, err := os.Stat(path)
	if err == nil && info.Size() < tx.Size() {
		return errDamaged(path)
	}
	d := &disk{}
	if d.rows, err = tx.CreateBucketIfNotExists([]byte("1")); err != nil { // the version of what is in it
		return err
	}
	if err := act(d); err != nil || !d.changed {
		return err
	}
	if d.err == nil {
		d.err = tx.Commit()
	}
	if d.err != nil {
		return unusable("written", fmt.Errorf("%s: %w", path, d.err))
	}
	return nil
}

// isDamage tells whether a panic says that the file is not what it should be: bbolt's are texts, and a fault has an address.
func isDamage(cause any) bool {
	_, text := cause.(string)
	_, fault := cause.(interface{ Addr() uintptr })
	return text || fault
}

func (d *disk) get(key string) []byte { return d.rows.Get([]byte(key)) }

func (d *disk) put(key string, value []byte) { d.change(d.rows.Put([]byte(key), value)) }

func (d *disk) remove(key string) { d.change(d.rows.Delete([]byte(key))) }

func (d *disk) change(err error) {
	d.changed = true
	if d.err == nil {
		d.err = err
	}
}

func (d *disk) after(key string) (next string, value []byte) {
	c := d.rows.Cursor()
	found, value := c.Seek([]byte(key))
	if string(found) == key {
		found, value = c.Next()
	}
	return string(found), value
}

func (d *disk) before(key string) (next string, value []byte) {
	c := d.rows.Cursor()
	if found, _ := c.Seek([]byte(key)); found == nil {
		found, value = c.Last()
		return string(found), value
	}
	found, value := c.Prev()
	return string(found), value
}
