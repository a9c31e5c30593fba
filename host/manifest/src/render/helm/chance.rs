//! Functions of templates whose values differ from time to time.

use tollgate_core::document::{Location, Span};

use crate::render::inputs::Inputs;

/// They are Sprig's, which Helm has.
const FUNCTIONS: [&str; 21] = [
    "ago",
    "bcrypt",
    "date_in_zone",
    "dateInZone",
    "encryptAES",
    "genCA",
    "genCAWithKey",
    "genPrivateKey",
    "genSelfSignedCert",
    "genSelfSignedCertWithKey",
    "genSignedCert",
    "genSignedCertWithKey",
    "htpasswd",
    "now",
    "randAlpha",
    "randAlphaNum",
    "randAscii",
    "randBytes",
    "randInt",
    "randNumeric",
    "shuffle",
];

/// Where one of them is named, in a template or in values that are one; or a packed chart lies, into which nobody looks. Where there
/// is none, what is rendered is the same each time.
pub fn mention_of_chance(inputs: &Inputs) -> Option<Location> {
    inputs.iter().find_map(|(path, source)| {
        let at = |line: u32| Location { file: source.path.clone(), span: Span::point(line, 1) };
        if is_packed(path) {
            return Some(at(1));
        }
        let text = std::str::from_utf8(&source.bytes).ok()?;
        (1..).zip(text.lines()).find(|(_, line)| names_one(line)).map(|(line, _)| at(line))
    })
}

/// Whether a file is a packed chart.
pub(super) fn is_packed(path: &str) -> bool {
    path.ends_with(".tgz") || path.ends_with(".tar.gz")
}

fn names_one(line: &str) -> bool {
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.into_iter().any(|word| FUNCTIONS.contains(&word) || word == "uuidv4")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::inputs::tests::mk_inputs;

    fn line(path: &str, text: &str) -> Option<u32> {
        mention_of_chance(&mk_inputs(&[(path, text)])).map(|location| location.span.line)
    }

    #[test]
    fn functions_of_chance_and_time_are_found_at_their_line() {
        assert_eq!(line("templates/a.yaml", "a: 1\nb: {{ randAlphaNum 8 }}\n"), Some(2));
        assert_eq!(line("templates/_h.tpl", "{{- $ca := genCA \"a\" 1 }}"), Some(1));
        assert_eq!(line("values.yaml", "a: '{{ now | date \"2006\" }}'"), Some(1));
        assert_eq!(line("charts/redis-1.0.0.tgz", ""), Some(1));
        assert_eq!(line("templates/a.yaml", "id: {{uuidv4}}"), Some(1));
    }

    #[test]
    fn other_words_are_not() {
        assert_eq!(line("templates/a.yaml", "a: {{ .Values.nowhere }} # knows randAlphaNumber\n"), None);
    }
}
