package main

import "golang.org/x/mod/sumdb/note"

func sign(asked *request) (*answer, error) {
	signers := make([]note.Signer, len(asked.Keys))
	for i, key := range asked.Keys {
		var err error
		if signers[i], err = note.NewSigner(key); err != nil {
			return nil, err
		}
	}
	signed, err := note.Sign(&note.Note{Text: asked.Text}, signers...)
	return &answer{Note: signed}, err
}

func open(asked *request) (*answer, error) {
	opened, err := openNote(asked.Note, asked.Keys)
	if err != nil {
		return nil, err
	}
	return &answer{Text: opened.Text, Verified: len(opened.Sigs), Unverified: len(opened.UnverifiedSigs)}, nil
}

func openNote(signed []byte, keys []string) (*note.Note, error) {
	verifiers := make([]note.Verifier, len(keys))
	for i, key := range keys {
		var err error
		if verifiers[i], err = note.NewVerifier(key); err != nil {
			return nil, err
		}
	}
	return note.Open(signed, note.VerifierList(verifiers...))
}
