//! A panic reaches the plugin's author by message and place.

/// Reports panics through `log` before they trap.
#[cfg(target_arch = "wasm32")]
pub(crate) fn report() {
    use crate::host::{LogLevel, log};
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| (place.file(), place.line()));
        log(LogLevel::Error, &describe(place, panic.payload_as_str()));
    }));
}

/// Natively the test harness reports panics.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) const fn report() {}

/// `panicked at FILE:LINE: MESSAGE`
#[cfg(any(test, target_arch = "wasm32"))]
fn describe(place: Option<(&str, u32)>, message: Option<&str>) -> String {
    let message = message.unwrap_or("no message");
    match place {
        Some((file, line)) => format!("panicked at {file}:{line}: {message}"),
        None => format!("panicked: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_by_place_and_message() {
        assert_eq!(describe(Some(("src/lib.rs", 7)), Some("no such rule")), "panicked at src/lib.rs:7: no such rule");
        assert_eq!(describe(None, None), "panicked: no message");
    }
}
