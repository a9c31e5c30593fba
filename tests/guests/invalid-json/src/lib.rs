//! Describes its settings by a schema that is not JSON.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

struct Sinner;

impl guest::Guest for Sinner {
    fn describe() -> guest::Description {
        guest::Description { settings_schema: b"{\"type\":".to_vec(), ..guest::honest_description() }
    }

    fn configure(_settings: Vec<u8>) -> Result<guest::Needs, Vec<guest::SettingsError>> {
        Ok(guest::honest_needs())
    }

    fn check(_request: guest::Request) -> guest::Judgement {
        Ok(Vec::new())
    }
}

guest::export!(Sinner with_types_in guest);
