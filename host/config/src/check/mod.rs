//! What things mean: the checks that need more than the shape, and the way from the text to checked types.

pub(crate) mod admission;
mod common_name;
pub(crate) mod components;
pub(crate) mod coverage;
pub(crate) mod duration;
pub(crate) mod environments;
pub(crate) mod fixers;
mod forge;
pub(crate) mod gates;
mod glob;
pub(crate) mod grants;
mod health;
pub(crate) mod implied;
pub(crate) mod matches;
mod merge;
pub(crate) mod names;
pub(crate) mod order;
mod overlap;
pub(crate) mod packs;
pub(crate) mod people;
mod places;
pub(crate) mod policies;
pub(crate) mod registry;
mod rendering;
mod triggers;
pub(crate) mod waivers;
pub(crate) mod windows;
