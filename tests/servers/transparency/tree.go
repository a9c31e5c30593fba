package main

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// stored holds the hashes of all complete subtrees, as the library numbers them. It only grows.
var stored []tlog.Hash

var fromStored = tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = stored[index]
	}
	return hashes, nil
})

// grow makes a tree of at least size leaves.
func grow(size int64) error {
	for leaves := leavesOf(int64(len(stored))); leaves < size; leaves++ {
		added, err := tlog.StoredHashes(leaves, fmt.Appendf(nil, "entry %d", leaves), fromStored)
		if err != nil {
			return err
		}
		stored = append(stored, added...)
	}
	return nil
}

func leavesOf(hashes int64) int64 {
	if hashes == 0 {
		return 0
	}
	low, high := int64(0), hashes
	for low < high {
		if middle := (low + high) / 2; tlog.StoredHashCount(middle) < hashes {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// prove makes the roots of two trees and the proofs for them.
func prove(asked *request) (*answer, error) {
	if err := grow(asked.Size); err != nil {
		return nil, err
	}
	given := &answer{}
	root, err := tlog.TreeHash(asked.Size, fromStored)
	if err != nil {
		return nil, err
	}
	given.Root = &root
	oldRoot, err := tlog.TreeHash(asked.Old, fromStored)
	if err != nil {
		return nil, err
	}
	given.OldRoot = &oldRoot
	if asked.Size > 0 {
		if given.Inclusion, err = tlog.ProveRecord(asked.Size, asked.Index, fromStored); err != nil {
			return nil, err
		}
	}
	if asked.Old > 0 {
		if given.Consistency, err = tlog.ProveTree(asked.Size, asked.Old, fromStored); err != nil {
			return nil, err
		}
	}
	return given, nil
}
