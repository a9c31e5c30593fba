//! What the host says of a request that a cluster wants judged.

use tollgate_sdk::image::ImageReference;
use tollgate_sdk::{PluginError, Value};

/// What is asked of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Update,
    Delete,
    Connect,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Request<'v> {
    pub(crate) target: &'v str,
    pub(crate) operation: Operation,
    pub(crate) sub_resource: Option<&'v str>,
    /// Nothing will be written, whatever is said.
    pub(crate) dry_run: bool,
    /// Who asks.
    pub(crate) user: &'v str,
    /// The object as it was; nothing on CREATE.
    pub(crate) old: Option<&'v Value<'v>>,
    /// What was let through to the target; nothing while the host knows of none.
    pub(crate) approved: Option<Approved<'v>>,
}

/// What was let through to a target.
#[derive(Debug)]
pub(crate) struct Approved<'v> {
    /// Kinds that the recipes contain, each with its group before it.
    kinds: Vec<(&'v str, &'v str)>,
    /// Namespaces that they write to.
    namespaces: Vec<&'v str>,
    /// Promotions of what runs now.
    current: Vec<&'v str>,
    /// The object that is judged, as the recipes have it, newest first.
    pub(crate) documents: Vec<Written<'v>>,
    /// Digests of their images.
    digests: Vec<&'v str>,
    /// Whether an autoscaler of theirs scales the object.
    pub(crate) is_autoscaled: bool,
    /// Namespace and name of the ConfigMap in which the target notes what it has.
    inventory: Option<(&'v str, &'v str)>,
}

/// An object as an approved recipe has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'v> {
    pub(crate) promotion: &'v str,
    pub(crate) body: &'v Value<'v>,
}

impl<'v> Request<'v> {
    /// Reads a context at admission. What is missing in it would let things through, so it is an error.
    pub(crate) fn read(context: &'v Value<'v>) -> Result<Self, PluginError> {
        let admission = member(context, "admission")?;
        let operation = match text(admission, "operation")? {
            "CREATE" => Operation::Create,
            "UPDATE" => Operation::Update,
            "DELETE" => Operation::Delete,
            "CONNECT" => Operation::Connect,
            other => return Err(wrong(&format!("`{other}` is no operation"))),
        };
        Ok(Self {
            target: text(context, "target")?,
            operation,
            sub_resource: optional(admission, "subResource").map(|_| text(admission, "subResource")).transpose()?,
            // What is no `true` is no dry run.
            dry_run: matches!(optional(admission, "dryRun"), Some(Value::Bool(true))),
            user: text(member(admission, "user")?, "username")?,
            old: optional(admission, "oldObject"),
            approved: optional(admission, "approved").map(Approved::read).transpose()?,
        })
    }
}

impl<'v> Approved<'v> {
    fn read(approved: &'v Value<'v>) -> Result<Self, PluginError> {
        let recipes = list(approved, "recipes")?.iter();
        let current = recipes.filter(|recipe| recipe.get("state").and_then(Value::as_str) == Some("current"));
        let inventory = optional(approved, "inventory");
        Ok(Self {
            kinds: list(approved, "kinds")?
                .iter()
                .map(|kind| Ok((text(kind, "group")?, text(kind, "kind")?)))
                .collect::<Result<_, _>>()?,
            namespaces: texts(approved, "namespaces")?,
            current: current.map(|recipe| text(recipe, "promotion")).collect::<Result<_, _>>()?,
            documents: list(approved, "documents")?.iter().map(Written::read).collect::<Result<_, _>>()?,
            digests: texts(approved, "images")?.into_iter().filter_map(digest).collect(),
            is_autoscaled: optional(approved, "autoscaled") == Some(&Value::Bool(true)),
            inventory: inventory.map(|one| Ok::<_, PluginError>((text(one, "namespace")?, text(one, "name")?))).transpose()?,
        })
    }

    /// Whether the recipes contain objects of a kind.
    pub(crate) fn has_kind(&self, group: &str, kind: &str) -> bool {
        self.kinds.contains(&(group, kind))
    }

    /// Whether the recipes write to a namespace.
    pub(crate) fn has_namespace(&self, namespace: &str) -> bool {
        self.namespaces.contains(&namespace)
    }

    /// Whether an image of the recipes has this digest.
    pub(crate) fn has_digest(&self, digest: &str) -> bool {
        self.digests.contains(&digest)
    }

    /// Whether it is the ConfigMap in which the target notes what it has.
    pub(crate) fn is_inventory(&self, namespace: &str, name: &str) -> bool {
        self.inventory == Some((namespace, name))
    }

    /// The promotion of what runs now, if that has the object.
    pub(crate) fn runs_now(&self) -> Option<&'v str> {
        self.documents.iter().map(|document| document.promotion).find(|promotion| self.current.contains(promotion))
    }
}

impl<'v> Written<'v> {
    fn read(document: &'v Value<'v>) -> Result<Self, PluginError> {
        Ok(Self { promotion: text(document, "promotion")?, body: member(document, "document")? })
    }
}

/// The digest of an image of the recipes; one that has none approves nothing.
fn digest(image: &str) -> Option<&str> {
    ImageReference::parse(image).ok()?.digest()
}

fn wrong(what: &str) -> PluginError {
    PluginError::BadInput(format!("context: {what}"))
}

fn optional<'v>(holder: &'v Value<'v>, name: &str) -> Option<&'v Value<'v>> {
    holder.get(name).filter(|value| **value != Value::Null)
}

/// A member that is an object.
fn member<'v>(holder: &'v Value<'v>, name: &str) -> Result<&'v Value<'v>, PluginError> {
    let value = optional(holder, name).filter(|value| matches!(value, Value::Object(_)));
    value.ok_or_else(|| wrong(&format!("`{name}` is no object")))
}

fn text<'v>(holder: &'v Value<'v>, name: &str) -> Result<&'v str, PluginError> {
    holder.get(name).and_then(Value::as_str).ok_or_else(|| wrong(&format!("`{name}` is no text")))
}

fn list<'v>(holder: &'v Value<'v>, name: &str) -> Result<&'v [Value<'v>], PluginError> {
    match holder.get(name) {
        Some(Value::Array(elements)) => Ok(elements),
        _ => Err(wrong(&format!("`{name}` is no list"))),
    }
}

fn texts<'v>(holder: &'v Value<'v>, name: &str) -> Result<Vec<&'v str>, PluginError> {
    let read = |value: &'v Value<'v>| value.as_str().ok_or_else(|| wrong(&format!("`{name}` holds what is no text")));
    list(holder, name)?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn context() -> serde_json::Value {
        json!({"place": "admission", "target": "prod", "admission": {
            "operation": "UPDATE", "subResource": "scale", "user": {"username": "alice", "groups": []}, "oldObject": {"kind": "Pod"},
            "approved": {
                "recipes": [
                    {"recipe": "sha256:b", "promotion": "P-2", "state": "running"},
                    {"recipe": "sha256:a", "promotion": "P-1", "state": "current"},
                ],
                "kinds": [{"group": "apps", "kind": "Deployment"}], "namespaces": ["shop"],
                "documents": [{"promotion": "P-2", "document": {}}, {"promotion": "P-1", "document": {"kind": "Pod"}}],
                "images": [format!("r.example.com/a:1@sha256:{}", "a".repeat(64)), "r.example.com/b:1"],
                "autoscaled": true, "inventory": {"namespace": "shop", "name": "tollgate-prod"},
            },
        }})
    }

    fn with<T>(context: &serde_json::Value, look: impl FnOnce(Result<Request<'_>, PluginError>) -> T) -> T {
        let bytes = context.to_string();
        let value = Value::read(bytes.as_bytes()).unwrap();
        look(Request::read(&value))
    }

    #[test]
    fn a_request_is_read_with_all_that_it_says() {
        with(&context(), |request| {
            let request = request.unwrap();
            assert_eq!((request.target, request.operation, request.user), ("prod", Operation::Update, "alice"));
            assert_eq!((request.sub_resource, request.old.is_some()), (Some("scale"), true));
            let approved = request.approved.unwrap();
            assert!(approved.has_kind("apps", "Deployment") && !approved.has_kind("", "Deployment"));
            assert!(approved.has_namespace("shop") && !approved.has_namespace("other"));
            assert!(approved.is_inventory("shop", "tollgate-prod") && !approved.is_inventory("other", "tollgate-prod"));
            assert_eq!((approved.documents.len(), approved.is_autoscaled, approved.runs_now()), (2, true, Some("P-1")));
        });
    }

    #[test]
    fn an_image_approves_its_digest_alone() {
        with(&context(), |request| {
            let approved = request.unwrap().approved.unwrap();
            assert!(approved.has_digest(&format!("sha256:{}", "a".repeat(64))));
            assert!(!approved.has_digest(&format!("sha256:{}", "b".repeat(64))));
            assert_eq!(approved.digests.len(), 1);
        });
    }

    #[test]
    fn nothing_approved_is_told_from_what_can_not_be_read() {
        let mut none = context();
        none["admission"]["approved"] = json!(null);
        with(&none, |request| assert!(request.unwrap().approved.is_none()));
    }

    #[test]
    fn whatever_is_missing_or_something_else_is_an_error() {
        for pointer in [
            "/target",
            "/admission",
            "/admission/operation",
            "/admission/subResource",
            "/admission/user",
            "/admission/user/username",
            "/admission/approved",
            "/admission/approved/recipes",
            "/admission/approved/recipes/1/promotion",
            "/admission/approved/kinds",
            "/admission/approved/kinds/0/group",
            "/admission/approved/namespaces",
            "/admission/approved/namespaces/0",
            "/admission/approved/documents",
            "/admission/approved/documents/0/promotion",
            "/admission/approved/documents/0/document",
            "/admission/approved/images",
            "/admission/approved/inventory/name",
        ] {
            let mut broken = context();
            *broken.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = json!(7);
            with(&broken, |request| assert!(matches!(request, Err(PluginError::BadInput(_))), "{pointer}"));
        }
    }
}
