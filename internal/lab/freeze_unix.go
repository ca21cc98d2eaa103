//go:build unix

package lab

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// freeze stops a program soon, if possible in a moment in which it holds the journal's lock, and continues it later.
func (r *run) freeze(p *program, wait time.Duration) {
	const tries = 200                                           // to meet a moment of about a millisecond
	signal := func(s os.Signal) { _ = p.cmd.Process.Signal(s) } // that it has ended is fine
	p.mu.Lock()
	p.frozen += wait
	p.mu.Unlock()
	r.background.Go(func() {
		for range tries {
			signal(syscall.SIGSTOP)
			if r.holdsLock(p) {
				break
			}
			signal(syscall.SIGCONT)
			time.Sleep(200 * time.Microsecond)
		}
		signal(syscall.SIGSTOP)
		r.logf("%s: is frozen", p.name)
		time.Sleep(wait)
		if r.holdsLock(p) {
			r.tick(frozenWithLock)
		}
		r.logf("%s: goes on", p.name)
		signal(syscall.SIGCONT)
	})
}

// holdsLock reports whether a program holds the journal's lock, where the system shows that.
func (r *run) holdsLock(p *program) bool {
	info, err := os.Stat(filepath.Join(r.file("state"), "journal", "lock"))
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	all, err := os.ReadFile("/proc/locks") // lines such as "1: FLOCK ADVISORY WRITE 4711 fe:00:1234 0 EOF"
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(all)) {
		fields := strings.Fields(line)
		if len(fields) > 5 && fields[4] == strconv.Itoa(p.cmd.Process.Pid) && strings.HasSuffix(fields[5], ":"+strconv.FormatUint(stat.Ino, 10)) {
			return true
		}
	}
	return false
}
