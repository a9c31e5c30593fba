// The transparency log of Go's checksum database, and torchwood's proof files over it, for tests that compare with them.
//
// It answers requests on standard input, one JSON object a line, which names an operation and what it is about. Each answer is
// one line: what was asked for, or {"error": "..."}. Leaves that it makes itself are "entry 0", "entry 1", and so on.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type request struct {
	Operation string      `json:"operation"`
	Size      int64       `json:"size"`
	Root      tlog.Hash   `json:"root"`
	Old       int64       `json:"old"`
	OldRoot   tlog.Hash   `json:"oldRoot"`
	Index     int64       `json:"index"`
	Leaf      tlog.Hash   `json:"leaf"`
	Proof     []tlog.Hash `json:"proof"`
	Name      string      `json:"name"`
	Text      string      `json:"text"`
	Note      []byte      `json:"note"`
	Keys      []string    `json:"keys"`
	Directory string      `json:"directory"`
}

type answer struct {
	Error       string      `json:"error,omitempty"`
	Root        *tlog.Hash  `json:"root,omitempty"`
	OldRoot     *tlog.Hash  `json:"oldRoot,omitempty"`
	Inclusion   []tlog.Hash `json:"inclusion,omitempty"`
	Consistency []tlog.Hash `json:"consistency,omitempty"`
	Private     string      `json:"private,omitempty"`
	Public      string      `json:"public,omitempty"`
	Text        string      `json:"text,omitempty"`
	Note        []byte      `json:"note,omitempty"`
	Verified    int         `json:"verified,omitempty"`
	Unverified  int         `json:"unverified,omitempty"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	requests := json.NewDecoder(bufio.NewReaderSize(in, 1<<20))
	answers := json.NewEncoder(out)
	for {
		var asked request
		if err := requests.Decode(&asked); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		given, err := reply(&asked)
		if err != nil {
			given = &answer{Error: err.Error()}
		}
		if err := answers.Encode(given); err != nil {
			return err
		}
	}
}

func reply(asked *request) (given *answer, err error) {
	// The library takes some impossible sizes for a mistake of its caller.
	defer func() {
		if reason := recover(); reason != nil {
			given, err = nil, fmt.Errorf("panic: %v", reason)
		}
	}()
	switch asked.Operation {
	case "check-inclusion":
		return &answer{}, tlog.CheckRecord(asked.Proof, asked.Size, asked.Root, asked.Index, asked.Leaf)
	case "check-consistency":
		return &answer{}, tlog.CheckTree(asked.Proof, asked.Size, asked.Root, asked.Old, asked.OldRoot)
	case "prove":
		return prove(asked)
	case "generate":
		private, public, err := note.GenerateKey(nil, asked.Name)
		return &answer{Private: private, Public: public}, err
	case "sign":
		return sign(asked)
	case "open":
		return open(asked)
	case "format-proof":
		return formatProof(asked)
	case "check-proof":
		return checkProof(asked)
	case "read-directory":
		return readDirectory(asked)
	}
	return nil, fmt.Errorf("unknown operation %q", asked.Operation)
}
