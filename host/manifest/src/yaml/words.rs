//! Words that older YAML takes for booleans, as texts: for configuration files, where `on:` is a key.

use tollgate_core::document::Span;

use crate::event::{Event, Events, ScalarType};
use crate::source::Refusal;

/// Events in which `y`, `yes`, `on` and their like are texts, as the core schema of YAML 1.2.2 (§10.3.2) has them.
pub(crate) struct WordsAsText<E>(pub(crate) E);

impl<'s, E: Events<'s>> Events<'s> for WordsAsText<E> {
    fn next_event(&mut self) -> Result<Option<(Event<'s>, Span)>, Refusal> {
        let mut next = self.0.next_event()?;
        if let Some((Event::Scalar(scalar, _), _)) = &mut next
            && matches!(scalar.kind, ScalarType::Implicit)
            && is_old_boolean(&scalar.text)
        {
            scalar.kind = ScalarType::Text;
        }
        Ok(next)
    }
}

fn is_old_boolean(text: &str) -> bool {
    let word = text.to_ascii_lowercase();
    matches!(word.as_str(), "y" | "yes" | "on" | "n" | "no" | "off")
}

#[cfg(test)]
mod tests {
    use crate::data::read_data;
    use serde_json::json;
    use tollgate_core::document::SourceFile;

    #[test]
    fn on_is_a_key_and_true_is_still_a_boolean() {
        let bytes = b"on: {branch: no}\nenabled: true\nquoted: 'yes'\nlist: [on, off, y]\n".to_vec();
        let data = read_data(&SourceFile { path: "tollgate.yaml".to_owned(), bytes }).unwrap();
        assert_eq!(data.value, json!({"on": {"branch": "no"}, "enabled": true, "quoted": "yes", "list": ["on", "off", "y"]}));
        assert_eq!(data.locate(&"/on/branch".parse().unwrap()).line, 1);
    }
}
