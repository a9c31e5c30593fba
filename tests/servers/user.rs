//! Who runs what refuses to be run by root.

use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use camino::Utf8Path;

/// Somebody on this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct User {
    id: u32,
    group: u32,
}

/// Whether this process may do everything.
pub(crate) fn is_root() -> bool {
    id(&["-u"]) == Some(0)
}

impl User {
    /// The user of that name, if there is one.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(Self { id: id(&["-u", name])?, group: id(&["-g", name])? })
    }

    /// Has the command run as this user, in no other group than their own.
    pub(crate) fn run(self, command: &mut Command) {
        command.uid(self.id).gid(self.group);
    }

    /// Gives them a file or a directory.
    pub(crate) fn own(self, path: &Utf8Path) -> io::Result<()> {
        chown(path, Some(self.id), Some(self.group))
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_known_by_their_names() {
        assert_eq!(User::named("root").unwrap().id, 0);
        assert!(User::named("no-such-user").is_none());
    }
}
