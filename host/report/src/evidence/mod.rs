//! What the commands of `evidence` answer.

mod added;
mod bundled;
mod verified;

pub use added::{AddedReport, AddedSubject};
pub use bundled::BundleReport;
pub use verified::{BundledEntry, BundledStatement, VerifiedReport};
