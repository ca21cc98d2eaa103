package mcpserver

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"
	"testing/iotest"
)

// endless is a line of so many bytes. It says how much of the line is kept.
type endless struct {
	left     int
	kept     func() int
	mostKept int
}

func (e *endless) Read(p []byte) (int, error) {
	e.mostKept = max(e.mostKept, e.kept())
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), e.left)
	e.left -= n
	copy(p, bytes.Repeat([]byte("x"), n))
	return n, nil
}

func TestLongLinesAreNotKept(t *testing.T) {
	t.Parallel()
	source := &endless{left: 64 << 20}
	reader := newLineReader(source)
	source.kept = func() int { return cap(reader.line) }

	if _, err := reader.next(); !errors.Is(err, errLineTooLong) {
		t.Errorf("got %v, want errLineTooLong", err)
	}
	if source.left != 0 {
		t.Errorf("%d bytes were not read", source.left)
	}
	if source.mostKept > 2*maxLine {
		t.Errorf("kept %d bytes of a line that may have %d", source.mostKept, maxLine)
	}
	if _, err := reader.next(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want EOF", err)
	}
}

func TestReadErrorDropsTheLineItCutsShort(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	reader := newLineReader(io.MultiReader(bytes.NewReader([]byte("one\ntw")), iotest.ErrReader(broken)))
	if line, err := reader.next(); string(line) != "one" || err != nil {
		t.Errorf("got %q, %v", line, err)
	}
	if line, err := reader.next(); line != nil || !errors.Is(err, broken) {
		t.Errorf("got %q, %v", line, err)
	}
}

func FuzzLineReader(f *testing.F) {
	f.Add([]byte("one\ntwo\r\n\n \nthree"))
	f.Add([]byte("\ufeff{}\n\ufeff\n" + string(bytes.Repeat([]byte("x"), 41)) + "\nlast"))
	f.Add(append(bytes.Repeat([]byte("y"), 40), '\n'))
	f.Fuzz(func(t *testing.T, stream []byte) {
		const limit = 40
		var want []string
		for line := range bytes.SplitSeq(stream, []byte("\n")) {
			switch trimmed := bytes.Trim(bytes.TrimPrefix(line, []byte("\ufeff")), " \t\r"); {
			case len(line) > limit:
				want = append(want, errLineTooLong.Error())
			case len(trimmed) > 0:
				want = append(want, string(trimmed))
			}
		}
		var got []string
		reader := &lineReader{in: bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(stream)), 16), max: limit}
		for {
			line, err := reader.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				line = []byte(err.Error())
			}
			got = append(got, string(line))
		}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}
