//! Where Google Cloud takes connections as they come. What is kept there is always encrypted.

use super::SENDS;
use crate::fact::{Fact, Wrong};

const SQL: &[&str] = &["google_sql_database_instance"];
const ADDRESS: &[&str] = &["settings", "ip_configuration"];

pub(super) static FACTS: [Fact; 2] = [
    Fact::new(
        SQL,
        (ADDRESS, "ssl_mode"),
        Wrong::Word(&["ALLOW_UNENCRYPTED_AND_ENCRYPTED"]),
        SENDS,
        "Set `ssl_mode = \"ENCRYPTED_ONLY\"`",
    ),
    Fact::new(SQL, (ADDRESS, "require_ssl"), Wrong::Is(false), SENDS, "Set `ssl_mode = \"ENCRYPTED_ONLY\"`"),
];
