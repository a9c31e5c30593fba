//! Panics, with the hook that the SDK installs: one line of the log, then the trap.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use guest::tollgate::gate::log;

fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let message = info.payload_as_str().unwrap_or_default();
        log::write(log::Level::Error, &format!("panicked at {place}: {message}"));
    }));
}

struct Sinner;

impl guest::Guest for Sinner {
    fn describe() -> guest::Description {
        guest::honest_description()
    }

    fn configure(settings: Vec<u8>) -> Result<guest::Needs, Vec<guest::SettingsError>> {
        install_hook();
        assert!(!settings.starts_with(b"{\"panic\""), "panicked while configuring");
        Ok(guest::honest_needs())
    }

    fn check(request: guest::Request) -> guest::Judgement {
        install_hook();
        let missing = request.documents.len() + 7;
        let document = &request.documents[missing];
        Ok(vec![guest::honest_finding(document.file.clone())])
    }
}

guest::export!(Sinner with_types_in guest);
