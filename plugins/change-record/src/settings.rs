//! What the operator can set.

use std::collections::BTreeMap;

use tollgate_sdk::{is_glob, settings};

/// Where the fields are filled in.
#[settings]
pub(crate) enum Per {
    /// Somewhere in the change.
    #[default]
    Change,
    /// In every commit.
    Commit,
}

/// What a change says of itself.
#[settings]
pub(crate) struct Settings {
    /// The fields that are filled in, each with a glob that all its values fit: `Ticket: "SHOP-[0-9]*"`. `*` is any text.
    #[setting(default = usual(), not_empty, check = are_fields)]
    pub(crate) fields: BTreeMap<String, String>,
    /// Where they are filled in: by any commit of the `change` or its record, or by every `commit` that the forge has not
    /// merged.
    pub(crate) per: Per,
    /// The field that names the ticket.
    #[setting(default = "Ticket", not_empty)]
    pub(crate) ticket: String,
    /// States in which a ticket may be, as the fact `ticket/…` has them. Empty: any, and no fact is needed.
    pub(crate) states: Vec<String>,
    /// A rollback is asked for all of this as well. Otherwise what it lacks is a note.
    pub(crate) rollbacks_too: bool,
}

fn usual() -> BTreeMap<String, String> {
    ["Ticket", "Impact", "Rollback"].map(|field| (field.to_owned(), "*".to_owned())).into()
}

fn are_fields(fields: &BTreeMap<String, String>) -> Result<(), String> {
    let is_token = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if let Some(name) = fields.keys().find(|name| !is_token(name)) {
        return Err(format!("`{name}` is no name of a trailer: letters, digits and `-`"));
    }
    fields.values().find(|glob| !is_glob(glob)).map_or(Ok(()), |glob| Err(format!("`{glob}` is no glob")))
}
