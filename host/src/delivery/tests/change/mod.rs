//! What git tells of a change, by commits, tags and signatures that git itself made.

mod approving;
mod asking;
mod forging;
mod openpgp;
mod place;
mod recording;
mod requests;
mod reviewing;
mod rewriting;
mod seeing;
mod squashing;
mod vouching;
