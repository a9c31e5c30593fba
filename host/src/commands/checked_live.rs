//! What `check --live` looks at: the objects of a cluster, as files that nobody wrote.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::{ObjectIdentity, SourceFile};
use tollgate_core::ports::{ClusterKind, InCluster, Unread};
use tollgate_gate::Policies;
use tollgate_manifest::to_yaml;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::asking::Beside;
use super::judging::Judging;
use crate::admission::NOISE;
use crate::cli::check::Check;
use crate::exit::fail;
use crate::sources::{FileToRead, Files};
use crate::wiring;

/// The objects that policies look at, and what the report says beside them.
pub(super) fn look(
    context: &str,
    arguments: &Check,
    judging: &Judging,
    policies: &Policies,
) -> Result<(Vec<Files>, Beside), Failure> {
    let cluster = wiring::any_cluster(Some(context.to_owned()).filter(|context| !context.is_empty()));
    let wants = |kind: &ClusterKind| !is_noise(kind) && policies.concern(&identity_of(kind));
    let found = cluster.look(&arguments.namespace, &wants).map_err(fail)?;
    something_in_each(&arguments.namespace, &found)?;
    let errors = found.unread.iter().map(unread).collect();
    let notices = notices(context, arguments, judging, &found);
    let files = found.objects.iter().map(file).collect::<Result<_, _>>()?;
    Ok((vec![Files { files, ..Files::default() }], Beside { notices, errors, ..Beside::default() }))
}

fn identity_of(kind: &ClusterKind) -> ObjectIdentity {
    let (api_version, kind) = (kind.api_version.clone(), kind.kind.clone());
    ObjectIdentity { api_version, kind, namespace: None, name: String::new() }
}

fn is_noise(kind: &ClusterKind) -> bool {
    NOISE.contains(&(kind.group(), kind.resource.as_str()))
}

/// A namespace in which nothing is was named wrongly: otherwise a slip would be taken for an approval.
fn something_in_each(namespaces: &[String], found: &InCluster) -> Result<(), Failure> {
    let lived_in: BTreeSet<&str> = found.objects.iter().filter_map(|object| text(object, "/metadata/namespace")).collect();
    let is_empty = |namespace: &&String| !lived_in.contains(namespace.as_str()) && found.unread.is_empty();
    let Some(empty) = namespaces.iter().find(is_empty) else { return Ok(()) };
    let message = format!("namespace `{empty}` has nothing that a policy looks at");
    Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("is it the right one, and the right cluster?"))
}

fn unread(Unread { what, why }: &Unread) -> Failure {
    let failure =
        Failure::of_message(ExitCode::SourceUnreadable, format!("`{what}` can't be looked at, so nobody judged them: {why}"));
    failure.with_hint("whoever asks needs `list` on all that the policies look at")
}

fn notices(context: &str, arguments: &Check, judging: &Judging, found: &InCluster) -> Vec<String> {
    let cluster = if context.is_empty() { "the current context".to_owned() } else { format!("context `{context}`") };
    let names: Vec<String> = arguments.namespace.iter().map(|name| format!("`{name}`")).collect();
    let place = match names.as_slice() {
        [] => "all namespaces and what is in none".to_owned(),
        names => format!("{}, and nothing that is in no namespace", names.join(", ")),
    };
    let mut notices = vec![format!("judged what is in the cluster of {cluster}: {place}, of the kinds that policies look at")];
    if found.owned > 0 {
        notices.push(format!(
            "{} objects are judged by what made them: pods and the like that run what their workload says",
            found.owned
        ));
    }
    if judging.configuration.pipeline.inline_waivers {
        notices.push("waivers in annotations count for nothing here: nobody has reviewed what stands in a cluster".to_owned());
    }
    notices
}

/// An object as the file that it might be: `shop/Deployment.apps/cart.yaml`.
fn file(object: &Value) -> Result<FileToRead, Failure> {
    let bytes = to_yaml(object).map_err(|error| Failure::new(ExitCode::Unexpected, &error))?.into_bytes();
    Ok(FileToRead { source: Arc::new(SourceFile { path: path(object), bytes }), component: None })
}

fn path(object: &Value) -> String {
    let part = |pointer: &str| text(object, pointer).unwrap_or_default();
    let group = part("/apiVersion").rsplit_once('/').map(|(group, _)| format!(".{group}")).unwrap_or_default();
    let namespace = text(object, "/metadata/namespace").map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{namespace}{}{group}/{}.yaml", part("/kind"), part("/metadata/name"))
}

fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_object(namespace: Option<&str>) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart", "namespace": namespace}})
    }

    #[test]
    fn an_object_is_found_by_the_path_of_its_file() {
        assert_eq!(path(&mk_object(Some("shop"))), "shop/Deployment.apps/cart.yaml");
        let role = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "one"}});
        assert_eq!(path(&role), "Node/one.yaml");
    }

    #[test]
    fn a_namespace_without_anything_was_named_wrongly_unless_it_could_not_be_looked_at() {
        let mut found = InCluster { objects: vec![mk_object(Some("shop"))], ..InCluster::default() };
        let namespaces = ["shop".to_owned(), "shpo".to_owned()];
        something_in_each(&namespaces[..1], &found).unwrap();
        let failure = something_in_each(&namespaces, &found).unwrap_err();
        assert_eq!(failure.exit, ExitCode::InvalidConfiguration);
        assert!(failure.message.contains("`shpo`"), "{}", failure.message);
        found.unread.push(Unread { what: "pods in shpo".to_owned(), why: "no".to_owned() });
        something_in_each(&namespaces, &found).unwrap();
    }
}
