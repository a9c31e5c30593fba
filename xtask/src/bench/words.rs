//! Figures as tables have them.

use std::time::Duration;

/// `17.8 ms`
pub(super) fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1000.0)
}

/// `1.78 s`
pub(super) fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

/// `36 MiB`
pub(super) fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes / 1024 / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_their_units() {
        let time = Duration::from_micros(1_784_321);
        assert_eq!(
            (milliseconds(time), seconds(time), mebibytes(36 << 20)),
            ("1784.3 ms".to_owned(), "1.78 s".to_owned(), "36 MiB".to_owned())
        );
    }
}
