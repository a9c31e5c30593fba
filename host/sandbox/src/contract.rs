//! The names of the contract in `wit/`.

/// The package, without its version.
pub(crate) const PACKAGE: &str = "tollgate:gate";
/// The generation that this host speaks. Before 1.0 each version is one of its own.
pub(crate) const GENERATION: &str = "0.1.0";
/// The interface of types alone: it gives a plugin nothing.
pub(crate) const TYPES: &str = "types";
/// The export of a validator.
pub(crate) const VALIDATION: &str = "validation";
/// The export of a promotion gate.
pub(crate) const DECIDING: &str = "deciding";
/// The export of a fixer.
pub(crate) const FIXING: &str = "fixing";

/// The name under which an interface is imported and exported: `tollgate:gate/log@0.1.0`.
pub(crate) fn full_name(interface: &str) -> String {
    format!("{PACKAGE}/{interface}@{GENERATION}")
}

/// An interface of the contract, in any generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContractName<'a> {
    pub(crate) interface: &'a str,
    /// Empty where the name has none.
    pub(crate) generation: &'a str,
}

/// Reads `tollgate:gate/log@0.1.0`; nothing for names outside the package.
pub(crate) fn parse(name: &str) -> Option<ContractName<'_>> {
    let rest = name.strip_prefix(PACKAGE)?.strip_prefix('/')?;
    let (interface, generation) = rest.split_once('@').unwrap_or((rest, ""));
    Some(ContractName { interface, generation })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        let name = full_name("log");
        assert_eq!(parse(&name), Some(ContractName { interface: "log", generation: GENERATION }));
        assert_eq!(parse("tollgate:gate/log"), Some(ContractName { interface: "log", generation: "" }));
    }

    #[test]
    fn other_packages_are_not_of_the_contract() {
        for name in ["wasi:io/streams@0.2.0", "tollgate:gateway/log@0.1.0", "tollgate:gate", "log"] {
            assert_eq!(parse(name), None);
        }
    }
}
