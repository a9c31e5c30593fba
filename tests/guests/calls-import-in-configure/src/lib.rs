//! Asks for the time when it should only look at its settings.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use guest::tollgate::gate::clock;

struct Sinner;

impl guest::Guest for Sinner {
    fn describe() -> guest::Description {
        guest::honest_description()
    }

    fn configure(_settings: Vec<u8>) -> Result<guest::Needs, Vec<guest::SettingsError>> {
        Ok(guest::Needs { secret_values: clock::evaluation_time() % 2 == 1, ..guest::honest_needs() })
    }

    fn check(_request: guest::Request) -> guest::Judgement {
        Ok(Vec::new())
    }
}

guest::export!(Sinner with_types_in guest);
