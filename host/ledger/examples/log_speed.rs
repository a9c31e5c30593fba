//! How long the log takes for one entry and for one proof: `cargo run --release -p tollgate-ledger --example log_speed [ENTRIES]`.
//!
//! Tiles are kept in memory, so that what is measured is our own work.

#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use tollgate_ledger::log::checkpoint::Checkpoint;
use tollgate_ledger::log::merkle::{Consistency, Inclusion};
use tollgate_ledger::log::note::SignerKey;
use tollgate_ledger::log::tiles::{Frontier, TilePlace, Tiles};
use tollgate_ledger::log::{Head, TreeHash};

const ROUNDS: u64 = 200;
const ORIGIN: &str = "example.com/shop/ledger";

type Files = BTreeMap<String, Vec<u8>>;

fn main() -> Result<(), Box<dyn Error>> {
    let size = std::env::args().nth(1).map_or(Ok(100_000), |size| size.parse())?;
    let mut files = Files::new();
    let mut frontier = Frontier::default();
    let whole = median(1, |_| {
        let changed = frontier.append((0..size).map(|index: u64| TreeHash::leaf(&entry(index))));
        files.extend(changed.into_iter().map(|tile| (tile.path(), tile.bytes())));
        Ok(())
    })?;
    let head = frontier.head();
    println!("{size} entries of {} bytes: {whole:?} for all of them, {} tiles", entry(0).len(), files.len());

    let key = SignerKey::generate(ORIGIN.parse()?)?;
    println!("append one, new checkpoint signed: {:?}", median(ROUNDS, |_| append_one(&files, head, &key))?);
    let inclusion = median(ROUNDS, |round| prove_inclusion(&files, head, size / ROUNDS * round))?;
    println!("one inclusion proof:               {inclusion:?}");
    let consistency = median(ROUNDS, |round| prove_consistency(&files, head, size / ROUNDS * round))?;
    println!("one consistency proof:             {consistency:?}");
    Ok(())
}

/// As large as a short entry is in its envelope.
fn entry(index: u64) -> Vec<u8> {
    format!("{index:01000}").into_bytes()
}

fn tiles(files: &Files, head: Head) -> Result<Tiles<impl FnMut(TilePlace) -> Reading>, Box<dyn Error>> {
    Ok(Tiles::open(head, |place: TilePlace| Ok(files.get(&place.path()).cloned()))?)
}

type Reading = Result<Option<Vec<u8>>, Box<dyn Error + Send + Sync>>;

fn append_one(files: &Files, head: Head, key: &SignerKey) -> Result<(), Box<dyn Error>> {
    let mut frontier = Frontier::read(head, |place| Ok(files.get(&place.path()).cloned()))?;
    let changed = frontier.append([TreeHash::leaf(&entry(head.size))]);
    black_box(changed.iter().map(|tile| (tile.path(), tile.bytes())).collect::<Vec<_>>());
    black_box(Checkpoint::new(ORIGIN, frontier.head())?.sign(key)?);
    Ok(())
}

fn prove_inclusion(files: &Files, head: Head, index: u64) -> Result<(), Box<dyn Error>> {
    let mut tiles = tiles(files, head)?;
    black_box(Inclusion::new(index, head.size)?.prove(|node| tiles.node(node))?);
    Ok(())
}

fn prove_consistency(files: &Files, head: Head, old: u64) -> Result<(), Box<dyn Error>> {
    let mut tiles = tiles(files, head)?;
    black_box(Consistency::new(old, head.size)?.prove(|node| tiles.node(node))?);
    Ok(())
}

fn median(rounds: u64, mut work: impl FnMut(u64) -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let mut times = Vec::new();
    for round in 0..rounds {
        let start = Instant::now();
        work(round)?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}
