//! `log`: lines for the plugin's author. They never change a verdict.
//!
//! A line has no answer that a replay would need, so it is kept as a line and not as a call to the host, and does not
//! count as one: it costs fuel instead.

use tollgate_core::evaluate::LogLevel;
use wasmtime::StoreContextMut;
use wasmtime::component::{LinkerInstance, WasmStr};

use crate::bindings::validator::tollgate::gate::log::Level;
use crate::limits;
use crate::state::{CallState, charge};

const WRITE: &str = "log.write";

pub(super) fn add_to(instance: &mut LinkerInstance<'_, CallState>) -> wasmtime::Result<()> {
    instance.func_wrap("write", |store: StoreContextMut<'_, CallState>, (level, message): (Level, WasmStr)| {
        write(store, level, &message)
    })
}

fn write(mut store: StoreContextMut<'_, CallState>, level: Level, message: &WasmStr) -> wasmtime::Result<()> {
    let text = message.to_str(&store)?;
    let length = text.len();
    // Only what could be kept is copied; the panic's line is short.
    let kept = text[..text.floor_char_boundary(limits::LOG_BYTES + 1)].to_owned();
    // Written before it is refused: a panic while configuring comes this way.
    store.data_mut().log.write(log_level(level), &kept);
    store.data().allow(WRITE)?;
    charge(&mut store, length)
}

const fn log_level(level: Level) -> LogLevel {
    match level {
        Level::Debug => LogLevel::Debug,
        Level::Info => LogLevel::Info,
        Level::Warn => LogLevel::Warn,
        Level::Error => LogLevel::Error,
    }
}
