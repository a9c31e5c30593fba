//! Source files, cut into what may be drawn.

use std::ops::Range;

/// The bytes of a file by its path as reports name it; nothing where it can't be had.
pub type Sources<'a> = dyn Fn(&str) -> Option<Vec<u8>> + 'a;

/// A source file with its lines.
pub(crate) struct SourceText {
    text: String,
    lines: Vec<Range<usize>>,
    parts: Vec<Part>,
}

/// The lines of one YAML document of the file.
struct Part {
    lines: Range<usize>,
    /// Whether a Secret may stand in it.
    is_withheld: bool,
}

impl SourceText {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lines = lines_of(&text);
        let parts = parts_of(&text, &lines);
        Self { text, lines, parts }
    }

    /// The text of a line, from 0.
    pub(crate) fn line(&self, index: usize) -> Option<&str> {
        self.text.get(self.lines.get(index)?.clone())
    }

    /// The lines (from 0) that may be drawn around a line: those of its YAML document; none where a Secret may stand in it.
    ///
    /// A finding about one object must not show the next one's values, as it might in a `List` or in JSON on one line.
    pub(crate) fn drawable(&self, index: usize) -> Option<Range<usize>> {
        let part = self.parts.iter().find(|part| part.lines.contains(&index))?;
        if part.is_withheld { None } else { Some(part.lines.clone()) }
    }
}

/// A source as it may be shown in a diff: in a YAML document in which a Secret may stand, `withheld` stands for each line.
pub fn without_secrets(bytes: &[u8]) -> String {
    let source = SourceText::new(bytes);
    let shown = |index: usize| if source.drawable(index).is_some() { source.line(index) } else { Some("withheld") };
    (0..source.lines.len()).filter_map(shown).fold(String::new(), |text, line| text + line + "\n")
}

/// The ranges of the lines, without their breaks. YAML (1.2, production `b-break`) has three kinds of breaks.
fn lines_of(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        if !matches!(byte, b'\n' | b'\r') {
            continue;
        }
        lines.push(start..at);
        let is_pair = byte == b'\r' && bytes.next_if(|(_, next)| *next == b'\n').is_some();
        start = at + if is_pair { 2 } else { 1 };
    }
    if start < text.len() || lines.is_empty() {
        lines.push(start..text.len());
    }
    lines
}

/// Cuts at the lines that separate YAML documents.
fn parts_of(text: &str, lines: &[Range<usize>]) -> Vec<Part> {
    let is_separator = |line: &Range<usize>| {
        let line = &text[line.clone()];
        line.starts_with("---") || line.starts_with("...")
    };
    let mut starts: Vec<usize> = (1..lines.len()).filter(|&index| is_separator(&lines[index])).collect();
    starts.insert(0, 0);
    starts.push(lines.len());
    let part = |bounds: &[usize]| {
        let range = bounds[0]..bounds[1];
        let is_withheld = range.clone().any(|index| may_name_secret(&text[lines[index].clone()]));
        Part { lines: range, is_withheld }
    };
    starts.windows(2).map(part).collect()
}

/// Whether the word `Secret` stands in a line, or could be written there by an escape; or Secrets are made of what is there.
fn may_name_secret(line: &str) -> bool {
    let is_word = |at: usize, word: &str| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric())
    };
    line.contains("secretGenerator")
        || line.match_indices("Secret").any(|(at, word)| is_word(at, word))
        || (line.contains("kind") && line.contains('\\'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str) -> Vec<&str> {
        lines_of(text).into_iter().map(|line| &text[line]).collect()
    }

    #[test]
    fn lines_end_at_every_break_that_yaml_knows() {
        assert_eq!(lines("a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(lines("a\n"), ["a"]);
        assert_eq!(lines("\r\r\n\n"), ["", "", ""]);
        assert_eq!(lines(""), [""]);
    }

    #[test]
    fn drawing_keeps_to_the_yaml_document_of_the_line() {
        let source = SourceText::new(b"kind: Pod\nname: a\n---\nkind: Secret\ndata: {k: v}\n---\nkind: Pod\n");
        assert_eq!(source.drawable(1), Some(0..2));
        assert_eq!(source.drawable(4), None);
        assert_eq!(source.drawable(6), Some(5..7));
        assert_eq!(source.drawable(99), None);
    }

    #[test]
    fn a_list_that_holds_a_secret_is_not_drawn_at_all() {
        for text in [
            r#"{"kind":"List","items":[{"kind":"Secret","data":{"k":"djE="}},{"kind":"Pod"}]}"#,
            r#"{"kind":"List","items":[{"kind":"\u0053ecret","data":{"k":"djE="}}]}"#,
            "kind: List\nitems:\n- kind: 'Secret'\n  data: {k: v}\n",
        ] {
            assert_eq!(SourceText::new(text.as_bytes()).drawable(0), None, "{text}");
        }
    }

    #[test]
    fn what_only_refers_to_secrets_is_drawn() {
        let text = "kind: Pod\nspec:\n  volumes: [{secret: {secretName: x}}]\n  kind: SealedSecret\n";
        assert!(SourceText::new(text.as_bytes()).drawable(0).is_some());
    }

    proptest! {
        #[test]
        fn any_bytes_have_lines_and_each_line_belongs_to_one_part(bytes in any::<Vec<u8>>(), text in "[-.Sa\n\r]{0,40}") {
            for bytes in [bytes, text.into_bytes()] {
                let source = SourceText::new(&bytes);
                for index in 0..source.lines.len() {
                    prop_assert!(source.line(index).is_some());
                    prop_assert_eq!(source.parts.iter().filter(|part| part.lines.contains(&index)).count(), 1);
                }
            }
        }
    }
}
