//! NetworkPolicies, and what they select.

use tollgate_sdk::selector::LabelSelector;

use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

/// The NetworkPolicies of a set.
pub(crate) fn all<'s, 'a>(set: &'s Set<'a>) -> impl Iterator<Item = Object<'a>> + use<'s, 'a> {
    ["networking.k8s.io", "extensions"].into_iter().flat_map(|group| set.of_kind(group, "NetworkPolicy")).copied()
}

/// What a policy selects: everything where it says nothing (Kubernetes API, `NetworkPolicySpec`). Nothing where it can't be read.
pub(crate) fn selector<'a>(policy: Object<'a>, reader: &Reader) -> Option<LabelSelector<'a>> {
    reader.object(&policy.spec());
    if policy.spec().exists() && !policy.spec().is_object() {
        return None;
    }
    reader.selector(&policy.spec().get("podSelector"))
}
