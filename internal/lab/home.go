package lab

import (
	"fmt"
	"os/exec"
	"strings"
	"sync"
)

// home is where one program after the other runs.
type home struct {
	mu      sync.Mutex
	current *program
	left    []*program // whose client died
	key     string
}

// program returns the living program of that home, started anew if the one before has ended or is about to.
func (r *run) program(number int) (*program, error) {
	h := &r.homes[number]
	h.mu.Lock()
	defer h.mu.Unlock()
	successor := false
	if h.current != nil {
		select {
		case <-h.current.ended:
		default:
			if !h.current.gone() {
				return h.current, nil
			}
			if successor = h.current.abandoned(); successor {
				h.left = append(h.left, h.current)
				break
			}
			_ = h.current.client.CloseInput() // for one whose stdout is closed, and that has nothing to write and so to notice
			<-h.current.ended
		}
	}
	r.mu.Lock()
	name := fmt.Sprintf("program %d.%d", number, r.started)
	r.started++
	r.mu.Unlock()
	p, err := r.start(name, r.command(h.key, r.state(name)))
	if err == nil {
		h.current, p.successor = p, successor
	}
	return p, err
}

// roll rolls the Stripe key of the operation's home, once for its group: the program is started anew with the other one.
func (r *run) roll(op *operation) {
	r.mu.Lock()
	due := r.schedule.Groups[op.group].Rolls && !r.rolled[op.group]
	r.rolled[op.group] = true
	r.mu.Unlock()
	h := &r.homes[op.home]
	h.mu.Lock()
	defer h.mu.Unlock()
	if !due || h.key == otherKey {
		return
	}
	r.logf("the key of programs %d is rolled", op.home)
	r.tick(keysRolled)
	h.key = otherKey
	if h.current != nil {
		h.current.strike(CloseInput)
	}
}

// state returns a program's state folder. All programs share one, unless each is on a host of its own: what replaces one that
// was killed there finds nothing of it.
func (r *run) state(program string) string {
	if r.hosts == nil {
		return r.file("state")
	}
	return r.file(strings.ReplaceAll(program, " ", "-"))
}

func (r *run) command(key, state string) *exec.Cmd {
	cmd := exec.Command(r.binary) //nolint:gosec,noctx // the program under test, which we end in other ways
	cmd.Dir = r.folder
	cmd.Env = []string{
		"HOME=" + r.folder, "STRIPE_MCP_STATE_DIR=" + state, "STRIPE_MCP_STRIPE_SECRET_KEY=" + key,
		"STRIPE_MCP_API_BASE=" + r.stripe.url(), "STRIPE_MCP_TIMEOUT=" + r.schedule.Timeout.String(),
		"STRIPE_MCP_TOOLSETS=billing,refunds",
		"GORACE=atexit_sleep_ms=0", // a build that finds data races would linger for a second
	}
	if r.hosts != nil {
		cmd.Env = append(cmd.Env, "STRIPE_MCP_JOURNAL="+r.hosts.url())
	}
	if r.stripe.certificate() != nil {
		cmd.Env = append(cmd.Env, "STRIPE_MCP_CA_FILE="+r.file("ca.pem"))
	}
	return cmd
}

// endAll closes every program's stdin and waits for it.
func (r *run) endAll() {
	r.background.Wait()
	for i := range r.homes {
		if p := r.homes[i].current; p != nil {
			p.strike(CloseInput)
			<-p.ended
		}
		for _, p := range r.homes[i].left {
			<-p.ended
		}
	}
}
