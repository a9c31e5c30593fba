//! The ways to a remote.

use tollgate_tests::{HttpRemote, SshRemote, has_http_backend};

use crate::place::Place;

/// How writers reach the remote of a place.
pub(crate) struct Way {
    pub(crate) url: String,
    /// `GIT_SSH_COMMAND`; empty where SSH has no part in it.
    pub(crate) ssh: String,
}

impl Way {
    pub(crate) fn of_path(place: &Place) -> Self {
        Self { url: place.remote().into_string(), ssh: String::new() }
    }

    /// The server lives as long as this process.
    pub(crate) fn over_http(place: &Place) -> Self {
        assert!(has_http_backend(), "git has no `http-backend` here; install all of git");
        Self { url: HttpRemote::start(&place.path(".")).url("remote.git"), ssh: String::new() }
    }

    /// Where there is no SSH server on this machine, only git's part is tried, and whoever runs the tests is told.
    pub(crate) fn over_ssh(server: &SshRemote) -> Self {
        if !server.is_ssh() {
            println!("NOT TRIED: SSH itself. There is no `sshd` here; install it, or name it in TOLLGATE_SSHD.");
        }
        Self { url: server.url("remote.git"), ssh: server.command().to_owned() }
    }
}
