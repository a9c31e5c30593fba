//! What a secret looks like wherever it may have got to.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// All that a secret looks like as it is, and where it was encoded: percent signs, JSON, hexadecimal digits, and base64 once
/// or twice, whatever stands beside it.
pub fn secret_forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), percent(secret), json(secret), hex(secret), hex(secret).to_uppercase()];
    let once = base64_forms(secret);
    forms.extend(once.iter().flat_map(|form| base64_forms(form)));
    forms.extend(once);
    forms.sort();
    forms.dedup();
    forms
}

/// What stands in any base64 of any text that has the secret in it: its three alignments, without the characters at both ends
/// that its neighbours share.
fn base64_forms(secret: &str) -> Vec<String> {
    let inner = |before: usize| {
        let encoded = BASE64_STANDARD.encode(["~".repeat(before), secret.to_owned()].concat());
        let (start, bits) = ((before * 8).div_ceil(6), (before + secret.len()) * 8);
        encoded[start..bits / 6].to_owned()
    };
    let forms: Vec<String> = (0..3).map(inner).collect();
    let url_safe: Vec<String> = forms.iter().map(|form| form.replace('+', "-").replace('/', "_")).collect();
    [forms, url_safe].concat()
}

fn percent(secret: &str) -> String {
    let byte = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    secret.bytes().map(byte).collect()
}

fn json(secret: &str) -> String {
    serde_json::to_string(secret).unwrap().trim_matches('"').to_owned()
}

fn hex(secret: &str) -> String {
    secret.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_a_secret_is_looked_for() {
        let secret = "planted+data/value=1";
        for before in ["", "a", "ab", "abc"] {
            let text = format!("{before}{secret}{before}");
            let once = BASE64_STANDARD.encode(&text);
            let twice = BASE64_STANDARD.encode(format!("{before}{once}"));
            for found in [text.clone(), once, twice, percent(&text), hex(&text), hex(&text).to_uppercase()] {
                assert!(secret_forms(secret).iter().any(|form| found.contains(form)), "{found}");
            }
        }
    }
}
