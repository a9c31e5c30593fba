//! What a target has in its cluster, and what it said when it was written last: one ConfigMap.
//!
//! ```text
//! data:
//!   tollgate.state: {"attempt": 7, "written": {…}}
//!   shop_cart_apps_Deployment: {"component": "cart", "version": "v1", "mark": "8c1f…"}    one line an object
//! ```
//!
//! The keys are those of the inventories of kpt and cli-utils. The ConfigMap is the parent of an ApplySet (KEP-3659) as well, whose
//! members are the objects with its label, so that `kubectl` lists them.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tollgate_core::document::ObjectIdentity;
use tollgate_core::ports::{TargetState, WrittenState};
use tollgate_core::render::ObjectKey;

use super::mark::Mark;

/// The label of an ApplySet's parent, and what its value is on members.
pub(super) const SET_ID: &str = "applyset.kubernetes.io/id";
pub(super) const PART_OF: &str = "applyset.kubernetes.io/part-of";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const GROUP_KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";

/// Names the inventory that an object belongs to, as cli-utils has it.
pub(super) const OWNER: &str = "config.k8s.io/owning-inventory";

const STATE: &str = "tollgate.state";

/// Where a target's inventory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) namespace: String,
    pub(super) name: String,
}

/// What is in a target's inventory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inventory {
    pub(super) state: State,
    /// With the namespaces that they have in the cluster.
    pub(super) members: BTreeSet<ObjectKey>,
    /// Of members that were seen as the recipe has them.
    pub(super) marks: BTreeMap<ObjectKey, Mark>,
}

/// What the target says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct State {
    /// The highest attempt that was ever begun.
    pub(super) attempt: u64,
    /// What was written last, whole and healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) written: Option<WrittenState>,
    /// What an attempt was writing that has not finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) writing: Option<WrittenState>,
}

/// Of one object, beside what its key says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Member {
    component: String,
    version: String,
    /// Where its key does not say it clearly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mark: Option<Mark>,
}

impl State {
    pub(super) fn told(&self) -> TargetState {
        TargetState { attempt: self.attempt, written: self.written.clone(), ..TargetState::default() }
    }
}

impl Place {
    /// The id of the ApplySet whose parent it is: a digest of what the parent is.
    pub(super) fn set_id(&self) -> String {
        let parent = format!("{}.{}.ConfigMap.", self.name, self.namespace);
        format!("applyset-{}-v1", BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(parent.as_bytes())))
    }
}

impl Inventory {
    /// Reads a ConfigMap.
    ///
    /// # Errors
    /// The reason, when it is not what this tollgate writes.
    pub(super) fn read(place: &Place, object: &Value) -> Result<Self, String> {
        let id = object.pointer("/metadata/labels").and_then(|labels| labels.get(SET_ID)).and_then(Value::as_str);
        if id != Some(place.set_id().as_str()) {
            return Err(format!("its label `{SET_ID}` is not the one that belongs to its name; who made it?"));
        }
        let tooling = object.pointer("/metadata/annotations").and_then(|all| all.get(TOOLING)).and_then(Value::as_str);
        if !tooling.is_some_and(|tooling| tooling.starts_with("tollgate/")) {
            return Err(format!("it belongs to `{}`", tooling.unwrap_or("nobody")));
        }
        let none = Map::new();
        let data = object.get("data").and_then(Value::as_object).unwrap_or(&none);
        let mut inventory = Self::default();
        for (key, value) in data {
            let text = value.as_str().unwrap_or_default();
            let odd = |error: serde_json::Error| format!("its `{key}` can't be read ({error})");
            if key == STATE {
                inventory.state = serde_json::from_str(text).map_err(odd)?;
            } else {
                let mut member: Member = serde_json::from_str(text).map_err(odd)?;
                let mark = member.mark.take();
                let object = object_of(key, member).ok_or_else(|| format!("its `{key}` names no object"))?;
                inventory.marks.extend(mark.map(|mark| (object.clone(), mark)));
                inventory.members.insert(object);
            }
        }
        Ok(inventory)
    }

    /// The ConfigMap.
    pub(super) fn write(&self, place: &Place) -> Value {
        let state = serde_json::to_string(&self.state).unwrap_or_default();
        let members = self.members.iter().map(|object| (key_of(&object.identity), self.line(object)));
        let data: BTreeMap<String, String> = members.chain([(STATE.to_owned(), state)]).collect();
        let group_kind = |object: &ObjectKey| match object.identity.group() {
            "" => object.identity.kind.clone(),
            group => format!("{}.{group}", object.identity.kind),
        };
        let kinds: BTreeSet<String> = self.members.iter().map(group_kind).collect();
        let namespaces: BTreeSet<&str> = self.members.iter().filter_map(|object| object.identity.namespace.as_deref()).collect();
        let others: Vec<&str> = namespaces.into_iter().filter(|namespace| *namespace != place.namespace).collect();
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": {
                "name": place.name, "namespace": place.namespace,
                "labels": {SET_ID: place.set_id()},
                "annotations": {
                    TOOLING: concat!("tollgate/", env!("CARGO_PKG_VERSION")),
                    GROUP_KINDS: kinds.into_iter().collect::<Vec<_>>().join(","),
                    NAMESPACES: others.join(","),
                },
            },
        })
    }

    /// What is said of a member beside its key.
    fn line(&self, object: &ObjectKey) -> String {
        let version = object.identity.api_version.rsplit('/').next().unwrap_or_default().to_owned();
        let name = Some(object.identity.name.clone()).filter(|name| name.contains('_'));
        let mark = self.marks.get(object).cloned();
        serde_json::to_string(&Member { component: object.component.clone(), version, name, mark }).unwrap_or_default()
    }
}

/// `<namespace>_<name>_<group>_<kind>`, with `:` as `__`.
fn key_of(identity: &ObjectIdentity) -> String {
    let namespace = identity.namespace.as_deref().unwrap_or_default();
    format!("{namespace}_{}_{}_{}", identity.name.replace(':', "__"), identity.group(), identity.kind)
}

fn object_of(key: &str, Member { component, version, name: told, .. }: Member) -> Option<ObjectKey> {
    let (rest, kind) = key.rsplit_once('_')?;
    let (rest, group) = rest.rsplit_once('_')?;
    let (namespace, name) = rest.split_once('_')?;
    let api_version = if group.is_empty() { version } else { format!("{group}/{version}") };
    let namespace = Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty());
    let (kind, name) = (kind.to_owned(), told.unwrap_or_else(|| name.replace("__", ":")));
    let is_whole = !kind.is_empty() && !name.is_empty();
    is_whole.then_some(ObjectKey { component, identity: ObjectIdentity { api_version, kind, namespace, name } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_place() -> Place {
        Place { namespace: "shop".to_owned(), name: "tollgate-prod".to_owned() }
    }

    fn mk_inventory() -> Inventory {
        let mk = |api_version: &str, kind: &str, namespace: Option<&str>, name: &str| {
            let (api_version, kind, name) = (api_version.to_owned(), kind.to_owned(), name.to_owned());
            let namespace = namespace.map(str::to_owned);
            ObjectKey { component: "cart".to_owned(), identity: ObjectIdentity { api_version, kind, namespace, name } }
        };
        let members = [
            mk("apps/v1", "Deployment", Some("shop"), "cart"),
            mk("v1", "Namespace", None, "shop"),
            mk("rbac.authorization.k8s.io/v1", "ClusterRole", None, "shop:reader"),
            mk("rbac.authorization.k8s.io/v1", "ClusterRole", None, "a__b_c"),
            mk("v1", "Service", Some("other"), "cart"),
        ];
        let state = State { attempt: 7, ..State::default() };
        let mark: Mark = serde_json::from_value(json!("8c1f")).unwrap();
        Inventory { state, marks: [(members[0].clone(), mark)].into(), members: members.into() }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let inventory = mk_inventory();
        assert_eq!(Inventory::read(&mk_place(), &inventory.write(&mk_place())).unwrap(), inventory);
    }

    #[test]
    fn kubectl_and_people_find_the_members() {
        let object = mk_inventory().write(&mk_place());
        let keys: Vec<&String> = object["data"].as_object().unwrap().keys().collect();
        let expected = [
            "_shop__reader_rbac.authorization.k8s.io_ClusterRole",
            "_a__b_c_rbac.authorization.k8s.io_ClusterRole",
            "_shop__Namespace",
            "other_cart__Service",
            "shop_cart_apps_Deployment",
            "tollgate.state",
        ];
        assert_eq!(keys.into_iter().collect::<BTreeSet<_>>(), expected.map(str::to_owned).iter().collect::<BTreeSet<_>>());
        let annotations = &object["metadata"]["annotations"];
        assert_eq!(annotations[GROUP_KINDS], "ClusterRole.rbac.authorization.k8s.io,Deployment.apps,Namespace,Service");
        assert_eq!(annotations[NAMESPACES], "other");
        // printf tollgate-prod.shop.ConfigMap. | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d =
        assert_eq!(object["metadata"]["labels"][SET_ID], "applyset-dHiY4dFxMxDa469o1QIDpykCLX5RmkIr-Gs4lGCcOoc-v1");
    }

    #[test]
    fn what_somebody_else_made_or_changed_is_refused_with_the_reason() {
        let good = mk_inventory().write(&mk_place());
        let refused = |pointer: &str, value: Value| {
            let mut object = good.clone();
            *object.pointer_mut(pointer).unwrap() = value;
            Inventory::read(&mk_place(), &object).unwrap_err()
        };
        assert!(refused("/metadata/labels", json!({})).contains("label"));
        assert!(refused("/metadata/annotations", json!({TOOLING: "kubectl/v1"})).contains("`kubectl/v1`"));
        assert!(refused("/data/tollgate.state", json!("{")).contains("`tollgate.state`"));
        assert!(refused("/data/shop_cart_apps_Deployment", json!("")).contains("`shop_cart_apps_Deployment`"));
        assert!(refused("/data", json!({"cart": "{\"component\": \"cart\", \"version\": \"v1\"}"})).contains("names no object"));
    }
}
