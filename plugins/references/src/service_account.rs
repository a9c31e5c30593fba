//! Which service accounts are there.

use crate::set::Set;
use crate::settings::is_external;

/// Whether a service account is in the set, known from elsewhere, or the one that Kubernetes makes in every namespace.
pub(crate) fn exists(set: &Set<'_>, namespace: Option<&str>, name: &str) -> bool {
    name == "default"
        || set.find("", "ServiceAccount", namespace, name).is_some()
        || is_external(&set.settings.external_service_accounts, namespace, name)
}

/// What to do about one that is not there.
pub(crate) fn fix(name: &str) -> String {
    format!("Deliver the service account with it, or add `{name}` to the setting `externalServiceAccounts`")
}
