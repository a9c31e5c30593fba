package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// before stands before the secret in a file, which is the last thing in it.
const before = "\nsecret="

// file is the state of a lab_file.
type file struct {
	ID      types.String `tfsdk:"id"`
	Path    types.String `tfsdk:"path"`
	Content types.String `tfsdk:"content"`
	Secret  types.String `tfsdk:"secret"`
	Digest  types.String `tfsdk:"digest"`
}

// write makes the file, and fills what is computed.
func (f *file) write() error {
	text := f.Content.ValueString()
	if !f.Secret.IsNull() {
		text += before + f.Secret.ValueString()
	}
	if err := os.WriteFile(f.Path.ValueString(), []byte(text), 0o600); err != nil {
		return err
	}
	// One that was there already may be open to others.
	if err := os.Chmod(f.Path.ValueString(), 0o600); err != nil {
		return err
	}
	f.is(text)
	return nil
}

// look takes what the file holds; false where there is none.
func (f *file) look() (bool, error) {
	bytes, err := os.ReadFile(f.Path.ValueString())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	text := string(bytes)
	f.is(text)
	secret := types.StringNull()
	if at := strings.LastIndex(text, before); at >= 0 {
		text, secret = text[:at], types.StringValue(text[at+len(before):])
	}
	// No content makes an empty file, which is no drift.
	if text != "" || !f.Content.IsNull() {
		f.Content = types.StringValue(text)
	}
	f.Secret = secret
	return true, nil
}

func (f *file) is(text string) {
	sum := sha256.Sum256([]byte(text))
	f.ID, f.Digest = f.Path, types.StringValue(hex.EncodeToString(sum[:]))
}

func (f *file) remove() error {
	if err := os.Remove(f.Path.ValueString()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
