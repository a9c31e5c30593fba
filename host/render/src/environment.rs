//! What surrounds a tool: nothing of whoever runs tollgate.

use std::process::Command;

use camino::Utf8Path;

use crate::limits::RenderLimits;
use crate::place::Place;

/// A port that nobody listens on: whoever asks it gets nothing.
const NOWHERE: &str = "http://127.0.0.1:9";

/// Where programs of the system are that confine others; they are used where they are.
const UNSHARE: [&str; 2] = ["/usr/bin/unshare", "/bin/unshare"];
const PRLIMIT: [&str; 2] = ["/usr/bin/prlimit", "/bin/prlimit"];

/// A command that runs a program in a place, under these limits; where it is to be alone, without a network.
pub(crate) fn command(program: &Utf8Path, is_alone: bool, place: &Place, limits: &RenderLimits) -> Command {
    let mut words: Vec<String> = Vec::new();
    if let Some(prlimit) = first(&PRLIMIT) {
        words.extend([prlimit.to_owned(), format!("--as={}", limits.memory), "--core=0".to_owned(), "--".to_owned()]);
    }
    if is_alone && let Some(unshare) = first(&UNSHARE) {
        words.extend([unshare, "--user", "--map-root-user", "--net", "--"].map(ToOwned::to_owned));
    }
    words.push(program.to_string());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).current_dir(place.component()).env_clear();
    surround(&mut command, place);
    command
}

/// Whether a tool could be kept from the network by more than an environment.
pub(crate) fn may_be_alone() -> bool {
    first(&UNSHARE).is_some()
}

fn first(paths: &[&'static str]) -> Option<&'static str> {
    paths.iter().copied().find(|path| Utf8Path::new(path).exists())
}

fn surround(command: &mut Command, place: &Place) {
    let home = place.root().join("home");
    command.env("HOME", &home).env("TMPDIR", place.root().join("tmp")).env("LC_ALL", "C");
    for variable in ["XDG_CACHE_HOME", "HELM_CACHE_HOME"] {
        command.env(variable, home.join("cache"));
    }
    for variable in ["XDG_CONFIG_HOME", "HELM_CONFIG_HOME"] {
        command.env(variable, home.join("config"));
    }
    for variable in ["XDG_DATA_HOME", "HELM_DATA_HOME"] {
        command.env(variable, home.join("data"));
    }
    command.env("HELM_PLUGINS", home.join("plugins")).env("KUBECONFIG", home.join("kubeconfig"));
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(variable, NOWHERE).env(variable.to_lowercase(), NOWHERE);
    }
    // Not even this machine is reached directly.
    command.env("NO_PROXY", "").env("no_proxy", "");
}
