//! A directory with a configuration, in which Terraform runs.

use std::process::{Command, Output, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::{ProviderMirror, terraform_or_skip};

/// What a configuration begins with.
const HEAD: &str = r#"terraform {
  required_providers {
    lab = { source = "example.com/tollgate/lab", version = "VERSION" }
  }
}
"#;

pub(super) struct Room {
    directory: tempfile::TempDir,
    mirror: ProviderMirror,
    program: Utf8PathBuf,
    /// Where the states are that are not in the room.
    pub(super) connection: Option<String>,
}

/// How a command ended, and all that it said.
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) said: String,
}

/// A room that is initialised.
pub(super) fn mk_room(main: &str) -> Option<Room> {
    let room = mk_new_room(main)?;
    room.succeed(&["init"]);
    Some(room)
}

/// A room in which nothing was done yet.
pub(super) fn mk_new_room(main: &str) -> Option<Room> {
    let program = terraform_or_skip("real Terraform")?;
    let mirror = ProviderMirror::or_skip("a real provider")?;
    let room = Room { directory: tempfile::tempdir().unwrap(), mirror, program, connection: None };
    fs_err::create_dir(room.path("switches")).unwrap();
    room.configure("1.0.0", main);
    Some(room)
}

impl Room {
    pub(super) fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join(name)
    }

    /// Writes the configuration, which wants that version of the provider.
    pub(super) fn configure(&self, version: &str, main: &str) {
        fs_err::write(self.path("main.tf"), HEAD.replace("VERSION", version) + main).unwrap();
    }

    pub(super) fn turn_on(&self, switch: &str, text: &str) {
        fs_err::write(self.path("switches").join(switch), text).unwrap();
    }

    pub(super) fn turn_off(&self, switch: &str) {
        fs_err::remove_file(self.path("switches").join(switch)).unwrap();
    }

    pub(super) fn text(&self, name: &str) -> String {
        fs_err::read_to_string(self.path(name)).unwrap()
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).arg("-no-color").current_dir(self.directory.path()).stdin(Stdio::null());
        let constants = [("CHECKPOINT_DISABLE", "1"), ("TF_IN_AUTOMATION", "1"), ("TF_INPUT", "0")];
        command.envs(constants).env("TF_CLI_CONFIG_FILE", self.mirror.configuration());
        command.env("LAB_SWITCHES", self.path("switches")).env_remove("LAB_TOKEN");
        command.envs(self.connection.iter().map(|connection| ("PG_CONN_STR", connection)));
        command
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ended {
        ended(&self.command(arguments).output().unwrap())
    }

    pub(super) fn succeed(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.said);
        ended.said
    }

    pub(super) fn apply(&self) -> Ended {
        self.run(&["apply", "-auto-approve"])
    }

    /// What `plan` ends with: 0 when nothing changes, 2 when something does.
    pub(super) fn plan(&self) -> Ended {
        self.run(&["plan", "-detailed-exitcode", "-out=plan"])
    }
}

pub(super) fn ended(output: &Output) -> Ended {
    let said = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    Ended { code: output.status.code(), said }
}
