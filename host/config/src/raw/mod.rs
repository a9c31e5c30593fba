//! The files as written: types that mirror the text, without checks. The JSON Schemas are made from them, so the doc
//! comments here are what editors show.

pub(crate) mod admission;
mod anything;
pub(crate) mod api_version;
pub(crate) mod case;
pub(crate) mod gate;
pub(crate) mod gate_case;
pub(crate) mod gate_case_change;
pub(crate) mod gate_case_ledger;
pub(crate) mod gate_case_move;
pub(crate) mod language;
pub(crate) mod lock;
pub(crate) mod pack;
pub(crate) mod people;
pub(crate) mod pipeline;
pub(crate) mod plan_key;
pub(crate) mod policy;
pub(crate) mod rendering;
pub(crate) mod role;
pub(crate) mod terraform;
pub(crate) mod text;
pub(crate) mod waivers;
pub(crate) mod window;
