use serde_json::{Value, json};

use crate::languages::testing::{findings, value};

fn content(text: &str) -> Value {
    value("a/.env", text, "/content")
}

#[test]
fn quotes_comments_and_escapes_are_those_of_the_common_libraries() {
    assert_eq!(content("A=b c # d\nB=c#d\nC=\n"), json!({"A": "b c", "B": "c#d", "C": ""}));
    assert_eq!(content("A='b # \\n $C'\nB=\"x\\ty \\\\ \\\" \\q\""), json!({"A": "b # \\n $C", "B": "x\ty \\ \" \\q"}));
    assert_eq!(content("export A=1\nexport = 2\n export B = '3' # c"), json!({"A": "1", "export": "2", "B": "3"}));
    assert_eq!(content("A=\"1\r\n2\"\r\nB=3\r\n"), json!({"A": "1\n2", "B": "3"}));
    assert_eq!(content("A\nexport B\nC= # d\n"), json!({"A": null, "B": null, "C": ""}));
    assert_eq!(content("A=https://example.com/#x\n"), json!({"A": "https://example.com/#x"}));
}

#[test]
fn a_file_of_comments_has_no_variables() {
    assert_eq!(content("# a\n\n  # b"), json!({}));
}

#[test]
fn all_that_is_no_variable_is_found_at_its_place() {
    assert_eq!(findings(".env", "A=1\n=2\n9=3\nB: 4\n"), [("not-dotenv", 2, 1), ("not-dotenv", 3, 1), ("not-dotenv", 4, 1)]);
    assert_eq!(findings(".env", "A='b' c\nB=1\n"), [("not-dotenv", 1, 7)]);
    assert_eq!(findings(".env", "A=\"b\nC=1\n"), [("truncated", 1, 3)]);
    assert_eq!(findings(".env", "A=1\nB=2\nA=3\n"), [("duplicate-key", 3, 1)]);
    assert_eq!(findings(".env", "A=\0"), [("nul", 1, 3)]);
}

#[test]
fn no_message_tells_a_value() {
    for text in ["A='hunter2' x", "hunter2 hunter2", "A=\"hunter2", "A=hunter2\nA=hunter2"] {
        let reading = crate::languages::testing::reading(".env", text);
        let told: String = reading.findings.iter().map(ToString::to_string).collect();
        assert!(!told.is_empty() && !told.contains("hunter2"), "{told}");
    }
}
