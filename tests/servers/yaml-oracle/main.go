// The reading of YAML that the Kubernetes API server and kubectl have, for tests that compare with it.
//
// It answers requests on standard input, one JSON object a line: {"mode": "yaml" | "stream", "text": base64}.
// In mode "yaml" the text is one document: sigs.k8s.io/yaml makes JSON of it.
// In mode "stream" the text is a file: it is cut and read as kubectl does.
// Each answer is one line: {"documents": [JSON, ...]} or {"error": "..."}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	apimachinery "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

type request struct {
	Mode string `json:"mode"`
	Text []byte `json:"text"`
}

type answer struct {
	Documents []json.RawMessage `json:"documents"`
	Error     string            `json:"error,omitempty"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in io.Reader, out io.Writer) error {
	requests := json.NewDecoder(bufio.NewReaderSize(in, 1<<20))
	buffered := bufio.NewWriter(out)
	answers := json.NewEncoder(buffered)
	for {
		var asked request
		if err := requests.Decode(&asked); errors.Is(err, io.EOF) {
			return buffered.Flush()
		} else if err != nil {
			return err
		}
		if err := answers.Encode(read(asked)); err != nil {
			return err
		}
		if err := buffered.Flush(); err != nil {
			return err
		}
	}
}

func read(asked request) (given answer) {
	// The library panics on some texts that are no YAML; for its users that is an error like any other.
	defer func() {
		if reason := recover(); reason != nil {
			given = answer{Error: fmt.Sprint("panic: ", reason)}
		}
	}()
	var documents []json.RawMessage
	var err error
	if asked.Mode == "stream" {
		documents, err = readStream(asked.Text)
	} else {
		var document []byte
		document, err = yaml.YAMLToJSON(asked.Text)
		documents = []json.RawMessage{document}
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Documents: documents}
}

func readStream(text []byte) ([]json.RawMessage, error) {
	decoder := apimachinery.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	documents := []json.RawMessage{}
	for {
		var document json.RawMessage
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return documents, nil
		} else if err != nil {
			return nil, err
		}
		if len(document) > 0 && !bytes.Equal(document, []byte("null")) {
			documents = append(documents, document)
		}
	}
}
