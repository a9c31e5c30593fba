//! The configuration of `check` where no revision in force is asked for: the tree's own, or what the command line names.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_config::{Chosen, Configuration, PIPELINE_FILE, ReadConfiguration, UseOfLock, choose, read_pipeline};

use super::{Failures, failures_of};

/// The nearest directory at or above this one that holds `tollgate.yaml`.
pub(crate) fn root_above(directory: &Utf8Path) -> Option<Utf8PathBuf> {
    directory.ancestors().find(|ancestor| ancestor.join(PIPELINE_FILE).is_file()).map(Utf8Path::to_owned)
}

/// The tree's own configuration.
pub(crate) fn of_tree(reader: &dyn ReadConfiguration, use_of_lock: UseOfLock) -> Result<Configuration, Failures> {
    read_pipeline(reader, PIPELINE_FILE, use_of_lock).map_err(failures_of)
}

/// The policies and packs that the command line names; `builtin:recommended` when it names none.
pub(crate) fn of_command_line(
    reader: &dyn ReadConfiguration,
    policies: &[String],
    packs: &[String],
) -> Result<Configuration, Failures> {
    let chosen = Chosen { policies: policies.to_vec(), packs: packs.to_vec() };
    choose(reader, &chosen).map_err(failures_of)
}
