package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/tlog"
)

// Tiles of 2^8 hashes, which C2SP tlog-tiles leaves out of the paths.
const height = 8

// directory reads tiles in the layout of C2SP tlog-tiles.
type directory string

func (directory) Height() int { return height }

func (directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (root directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		var err error
		if data[i], err = os.ReadFile(filepath.Join(string(root), torchwood.TilePath(tile))); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// readDirectory opens the checkpoint of a directory, reads its whole tree from tiles, and compares all entries with it.
func readDirectory(asked *request) (*answer, error) {
	tree, err := checkpoint(asked)
	if err != nil || tree.N == 0 {
		return &answer{Root: &tree.Hash}, err
	}
	reader := tlog.TileHashReader(tree, directory(asked.Directory))
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, errors.New("the tiles have another root than the checkpoint")
	}
	for start := int64(0); start < tree.N; start += 1 << height {
		if err := compareBundle(asked.Directory, start, min(tree.N-start, 1<<height), reader); err != nil {
			return nil, err
		}
	}
	return &answer{Root: &root}, nil
}

func checkpoint(asked *request) (tlog.Tree, error) {
	signed, err := os.ReadFile(filepath.Join(asked.Directory, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := openNote(signed, asked.Keys)
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != asked.Name || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("the checkpoint has other lines: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func compareBundle(root string, start, width int64, reader tlog.HashReader) error {
	path := torchwood.TilePath(tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)})
	bundle, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		return err
	}
	indexes := make([]int64, width)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, start+int64(i))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, hash := range hashes {
		if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
			return fmt.Errorf("bundle %s is too short", path)
		}
		length := int(binary.BigEndian.Uint16(bundle))
		if tlog.RecordHash(bundle[2:2+length]) != hash {
			return fmt.Errorf("entry %d is another one", start+int64(i))
		}
		bundle = bundle[2+length:]
	}
	if len(bundle) > 0 {
		return fmt.Errorf("bundle %s is too long", path)
	}
	return nil
}
