//! Documents as YAML that every reader understands alike.

use serde::Deserialize as _;
use serde_json::Value;
use serde_saphyr::SerializerOptions;

/// Writes documents into one file, and reads them back to be sure; nothing when they can't be written so.
///
/// Texts that YAML 1.1 readers, Kubernetes' among them, would take for something else (`yes`, `012`, `1_000`) are quoted,
/// which is why the writer is another one than the reader.
pub(crate) fn write(documents: &[&Value]) -> Option<String> {
    // Texts of many lines are blocks, for people. Some can't be: of tabs or with spaces at their ends.
    [true, false].into_iter().find_map(|blocks| write_once(documents, blocks))
}

fn write_once(documents: &[&Value], blocks: bool) -> Option<String> {
    let options = || {
        let mut options = SerializerOptions::default();
        options.prefer_block_scalars = blocks;
        // Long texts of one line stay on one line.
        options.folded_wrap_chars = usize::MAX;
        options
    };
    let texts: Result<Vec<String>, _> =
        documents.iter().map(|document| serde_saphyr::to_string_with_options(document, options())).collect();
    let text = texts.ok()?.join("---\n");
    read(text.as_bytes()).is_some_and(|read| read.iter().eq(documents.iter().copied())).then_some(text)
}

/// Reads all documents of a file.
///
/// # Errors
/// When it is not YAML. The reason is not told, since it may quote a Secret value.
pub(crate) fn read(bytes: &[u8]) -> Option<Vec<Value>> {
    let text = std::str::from_utf8(bytes).ok()?;
    serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn documents_are_written_in_blocks_and_joined() {
        let one = json!({"kind": "ConfigMap", "data": {"script": "a\nb\n"}, "list": [1, {"a": true}], "none": {}});
        let text = write(&[&one, &json!({"kind": "Service"})]).unwrap();
        assert_eq!(
            text,
            "data:\n  script: |\n    a\n    b\nkind: ConfigMap\nlist:\n- 1\n- a: true\nnone: {}\n---\nkind: Service\n"
        );
    }

    #[test]
    fn texts_that_some_reader_takes_for_something_else_are_quoted() {
        let words =
            ["yes", "no", "on", "off", "y", "N", "True", "null", "~", "", "012", "0o17", "0x1F", "1e3", "1_000", "12:30:45"];
        for word in words.into_iter().chain(["2001-01-01", ".5", "+1", "0b11", ".inf", ".NaN", "=", "<<", "9007199254740993"]) {
            let text = write(&[&json!({ word: word })]).unwrap();
            assert_eq!(text, format!("\"{word}\": \"{word}\"\n"));
        }
    }

    #[test]
    fn long_texts_of_one_line_stay_on_one_line() {
        let image = format!("registry.example.com/cart:{}@sha256:{}", "a".repeat(40), "b".repeat(64));
        let text = write(&[&json!({ "image": image, "args": "word ".repeat(40) })]).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains(&format!("image: {image}\n")), "{text}");
    }

    #[test]
    fn texts_that_can_t_be_blocks_are_quoted() {
        let text = write(&[&json!({"a": "\t\n", "b": " x \n y \n"})]).unwrap();
        assert!(text.starts_with("a: \"\\t\\n\"\n"), "{text}");
    }

    #[test]
    fn what_is_not_yaml_is_not_read() {
        assert_eq!(read(b"a: [1"), None);
        assert_eq!(read(&[0xff]), None);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e30..1e30f64).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[ \\n\\t#:'\"|>0-9a-z-]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[ \\n#:'\"a-z0-9~.-]{0,6}", inner, 0..4).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(documents in prop::collection::vec(any_value(), 1..4)) {
            let text = write(&documents.iter().collect::<Vec<_>>()).unwrap();
            prop_assert_eq!(read(text.as_bytes()), Some(documents));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }
    }
}
