//! Speaks a generation of the contract that does not exist.

wit_bindgen::generate!({ world: "validator", path: "wit" });

struct Sinner;

impl exports::tollgate::gate::validation::Guest for Sinner {
    fn check() -> bool {
        true
    }
}

export!(Sinner);
