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

/// Reads what is at these paths. Of what a set has, many are asked for together; whoever may not list is answered as well, one by
/// one. What is not there is left out.
///
/// # Errors
/// When the server can't be asked.
pub(super) async fn at(server: &Server, paths: &BTreeSet<String>, set: &str) -> Result<Live, ServerError> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for (collection, _) in paths.iter().filter_map(|path| path.rsplit_once('/')) {
        *sizes.entry(collection).or_default() += 1;
    }
    let large = sizes.into_iter().filter(|(_, size)| *size >= MANY).map(|(collection, _)| members(server, collection, set));
    let listed: Vec<Live> = stream::iter(large).buffered(AT_ONCE).try_collect().await?;
    let mut live: Live = listed.into_iter().flatten().filter(|(path, _)| paths.contains(path)).collect();
    let left: Vec<&String> = paths.iter().filter(|path| !live.contains_key(*path)).collect();
    let single = left.into_iter().map(|path| async move { Ok::<_, ServerError>((path.clone(), server.get(path).await?)) });
    let found: Vec<(String, Option<Value>)> = stream::iter(single).buffered(AT_ONCE).try_collect().await?;
    live.extend(found.into_iter().filter_map(|(path, object)| Some((path, object?))));
    Ok(live)
}

/// The objects of a set in one collection.
async fn members(server: &Server, collection: &str, set: &str) -> Result<Live, ServerError> {
    let listed = match server.list(collection, &format!("{PART_OF}={set}")).await {
        Err(error) if error.is_forbidden() => Vec::new(),
        listed => listed?,
    };
    let at = |object: Value| {
        let name = object.pointer("/metadata/name").and_then(Value::as_str)?;
        let name: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        Some((format!("{collection}/{name}"), object))
    };
    Ok(listed.into_iter().filter_map(at).collect())
}
