package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
)

// session is a conversation with stripe-mcp that several callers share.
type session struct {
	running *process
	writing sync.Mutex
	mu      sync.Mutex
	last    int
	waiting map[string]chan []byte
	done    chan struct{}
}

func converse(ctx context.Context, program string, environment ...string) (*session, error) {
	running, err := serve(ctx, program, environment...)
	if err != nil {
		return nil, err
	}
	s := &session{running: running, waiting: map[string]chan []byte{}, done: make(chan struct{})}
	go s.listen()
	return s, nil
}

func (s *session) listen() {
	defer close(s.done)
	for {
		line, err := s.running.out.ReadBytes('\n')
		if err != nil {
			return
		}
		// As stripe-mcp writes it; anything else has nobody waiting for it, and the benchmark hangs.
		id, _, _ := bytes.Cut(bytes.TrimPrefix(line, []byte(`{"jsonrpc":"2.0","id":`)), []byte(","))
		s.mu.Lock()
		waiting := s.waiting[string(id)]
		delete(s.waiting, string(id))
		s.mu.Unlock()
		if waiting != nil {
			waiting <- line
		}
	}
}

// call calls a tool and waits for the answer, which must be no error.
func (s *session) call(tool, arguments string) error {
	answer := make(chan []byte, 1)
	s.mu.Lock()
	s.last++
	id := strconv.Itoa(s.last)
	s.waiting[id] = answer
	s.mu.Unlock()
	s.writing.Lock()
	_, err := fmt.Fprintf(s.running.in, `{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":%q,"arguments":%s}}`+"\n", id, tool, arguments)
	s.writing.Unlock()
	if err != nil {
		return err
	}
	select {
	case line := <-answer:
		return succeeded(line)
	case <-s.done:
		return errors.New("stripe-mcp ended")
	}
}

// succeeded checks that an answer is no error.
func succeeded(line []byte) error {
	if !bytes.Contains(line, []byte(`"structuredContent":{`)) {
		return fmt.Errorf("an answer is %s", line)
	}
	return nil
}

func (s *session) end() error {
	if err := s.running.in.Close(); err != nil {
		return err
	}
	<-s.done
	return errors.Join(s.running.cmd.Wait(), os.RemoveAll(s.running.home)) //nolint:gosec // from MkdirTemp
}
