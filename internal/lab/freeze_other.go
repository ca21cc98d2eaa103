//go:build !unix

package lab

import "time"

// freeze needs signals that this system does not have.
func (r *run) freeze(*program, time.Duration) {}
