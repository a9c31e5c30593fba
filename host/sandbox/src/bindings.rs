//! The contract as types, generated from `wit/`.

/// The world of validators, with the types that all worlds share.
pub(crate) mod validator {
    wasmtime::component::bindgen!({ world: "validator", path: "../../wit" });
}

/// The world of promotion gates.
pub(crate) mod promotion {
    wasmtime::component::bindgen!({
        world: "promotion",
        path: "../../wit",
        with: { "tollgate:gate/types": crate::bindings::validator::tollgate::gate::types },
    });
}

/// The world of fixers.
pub(crate) mod fixer {
    wasmtime::component::bindgen!({
        world: "fixer",
        path: "../../wit",
        with: { "tollgate:gate/types": crate::bindings::validator::tollgate::gate::types },
    });
}
