use serde_json::{Value, json};

use crate::languages::testing::{findings, value};

/// The first instruction of the first stage.
fn instruction(text: &str) -> Value {
    value("Dockerfile", &format!("FROM a\n{text}"), "/stages/0/instructions/0")
}

#[test]
fn lines_are_joined_over_comments_and_empty_lines() {
    let read = instruction("run a \\\n  # comment \\\n\n  && b \\  \n  && c\nUSER x\n");
    assert_eq!(read, json!({"instruction": "RUN", "value": "a   && b   && c", "form": "shell"}));
    assert_eq!(instruction("RUN a \\\\\nUSER x")["value"], "a \\\\", "an escape that is escaped continues nothing");
    assert_eq!(instruction("RUN a \\")["value"], "a");
}

#[test]
fn the_escape_can_be_a_backtick() {
    let text = "# escape=`\nFROM a\nRUN dir c:\\ `\n  d\n";
    assert_eq!(value("Dockerfile", text, "/stages/0/instructions/0/value"), "dir c:\\   d");
    let late = "FROM a\n# escape=`\nRUN b `\n";
    assert_eq!(value("Dockerfile", late, "/stages/0/instructions/0/value"), "b `", "a directive stands at the top");
    assert_eq!(value("Dockerfile", late, "/directives"), json!({}));
}

#[test]
fn here_documents_stand_anywhere_in_an_instruction() {
    let read = instruction("RUN cat <<A >x && cat <<-'B' >y\nFROM z\nA\n\tone\n\tB\n");
    let expected =
        json!([{"name": "A", "content": "FROM z\n", "expand": true}, {"name": "B", "content": "one\n", "expand": false}]);
    assert_eq!(read["heredocs"], expected);
    assert_eq!(instruction("RUN <<E\\OF\n$x\nEOF\n")["heredocs"], json!([{"name": "EOF", "content": "$x\n", "expand": false}]));
    assert!(instruction("RUN echo '<<A'\nUSER x").get("heredocs").is_none());
    assert!(instruction("RUN a << b\nUSER x").get("heredocs").is_none());
    assert_eq!(instruction("ONBUILD RUN <<A\nx\nA\n")["trigger"]["heredocs"][0]["content"], "x\n");
}

#[test]
fn flags_and_both_forms_are_told_apart() {
    let read = instruction("COPY --from=a --link [\"b c\", \"/d\"]");
    assert_eq!(read["flags"], json!({"from": ["a"], "link": ["true"]}));
    assert_eq!((&read["form"], &read["arguments"]), (&json!("exec"), &json!(["b c", "/d"])));
    assert_eq!(instruction("CMD [\"a\"] b")["form"], "shell", "it is no JSON");
    assert_eq!(instruction("CMD [1]")["form"], "shell", "it is no list of texts");
    assert_eq!(instruction("ENV A='b c' D=e")["arguments"], json!(["A='b c'", "D=e"]));
    assert_eq!(instruction("HEALTHCHECK NONE"), json!({"instruction": "HEALTHCHECK", "value": "NONE"}));
}

#[test]
fn stages_have_names_images_and_platforms() {
    let text = "ARG V=1 W\nfrom --platform=linux/amd64 a:$V as b\nFROM b\n";
    let stages = value("Dockerfile", text, "/stages");
    assert_eq!(stages[0], json!({"image": "a:$V", "name": "b", "platform": "linux/amd64", "instructions": []}));
    assert_eq!(stages[1], json!({"image": "b", "instructions": []}));
    assert_eq!(value("Dockerfile", text, "/args"), json!(["V=1", "W"]));
}

#[test]
fn what_is_no_dockerfile_is_found_at_its_place() {
    for (text, expected) in [
        ("", ("not-dockerfile", 1, 1)),
        ("RUN a\n", ("not-dockerfile", 1, 1)),
        ("FROM a\n\n  FORM b\n", ("not-dockerfile", 3, 3)),
        ("FROM a b\n", ("not-dockerfile", 1, 1)),
        ("FROM a\nRUN\n", ("not-dockerfile", 2, 1)),
        ("FROM a\nRUN b <<EOF\nc\n", ("not-dockerfile", 2, 7)),
        ("FROM a\nSHELL sh\n", ("not-dockerfile", 2, 1)),
        ("FROM a\nHEALTHCHECK x\n", ("not-dockerfile", 2, 1)),
        ("FROM a\nONBUILD ONBUILD RUN b\n", ("not-dockerfile", 2, 9)),
        ("# escape=x\nFROM a\n", ("not-dockerfile", 1, 10)),
        ("# syntax=a\n# syntax=b\nFROM a\n", ("duplicate-key", 2, 3)),
    ] {
        assert_eq!(findings("Dockerfile", text), [expected], "{text}");
    }
}

#[test]
fn all_that_is_wrong_is_found_at_once() {
    assert_eq!(findings("Dockerfile", "FROM a\nFORM\nRUN\n"), [("not-dockerfile", 2, 1), ("not-dockerfile", 3, 1)]);
}
