//! Fields that are taken from others, because the target says so.

use tollgate_core::document::ObjectIdentity;
use tollgate_core::pipeline::ForcedFields;
use tollgate_core::plan::Taken;

use super::failure::Conflicting;

/// Whether each of these fields may be taken from whoever has set it. One that may not is enough: a request takes all or none.
pub(super) fn is_allowed(force: &[ForcedFields], identity: &ObjectIdentity, fields: &[Conflicting]) -> bool {
    let of_object: Vec<&ForcedFields> = force.iter().filter(|forced| is_about(forced, identity)).collect();
    fields.iter().all(|field| of_object.iter().flat_map(|forced| &forced.fields).any(|path| is_at_or_below(&field.field, path)))
}

fn is_about(forced: &ForcedFields, identity: &ObjectIdentity) -> bool {
    let is = |wished: &Option<String>, found: Option<&str>| wished.as_deref().is_none_or(|wished| found == Some(wished));
    forced.kind == identity.kind && is(&forced.name, Some(&identity.name)) && is(&forced.namespace, identity.namespace.as_deref())
}

/// `.spec.template` has `.spec.template.spec` and `.spec.template[…]` below it, and not `.spec.templates`.
fn is_at_or_below(field: &str, path: &str) -> bool {
    field.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// A field with who has set it. The server says more of them, such as when: that would make each plan another one.
pub(super) fn taken(field: &Conflicting) -> Taken {
    let from = field.message.split('"').nth(1).unwrap_or(&field.message);
    Taken { field: field.field.clone(), from: from.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_identity(kind: &str, name: &str) -> ObjectIdentity {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        ObjectIdentity { api_version: "apps/v1".to_owned(), kind, namespace: Some("shop".to_owned()), name }
    }

    fn mk_fields(fields: &[&str]) -> Vec<Conflicting> {
        let conflict = |field: &&str| Conflicting {
            field: (*field).to_owned(),
            message: "conflict with \"kubectl\" using apps/v1 at 2026-01-01T00:00:00Z".to_owned(),
        };
        fields.iter().map(conflict).collect()
    }

    fn mk_force(name: Option<&str>, namespace: Option<&str>) -> ForcedFields {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let fields = vec![".spec.replicas".to_owned(), ".spec.template".to_owned()];
        ForcedFields { kind: "Deployment".to_owned(), name: owned(name), namespace: owned(namespace), fields }
    }

    #[test]
    fn only_what_is_named_is_taken() {
        let force = [mk_force(Some("cart"), None)];
        let cart = mk_identity("Deployment", "cart");
        let is_allowed = |identity: &ObjectIdentity, fields: &[&str]| is_allowed(&force, identity, &mk_fields(fields));
        assert!(is_allowed(&cart, &[".spec.replicas"]));
        assert!(is_allowed(&cart, &[".spec.template.spec.containers[name=\"cart\"].image", ".spec.template"]));
        assert!(!is_allowed(&cart, &[".spec.replicas", ".spec.paused"]));
        assert!(!is_allowed(&cart, &[".spec.templates", ".spec"]));
        assert!(!is_allowed(&mk_identity("StatefulSet", "cart"), &[".spec.replicas"]));
        assert!(!is_allowed(&mk_identity("Deployment", "mail"), &[".spec.replicas"]));
    }

    #[test]
    fn without_a_name_or_namespace_all_of_the_kind_are_meant() {
        let cart = mk_identity("Deployment", "cart");
        let fields = mk_fields(&[".spec.replicas"]);
        assert!(is_allowed(&[mk_force(None, Some("shop"))], &cart, &fields));
        assert!(!is_allowed(&[mk_force(None, Some("other"))], &cart, &fields));
        assert!(!is_allowed(&[], &cart, &fields));
    }

    #[test]
    fn whoever_had_a_field_is_named_without_the_time() {
        let expected = Taken { field: ".spec.replicas".to_owned(), from: "kubectl".to_owned() };
        assert_eq!(taken(&mk_fields(&[".spec.replicas"])[0]), expected);
    }
}
