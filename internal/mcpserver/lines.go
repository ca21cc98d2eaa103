package mcpserver

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"time"
)

const (
	maxLine    = 4 << 20
	readBuffer = 64 << 10
)

var errLineTooLong = errors.New("message longer than 4 MiB: it was not read, and nothing was done")

// lineReader splits a stream into lines. It never holds more than one line of the greatest length.
type lineReader struct {
	in   *bufio.Reader
	max  int    // bytes in a line, without its end
	line []byte // the line being read
}

func newLineReader(in io.Reader) *lineReader {
	return &lineReader{in: bufio.NewReaderSize(in, readBuffer), max: maxLine}
}

// next returns the next line that is not blank. It removes a byte-order mark, surrounding white space and the end of the
// line. The last line needs no end. The caller owns the line. A line that is too long is skipped and reported as
// errLineTooLong. Any other error ends the stream, and so does io.EOF.
func (r *lineReader) next() ([]byte, error) {
	for {
		r.line = nil
		tooLong, err := r.fill()
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err // the line may be incomplete
		case tooLong:
			return nil, errLineTooLong
		}
		line := bytes.TrimPrefix(r.line, []byte("\ufeff"))
		if line = bytes.Trim(line, " \t\r\n"); len(line) > 0 {
			return line, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// fill reads to the end of the line or of the stream. It reads a line that is too long, but does not keep it.
func (r *lineReader) fill() (tooLong bool, err error) {
	for {
		chunk, err := r.in.ReadSlice('\n')
		tooLong = tooLong || len(r.line)+len(bytes.TrimSuffix(chunk, []byte("\n"))) > r.max
		if !tooLong {
			r.line = append(r.line, chunk...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return tooLong, err
		}
	}
}

// received is one line from the client, or the error instead.
type received struct {
	line []byte
	at   time.Time // when it was read
	err  error
}

// receive reads lines until the stream or ctx ends, and then closes the channel. Any other error is the last thing in the
// channel. A Read that cannot be interrupted keeps its goroutine until it returns.
func receive(ctx context.Context, in io.Reader) <-chan received {
	lines := make(chan received)
	go func() {
		defer close(lines)
		reader := newLineReader(in)
		for {
			line, err := reader.next()
			if errors.Is(err, io.EOF) || ctx.Err() != nil {
				return
			}
			select {
			case lines <- received{line, time.Now(), err}:
			case <-ctx.Done():
				return
			}
			if err != nil && !errors.Is(err, errLineTooLong) {
				return
			}
		}
	}()
	return lines
}
