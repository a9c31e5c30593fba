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

/// Where one of them is named, in a template or in values that are one. Where there is none, what is rendered is the same each time.
pub fn mention_of_chance(inputs: &Inputs) -> Option<Location> {
    inputs.all().find_map(|(_, source)| {
        let at = |line: u32| Location { file: source.path.clone(), span: Span::point(line, 1) };
        let text = std::str::from_utf8(&source.bytes).ok()?;
        let named = actions(text).find_map(|(offset, action)| Some(offset + named_in(action)?))?;
        let line = text[..named].matches('\n').count() + 1;
        Some(at(u32::try_from(line).unwrap_or(u32::MAX)))
    })
}

/// What stands between double braces, each with its offset. The last one may have no end.
fn actions(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = text.match_indices("{{").map(|(at, _)| at);
    starts.map(|at| (at, text[at..].split("}}").next().unwrap_or_default()))
}

/// The offset of the first of those functions that an action names.
fn named_in(action: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut offset = 0;
    for piece in action.split_inclusive(|c| !is_word(c)) {
        let word = piece.trim_end_matches(|c| !is_word(c));
        if FUNCTIONS.contains(&word) || word == "uuidv4" {
            return Some(offset);
        }
        offset += piece.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tollgate_core::document::SourceFile;

    use super::*;
    use crate::render::inputs::tests::mk_inputs;
    use crate::render::packed::tests::pack;

    fn line(path: &str, text: &str) -> Option<u32> {
        mention_of_chance(&mk_inputs(&[(path, text)])).map(|location| location.span.line)
    }

    #[test]
    fn functions_of_chance_and_time_are_found_at_their_line() {
        assert_eq!(line("templates/a.yaml", "a: 1\nb: {{ randAlphaNum 8 }}\n"), Some(2));
        assert_eq!(line("templates/_h.tpl", "{{- $ca := genCA \"a\" 1 }}"), Some(1));
        assert_eq!(line("values.yaml", "a: '{{ now | date \"2006\" }}'"), Some(1));
        assert_eq!(line("templates/a.yaml", "id: {{uuidv4}}"), Some(1));
        assert_eq!(line("templates/a.yaml", "a: {{- if .Values.b }}\n{{- with\n  now }}\n"), Some(3));
        assert_eq!(line("templates/a.yaml", "a: {{ tpl \"{{ now"), Some(1));
    }

    #[test]
    fn functions_are_found_in_packed_charts() {
        let tgz = pack("redis", &[("templates/a.yaml", b"a: 1\nb: {{ genCA 1 }}\n")]);
        let path = "charts/redis-1.0.0.tgz";
        let source = SourceFile { path: path.to_owned(), bytes: tgz };
        let found = mention_of_chance(&Inputs::new([(path.to_owned(), Arc::new(source))])).unwrap();
        assert_eq!((found.file.as_str(), found.span.line), ("charts/redis-1.0.0.tgz/templates/a.yaml", 2));
    }

    #[test]
    fn other_words_are_not() {
        assert_eq!(line("templates/a.yaml", "a: {{ .Values.nowhere }} # knows randAlphaNumber\n"), None);
        assert_eq!(line("templates/NOTES.txt", "{{ .Release.Name }} is there now.\nYou can now shuffle {{ .Values.a }}.\n"), None);
    }
}
