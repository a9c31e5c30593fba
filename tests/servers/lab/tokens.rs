//! Who may do what.

use super::room::{Ended, ended};
use super::{Room, mk_room};

const FILE: &str = "resource \"lab_file\" \"one\" {\n  path    = \"one.txt\"\n  content = \"hello\"\n}\n";

fn run_with(room: &Room, token: &str, arguments: &[&str]) -> Ended {
    ended(&room.command(arguments).env("LAB_TOKEN", token).output().unwrap())
}

#[test]
fn a_token_that_may_read_plans_and_does_not_apply() {
    let Some(room) = mk_room(FILE) else { return };
    assert_eq!(run_with(&room, "read", &["plan", "-detailed-exitcode"]).code, Some(2));
    let applied = run_with(&room, "read", &["apply", "-auto-approve"]);
    assert_eq!(applied.code, Some(1));
    assert!(applied.said.contains("may plan and read only"), "{}", applied.said);
    assert!(!room.path("one.txt").exists());
    assert_eq!(run_with(&room, "write", &["apply", "-auto-approve"]).code, Some(0));
    // Nor does it destroy.
    assert_eq!(run_with(&room, "read", &["destroy", "-auto-approve"]).code, Some(1));
    assert!(room.path("one.txt").exists());
}

#[test]
fn a_token_that_is_needed_is_asked_for_and_compared() {
    let Some(room) = mk_room(FILE) else { return };
    room.turn_on("need-token", "read\nwrite\n");
    let without = room.plan();
    assert_eq!(without.code, Some(1));
    assert!(without.said.contains("wants a token, and there is none"), "{}", without.said);
    let wrong = run_with(&room, "guessed", &["plan"]);
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.said.contains("another one") && !wrong.said.contains("guessed"), "{}", wrong.said);
    assert_eq!(run_with(&room, "read", &["plan"]).code, Some(0));
    assert_eq!(run_with(&room, "write", &["apply", "-auto-approve"]).code, Some(0));
}
