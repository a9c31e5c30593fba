//! The inventory as it is kept in the cluster, and taking it away from others: its `resourceVersion` is the fence.

use serde_json::{Value, json};

use super::failure::ServerError;
use super::inventory::{Inventory, Place};
use super::owned::Owned;
use super::server::{MANAGER, Server};

/// An inventory, and the version that it has in the cluster; nothing where there is none yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    pub(super) inventory: Inventory,
    version: Option<String>,
}

fn collection(place: &Place) -> String {
    format!("/api/v1/namespaces/{}/configmaps", place.namespace)
}

fn object(place: &Place) -> String {
    format!("{}/{}", collection(place), place.name)
}

/// Reads the inventory. The inner error is the reason why what is there is none of ours.
pub(super) async fn read(server: &Server, place: &Place) -> Result<Result<Stored, String>, ServerError> {
    let Some(found) = server.get(&object(place)).await? else { return Ok(Ok(Stored::default())) };
    let version = version(&found);
    Ok(Inventory::read(place, &found).map(|inventory| Stored { inventory, version }))
}

impl Stored {
    /// Writes another inventory in its place, if nobody has written one since; nothing where somebody has.
    pub(super) async fn replaced(&self, server: &Server, place: &Place, inventory: Inventory) -> Result<Option<Self>, ServerError> {
        let mut body = inventory.write(place);
        let written = match &self.version {
            Some(version) => {
                body["metadata"]["resourceVersion"] = version.clone().into();
                server.replace(&object(place), &body).await?
            }
            None => create(server, place, &body).await?,
        };
        Ok(written.map(|written| Self { inventory, version: version(&written) }))
    }

    /// Makes sure that nobody has written since, without changing anything.
    pub(super) async fn confirmed(&self, server: &Server, place: &Place) -> Result<bool, ServerError> {
        Ok(self.replaced(server, place, self.inventory.clone()).await?.is_some())
    }
}

async fn create(server: &Server, place: &Place, body: &Value) -> Result<Option<Value>, ServerError> {
    match server.create(&collection(place), body).await {
        Err(ServerError::Status { code: 404, .. }) => {
            make_namespace(server, &place.namespace).await?;
            server.create(&collection(place), body).await.map(Some)
        }
        // Somebody was faster.
        Err(ServerError::Status { code: 409, .. }) => Ok(None),
        created => created.map(Some),
    }
}

/// Says of a namespace that it was made for an inventory alone.
pub(super) const MADE: &str = "tollgate.dev/made-for-inventory";

/// Whether a live object is a namespace that was made for an inventory, and that no recipe has brought yet.
pub(super) fn is_placeholder(object: &Value) -> bool {
    let annotations = object.pointer("/metadata/annotations");
    annotations.is_some_and(|annotations| annotations.get(MADE).is_some()) && Owned::by(MANAGER, object).is_empty()
}

/// A namespace that the inventory needs, and the recipe may bring later.
async fn make_namespace(server: &Server, name: &str) -> Result<(), ServerError> {
    let metadata = json!({"name": name, "annotations": {MADE: "true"}});
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
    match server.create("/api/v1/namespaces", &namespace).await {
        Err(ServerError::Status { code: 409, .. }) => Ok(()),
        made => made.map(drop),
    }
}

pub(super) fn version(object: &Value) -> Option<String> {
    object.pointer("/metadata/resourceVersion").and_then(Value::as_str).map(str::to_owned)
}
