package main

import (
	"errors"
	"slices"
	"strings"
)

// token says who asks.
type token string

// reader is whoever may plan and read, and nothing else.
const reader token = "read"

// isTaken compares the token with the switch `need-token`; each of its lines is a token that is good.
func (t token) isTaken(all switches) error {
	needed, isOn := all.read("need-token")
	switch {
	case !isOn:
		return nil
	case t == "":
		return errors.New("the switch need-token wants a token, and there is none: set token in the provider block, or LAB_TOKEN")
	case !slices.Contains(strings.Split(needed, "\n"), string(t)):
		return errors.New("the token is another one than the switch need-token names: correct token in the provider block, or LAB_TOKEN")
	}
	return nil
}

func (t token) mayWrite() error {
	if t == reader {
		return errors.New("the token \"read\" may plan and read only: apply with a token that may write")
	}
	return nil
}
