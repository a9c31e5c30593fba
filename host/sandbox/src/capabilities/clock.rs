//! `clock`: the time at which an evaluation counts as made. Never the wall clock.

use serde_json::Value;
use tollgate_core::digest::Digest;
use tollgate_core::evaluate::HostCall;
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use crate::state::{CallState, charge};

const EVALUATION_TIME: &str = "clock.evaluation-time";

pub(super) fn add_to(instance: &mut LinkerInstance<'_, CallState>) -> wasmtime::Result<()> {
    instance.func_wrap("evaluation-time", |store: StoreContextMut<'_, CallState>, (): ()| evaluation_time(store))
}

fn evaluation_time(mut store: StoreContextMut<'_, CallState>) -> wasmtime::Result<(u64,)> {
    store.data().allow(EVALUATION_TIME)?;
    let seconds = store.data().evaluation_time;
    let answer = Digest::of(seconds.to_string().as_bytes());
    store.data_mut().record(HostCall { function: EVALUATION_TIME.to_owned(), argument: Value::Null, answer })?;
    charge(&mut store, 0)?;
    Ok((seconds,))
}
