//! Where Azure takes connections as they come. What is kept there is always encrypted.

use super::{OLD_TLS, SENDS};
use crate::fact::{Fact, Wrong};

const OLD: Wrong = Wrong::Word(&["TLS1_0", "TLS1_1", "1.0", "1.1", "Disabled"]);

pub(super) static FACTS: [Fact; 8] = [
    Fact::new(
        &["azurerm_storage_account"],
        (&[], "https_traffic_only_enabled"),
        Wrong::Is(false),
        SENDS,
        "Set `https_traffic_only_enabled = true`",
    ),
    Fact::new(
        &["azurerm_storage_account"],
        (&[], "enable_https_traffic_only"),
        Wrong::Is(false),
        SENDS,
        "Set `enable_https_traffic_only = true`",
    ),
    Fact::new(&["azurerm_storage_account"], (&[], "min_tls_version"), OLD, OLD_TLS, "Set `min_tls_version = \"TLS1_2\"`"),
    Fact::new(&["azurerm_mssql_server"], (&[], "minimum_tls_version"), OLD, OLD_TLS, "Set `minimum_tls_version = \"1.2\"`"),
    Fact::new(&["azurerm_redis_cache"], (&[], "minimum_tls_version"), OLD, OLD_TLS, "Set `minimum_tls_version = \"1.2\"`"),
    Fact::new(
        &["azurerm_postgresql_server", "azurerm_mysql_server", "azurerm_mariadb_server"],
        (&[], "ssl_enforcement_enabled"),
        Wrong::Is(false),
        SENDS,
        "Set `ssl_enforcement_enabled = true`",
    ),
    Fact::new(
        &["azurerm_redis_cache"],
        (&[], "non_ssl_port_enabled"),
        Wrong::Is(true),
        SENDS,
        "Set `non_ssl_port_enabled = false`",
    ),
    Fact::new(&["azurerm_redis_cache"], (&[], "enable_non_ssl_port"), Wrong::Is(true), SENDS, "Set `enable_non_ssl_port = false`"),
];
