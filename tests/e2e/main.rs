//! Stories and invariants, through the built binary.
