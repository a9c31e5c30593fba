//! What a plugin can be granted: one module a capability, each with the functions that guests call.

pub(crate) mod clock;
pub(crate) mod data;
pub(crate) mod log;

use std::collections::BTreeSet;

use tollgate_core::policy::Grants;
use wasmtime::component::Linker;

use crate::state::CallState;

/// An interface that a plugin may import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Capability {
    Log,
    Clock,
    Data,
}

impl Capability {
    const ALL: [Self; 3] = [Self::Log, Self::Clock, Self::Data];

    /// The capability behind an interface of `tollgate:gate`.
    pub(crate) fn of_interface(interface: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.interface() == interface)
    }

    /// The name in the contract.
    pub(crate) const fn interface(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Clock => "clock",
            Self::Data => "data",
        }
    }

    /// What to write into the policy's `grants`.
    pub(crate) const fn grant(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Clock => "clock",
            Self::Data => "data",
        }
    }

    /// Whether the operator granted it.
    pub(crate) const fn is_granted(self, grants: &Grants) -> bool {
        match self {
            Self::Log => grants.log,
            Self::Clock => grants.clock,
            Self::Data => grants.data.is_some(),
        }
    }

    fn add_to(self, linker: &mut Linker<CallState>, interface: &str) -> wasmtime::Result<()> {
        let mut instance = linker.instance(interface)?;
        match self {
            Self::Log => log::add_to(&mut instance),
            Self::Clock => clock::add_to(&mut instance),
            Self::Data => data::add_to(&mut instance),
        }
    }
}

/// Links the given capabilities, and nothing else.
///
/// # Errors
/// Never for distinct capabilities; the type is wasmtime's.
pub(crate) fn link(linker: &mut Linker<CallState>, capabilities: &BTreeSet<Capability>) -> wasmtime::Result<()> {
    for capability in capabilities {
        capability.add_to(linker, &crate::contract::full_name(capability.interface()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_alone_is_granted_by_default() {
        let grants = Grants::default();
        let granted: Vec<Capability> = Capability::ALL.into_iter().filter(|capability| capability.is_granted(&grants)).collect();
        assert_eq!(granted, [Capability::Log]);
    }

    #[test]
    fn an_interface_leads_to_its_capability() {
        for capability in Capability::ALL {
            assert_eq!(Capability::of_interface(capability.interface()), Some(capability));
        }
        assert_eq!(Capability::of_interface("http"), None);
    }
}
