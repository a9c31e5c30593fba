//! What the figures were taken on.

use std::fmt;

use serde::Serialize;

/// The machine, as far as it explains figures.
#[derive(Debug, Serialize)]
pub(super) struct Machine {
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) kernel: String,
    /// The version of tollgate and the commit that it was built from.
    pub(super) tollgate: String,
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, cores, kernel, tollgate } = self;
        write!(formatter, "tollgate {tollgate}; {cores} cores of {processor}, Linux {kernel}")
    }
}

/// Asks the kernel and git. What they don't say is `unknown`.
pub(super) fn describe() -> Machine {
    let cpuinfo = fs_err::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let kernel = fs_err::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Machine {
        processor: model.map_or("unknown", |(_, model)| model).trim().to_owned(),
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        kernel: kernel.trim().to_owned(),
        tollgate: format!("{} at {}", env!("CARGO_PKG_VERSION"), commit()),
    }
}

fn commit() -> String {
    let described = std::process::Command::new("git").args(["describe", "--always", "--dirty", "--abbrev=12"]).output();
    let text = described.ok().and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    if text.trim().is_empty() { "an unknown commit".to_owned() } else { text.trim().to_owned() }
}
