package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// switches is a directory. Its files make the provider misbehave, and are read anew each time.
type switches string

// read gives the text of a switch, and whether it is on.
func (s switches) read(name string) (string, bool) {
	if s == "" {
		return "", false
	}
	text, err := os.ReadFile(filepath.Join(string(s), name))
	return strings.TrimRight(string(text), "\n"), err == nil
}

// value gives the first line of a switch that is on for this subject. A second line names the only subject concerned.
func (s switches) value(name, subject string) (string, bool) {
	text, isOn := s.read(name)
	value, only, _ := strings.Cut(text, "\n")
	return value, isOn && (only == "" || only == filepath.Base(subject))
}

// begin is slow, or ends the process, where a phase begins: plan, read or apply.
func (s switches) begin(ctx context.Context, phase, subject string) error {
	if err := s.sleep(ctx, phase, subject); err != nil {
		return err
	}
	s.crash("crash-"+phase, subject)
	return nil
}

// crash ends the process as a provider with a bug does, with nothing answered.
func (s switches) crash(name, subject string) {
	if _, isOn := s.value(name, subject); isOn {
		os.Exit(3)
	}
}

// sleep ends early when Terraform is interrupted.
func (s switches) sleep(ctx context.Context, phase, subject string) error {
	text, isOn := s.value("slow-"+phase, subject)
	if !isOn {
		return nil
	}
	length, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("the switch slow-%s is no duration: %w", phase, err)
	}
	if phase == "apply" {
		if err := os.WriteFile(filepath.Join(string(s), "applying"), nil, 0o600); err != nil {
			return err
		}
	}
	select {
	case <-time.After(length):
		return nil
	case <-ctx.Done():
		return errors.New("interrupted")
	}
}
