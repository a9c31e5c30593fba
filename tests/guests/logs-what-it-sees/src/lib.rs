//! Tells everything that it is shown, of every language: in its log, and in what it finds.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use guest::tollgate::gate::log;
use guest::tollgate::gate::types::KindFilter;

struct Sinner;

impl guest::Guest for Sinner {
    fn describe() -> guest::Description {
        guest::honest_description()
    }

    fn configure(_settings: Vec<u8>) -> Result<guest::Needs, Vec<guest::SettingsError>> {
        let filter = |group: &str| KindFilter { group: group.to_owned(), kind: "*".to_owned() };
        let kinds = ["*", "dotenv.tollgate", "terraform.tollgate"].map(filter).to_vec();
        Ok(guest::Needs { kinds, ..guest::honest_needs() })
    }

    fn check(request: guest::Request) -> guest::Judgement {
        let mut findings = Vec::new();
        for document in request.documents {
            let body = String::from_utf8_lossy(&document.body).into_owned();
            log::write(log::Level::Info, &body);
            findings.push(guest::Finding { document: document.id, ..guest::honest_finding(format!("it holds {body}")) });
        }
        Ok(findings)
    }
}

guest::export!(Sinner with_types_in guest);
