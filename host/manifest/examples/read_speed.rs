//! How long the reader takes for a Deployment of 2.7 KB, best of many rounds: `cargo run --release --example read_speed [FILE]`.

#![expect(clippy::print_stdout, reason = "it reports to whoever runs it")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use tollgate_core::document::SourceFile;
use tollgate_core::pointer::Pointer;
use tollgate_manifest::{ReadLimits, locate, read};

const ROUNDS: u32 = 1000;

fn main() -> std::io::Result<()> {
    let bytes = std::env::args().nth(1).map_or_else(|| Ok(include_bytes!("deployment.yaml").to_vec()), std::fs::read)?;
    let source = Arc::new(SourceFile { path: "a.yaml".to_owned(), bytes });
    let limits = ReadLimits::default();
    let reading = read(&source, &limits);
    let pointer = [Pointer::root().member("spec").member("template")];
    println!("{} bytes, {} documents, {} findings", source.bytes.len(), reading.documents.len(), reading.findings.len());
    println!("read    {:>8.1} us", best(|| drop(read(&source, &limits))));
    println!("locate  {:>8.1} us", best(|| drop(locate(&source, 0, &Pointer::root(), &pointer))));
    Ok(())
}

/// Microseconds of one call in the best round.
fn best(mut work: impl FnMut()) -> f64 {
    let calls = 10;
    let round = |_| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed() / calls
    };
    (0..ROUNDS).map(round).min().unwrap_or(Duration::ZERO).as_secs_f64() * 1e6
}
