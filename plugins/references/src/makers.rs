//! What makes Secrets: kinds of well-known operators that say the name of the one that they make.

use std::collections::BTreeSet;

use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;

/// Group, kind, the way to the name, and whether the Secret is named as the object itself where no name is said.
const MAKERS: [(&str, &str, &[&str], bool); 4] = [
    ("bitnami.com", "SealedSecret", &["spec", "template", "metadata", "name"], true),
    ("external-secrets.io", "ExternalSecret", &["spec", "target", "name"], true),
    ("cert-manager.io", "Certificate", &["spec", "secretName"], false),
    ("secrets-store.csi.x-k8s.io", "SecretProviderClass", &["spec", "secretObjects", "*", "secretName"], false),
];

/// The Secrets that will be made, by namespace and name.
pub(crate) fn secrets<'a>(set: &Set<'a>, reader: &Reader) -> BTreeSet<(Option<&'a str>, &'a str)> {
    let mut made = BTreeSet::new();
    for (group, kind, way, has_own_name) in MAKERS {
        for maker in set.of_kind(group, kind) {
            made.extend(names(*maker, way, has_own_name, reader).into_iter().map(|name| (maker.namespace, name)));
        }
    }
    made
}

fn names<'a>(maker: Object<'a>, way: &[&'static str], has_own_name: bool, reader: &Reader) -> Vec<&'a str> {
    let said: Vec<_> = reader.each(&maker.root(), way).iter().filter_map(|name| reader.text(name)).collect();
    if said.is_empty() && has_own_name { vec![maker.name] } else { said }
}
