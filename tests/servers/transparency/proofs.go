package main

import (
	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

// formatProof writes a proof file around what the request has.
func formatProof(asked *request) (*answer, error) {
	return &answer{Text: string(torchwood.FormatProof(asked.Index, asked.Proof, asked.Note))}, nil
}

// checkProof checks a proof file for a leaf, under one key and the origin that is the request's name.
func checkProof(asked *request) (*answer, error) {
	verifier, err := note.NewVerifier(asked.Keys[0])
	if err != nil {
		return nil, err
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.OriginPolicy(asked.Name), torchwood.SingleVerifierPolicy(verifier))
	return &answer{}, torchwood.VerifyProof(policy, asked.Leaf, []byte(asked.Text))
}
