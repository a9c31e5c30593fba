//! What is live at paths of an API server: lists where there are many of a collection, single objects elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;

use super::failure::ServerError;
use super::inventory::PART_OF;
use super::server::{AT_ONCE, Server};

/// From how many objects of a collection on they are listed rather than asked for one by one.
const MANY: usize = 4;

/// Live objects by their paths.
pub(super) type Live = BTreeMap<String, Value>;

/// Reads what is at these paths. Of what a set has, many are asked for together; of the others, those alone whose names are there.
/// Whoever may not list is answered as well, one by one. What is not there is left out.
///
/// # Errors
/// When the server can't be asked.
pub(super) async fn at(server: &Server, paths: &BTreeSet<String>, set: &str) -> Result<Live, ServerError> {
    let large = large_collections(paths);
    let listed: Vec<Live> =
        stream::iter(large.into_iter().map(|collection| members(server, collection, set))).buffered(AT_ONCE).try_collect().await?;
    let mut live: Live = listed.into_iter().flatten().filter(|(path, _)| paths.contains(path)).collect();
    let mut left: BTreeSet<String> = paths.iter().filter(|path| !live.contains_key(*path)).cloned().collect();
    for collection in large_collections(&left.clone()) {
        if let Some(names) = names(server, collection).await? {
            left.retain(|path| path.rsplit_once('/').is_none_or(|(of, name)| of != collection || names.contains(name)));
        }
    }
    let single = left.into_iter().map(async |path| Ok::<_, ServerError>((server.get(&path).await?, path)));
    let found: Vec<(Option<Value>, String)> = stream::iter(single).buffered(AT_ONCE).try_collect().await?;
    live.extend(found.into_iter().filter_map(|(object, path)| Some((path, object?))));
    Ok(live)
}

/// The collections of which many are wanted.
fn large_collections(paths: &BTreeSet<String>) -> Vec<&str> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for (collection, _) in paths.iter().filter_map(|path| path.rsplit_once('/')) {
        *sizes.entry(collection).or_default() += 1;
    }
    sizes.into_iter().filter(|(_, size)| *size >= MANY).map(|(collection, _)| collection).collect()
}

/// The names in a collection as they stand in paths; nothing where it may not be listed.
async fn names(server: &Server, collection: &str) -> Result<Option<BTreeSet<String>>, ServerError> {
    match server.names(collection).await {
        Err(error) if error.is_forbidden() => Ok(None),
        names => Ok(Some(names?.iter().map(|name| in_path(name)).collect())),
    }
}

/// Names of roles may hold what a path may not.
fn in_path(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect()
}

/// The objects of a set in one collection.
async fn members(server: &Server, collection: &str, set: &str) -> Result<Live, ServerError> {
    let listed = match server.list(collection, &format!("{PART_OF}={set}")).await {
        Err(error) if error.is_forbidden() => Vec::new(),
        listed => listed?,
    };
    let at = |object: Value| {
        let name = object.pointer("/metadata/name").and_then(Value::as_str)?;
        Some((format!("{collection}/{}", in_path(name)), object))
    };
    Ok(listed.into_iter().filter_map(at).collect())
}
