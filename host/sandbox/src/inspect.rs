//! Reads what a plugin is and what it imports, before anything of it is compiled or run.

use std::collections::BTreeSet;

use tollgate_core::evaluate::{EvaluationError, LoadError};
use tollgate_core::policy::{Grants, LimitClass, World};
use wasmparser::{BinaryReaderError, Encoding, Parser, Payload};

use crate::capabilities::Capability;
use crate::contract::{self, ContractName};
use crate::limits;
use crate::phase::Phase;

/// What a plugin says of itself by its imports and exports, and by what its modules begin with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inspection {
    pub(crate) world: World,
    pub(crate) capabilities: BTreeSet<Capability>,
    /// Bytes of the largest memory at its beginning.
    memory: u64,
    /// Elements of the largest table at its beginning.
    table: u64,
}

impl Inspection {
    /// Refuses a plugin that begins with more than it may have. The pool would refuse it as well, in its own words.
    ///
    /// # Errors
    /// Naming the limit.
    pub(crate) fn require_limits(&self, class: LimitClass) -> Result<(), LoadError> {
        let memory_limit = limits::memory_bytes(class) as u64;
        let table_limit = limits::TABLE_ELEMENTS as u64;
        if self.memory > memory_limit {
            return Err(Phase::Describe.failed(EvaluationError::OutOfMemory { limit: memory_limit }));
        }
        if self.table > table_limit {
            return Err(Phase::Describe.failed(EvaluationError::TableTooLarge { limit: table_limit }));
        }
        Ok(())
    }
}

/// Reads a plugin's imports and exports.
///
/// # Errors
/// When it is no component, is of another generation, exports no world or more than one, or imports what nobody can
/// be granted.
pub(crate) fn inspect(plugin: &[u8]) -> Result<Inspection, LoadError> {
    let outline = Outline::read(plugin)?;
    for name in outline.imports.iter().chain(&outline.exports) {
        refuse_other_generation(name)?;
    }
    let (world, capabilities) = (world(&outline.exports)?, capabilities(&outline.imports)?);
    Ok(Inspection { world, capabilities, memory: outline.memory, table: outline.table })
}

/// Refuses a plugin that imports what it was not granted.
///
/// # Errors
/// Naming the first interface that lacks its grant.
pub(crate) fn require_grants(capabilities: &BTreeSet<Capability>, grants: &Grants) -> Result<(), LoadError> {
    let missing = capabilities.iter().find(|capability| !capability.is_granted(grants));
    missing.map_or(Ok(()), |capability| {
        let interface = contract::full_name(capability.interface());
        Err(LoadError::MissingGrant { interface, grant: capability.grant().to_owned() })
    })
}

fn refuse_other_generation(name: &str) -> Result<(), LoadError> {
    match contract::parse(name) {
        Some(ContractName { generation, .. }) if generation != contract::GENERATION => Err(LoadError::UnknownGeneration {
            found: format!("{}@{generation}", contract::PACKAGE),
            known: format!("{}@{}", contract::PACKAGE, contract::GENERATION),
        }),
        _ => Ok(()),
    }
}

fn world(exports: &[String]) -> Result<World, LoadError> {
    let has = |interface: &str| exports.contains(&contract::full_name(interface));
    match (has(contract::VALIDATION), has(contract::DECIDING), has(contract::FIXING)) {
        (true, false, false) => Ok(World::Validator),
        (false, true, false) => Ok(World::Promotion),
        (false, false, true) => Ok(World::Fixer),
        _ => Err(LoadError::NoWorld),
    }
}

fn capabilities(imports: &[String]) -> Result<BTreeSet<Capability>, LoadError> {
    let is_needed = |name: &&String| **name != contract::full_name(contract::TYPES);
    imports.iter().filter(is_needed).map(|name| capability(name)).collect()
}

fn capability(import: &str) -> Result<Capability, LoadError> {
    contract::parse(import)
        .and_then(|name| Capability::of_interface(name.interface))
        .ok_or_else(|| LoadError::ForbiddenImport { interface: import.to_owned() })
}

/// What stands in the sections of a plugin.
#[derive(Default)]
pub(crate) struct Outline {
    /// Names at the outermost level.
    pub(crate) imports: Vec<String>,
    /// Names at the outermost level.
    pub(crate) exports: Vec<String>,
    memory: u64,
    table: u64,
}

impl Outline {
    pub(crate) fn read(plugin: &[u8]) -> Result<Self, LoadError> {
        let mut outline = Self::default();
        let mut depth = 0_u32;
        for payload in Parser::new(0).parse_all(plugin) {
            let payload = payload.map_err(|error| not_a_component(&error))?;
            match &payload {
                Payload::Version { encoding, .. } => {
                    require_component(*encoding, depth)?;
                    depth += 1;
                }
                Payload::End(_) => depth = depth.saturating_sub(1),
                _ => outline.add(&payload, depth).map_err(|error| not_a_component(&error))?,
            }
        }
        Ok(outline)
    }

    fn add(&mut self, payload: &Payload<'_>, depth: u32) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section.clone() {
                    self.imports.push(import?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 1 => {
                for export in section.clone() {
                    self.exports.push(export?.name.name.to_owned());
                }
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    self.memory = self.memory.max(memory?.initial.saturating_mul(PAGE_BYTES));
                }
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    self.table = self.table.max(table?.ty.initial);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Bytes of a page of memory, by the WebAssembly specification.
const PAGE_BYTES: u64 = 65_536;

fn require_component(encoding: Encoding, depth: u32) -> Result<(), LoadError> {
    if depth == 0 && encoding == Encoding::Module {
        let reason = "it is a core module; make it a component, for example with `wasm-tools component new`".to_owned();
        return Err(LoadError::NotAComponent { reason });
    }
    Ok(())
}

fn not_a_component(error: &BinaryReaderError) -> LoadError {
    LoadError::NotAComponent { reason: format!("{} at byte {}", error.message(), error.offset()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inspected(text: &str) -> Result<Inspection, LoadError> {
        inspect(&wat::parse_str(text).unwrap())
    }

    const VALIDATOR: &str = r#"(instance $i) (export "tollgate:gate/validation@0.1.0" (instance $i))"#;

    #[test]
    fn a_validator_is_known_by_its_export_and_its_capabilities_by_its_imports() {
        let imports = r#"(import "tollgate:gate/types@0.1.0" (instance)) (import "tollgate:gate/clock@0.1.0" (instance))"#;
        let inspection = inspected(&format!("(component {imports} {VALIDATOR})")).unwrap();
        assert_eq!(inspection.world, World::Validator);
        assert_eq!(inspection.capabilities, BTreeSet::from([Capability::Clock]));
    }

    #[test]
    fn imports_of_inner_components_give_nothing_and_count_for_nothing() {
        let inner = r#"(component (import "wasi:cli/stdin@0.2.0" (instance)))"#;
        assert!(inspected(&format!("(component {inner} {VALIDATOR})")).unwrap().capabilities.is_empty());
    }

    #[test]
    fn a_component_with_two_worlds_or_none_is_refused() {
        let both = r#"(component (instance $i)
            (export "tollgate:gate/validation@0.1.0" (instance $i)) (export "tollgate:gate/deciding@0.1.0" (instance $i)))"#;
        assert!(matches!(inspected(both), Err(LoadError::NoWorld)));
        // A validator that can change what it judges would be one of these.
        assert!(matches!(inspected(&both.replace("deciding", "fixing")), Err(LoadError::NoWorld)));
        assert!(matches!(inspected("(component)"), Err(LoadError::NoWorld)));
    }

    #[test]
    fn a_plugin_that_begins_with_too_much_is_refused() {
        let begins = |module: &str, class| {
            inspected(&format!("(component (core module {module}) {VALIDATOR})")).unwrap().require_limits(class)
        };
        assert!(begins("(memory 1024) (table 65536 funcref)", LimitClass::Native).is_ok());
        assert!(begins("(memory 1025)", LimitClass::Native).is_err());
        assert!(begins("(memory 1025)", LimitClass::Runtime).is_ok());
        assert!(begins("(table 65537 funcref)", LimitClass::Runtime).is_err());
    }

    #[test]
    fn other_generations_are_named() {
        for text in [
            r#"(component (instance $i) (export "tollgate:gate/validation@9.0.0" (instance $i)))"#,
            r#"(component (import "tollgate:gate/log@9.0.0" (instance)))"#,
        ] {
            let Err(LoadError::UnknownGeneration { found, .. }) = inspected(text) else { panic!("accepted: {text}") };
            assert_eq!(found, "tollgate:gate@9.0.0");
        }
    }

    #[test]
    fn unknown_interfaces_of_the_contract_are_forbidden_as_well() {
        let text = format!(r#"(component (import "tollgate:gate/cluster-read@0.1.0" (instance)) {VALIDATOR})"#);
        assert!(matches!(inspected(&text), Err(LoadError::ForbiddenImport { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            prop_assert!(inspect(&bytes).is_err());
        }

        #[test]
        fn no_damage_to_a_component_panics(position in 0_usize..100, byte: u8) {
            let mut bytes = wat::parse_str(format!("(component (core module) {VALIDATOR})")).unwrap();
            let position = position % bytes.len();
            bytes[position] = byte;
            let _ = inspect(&bytes);
        }
    }
}
