//! `data`: read-only files that the operator gave to a policy.

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::HostCall;
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use crate::error::HostError;
use crate::limits;
use crate::state::{CallState, charge};

const READ: &str = "data.read";
const KEYS: &str = "data.keys";

/// The answer for a key that was not granted: a digest that no file has.
const NOTHING: Digest = Digest::from_bytes([0; 32]);

pub(super) fn add_to(instance: &mut LinkerInstance<'_, CallState>) -> wasmtime::Result<()> {
    instance.func_wrap("read", |store: StoreContextMut<'_, CallState>, (key,): (String,)| read(store, &key))?;
    instance.func_wrap("keys", |store: StoreContextMut<'_, CallState>, (): ()| keys(store))
}

fn read(mut store: StoreContextMut<'_, CallState>, key: &str) -> wasmtime::Result<(Option<Arc<[u8]>>,)> {
    store.data().allow(READ)?;
    if key.len() > limits::KEY_BYTES {
        return Err(HostError::ArgumentTooLong { function: READ, size: key.len(), limit: limits::KEY_BYTES }.into());
    }
    let files = Arc::clone(&store.data().data);
    let file = files.files.get(key);
    let answer = file.map_or(NOTHING, |file| file.digest);
    store.data_mut().record(HostCall { function: READ.to_owned(), argument: Value::from(key), answer })?;
    charge(&mut store, key.len() + file.map_or(0, |file| file.bytes.len()))?;
    Ok((file.map(|file| Arc::clone(&file.bytes)),))
}

fn keys(mut store: StoreContextMut<'_, CallState>) -> wasmtime::Result<(Vec<String>,)> {
    store.data().allow(KEYS)?;
    let keys = store.data().data.keys();
    let answer = Digest::of(keys.join("\n").as_bytes());
    store.data_mut().record(HostCall { function: KEYS.to_owned(), argument: Value::Null, answer })?;
    charge(&mut store, keys.iter().map(String::len).sum())?;
    Ok((keys,))
}
