//! What the provider does when nothing is wrong.

use super::{Room, mk_room};

const FILE: &str = r#"
resource "lab_file" "one" {
  path    = "one.txt"
  content = "hello"
  secret  = "hunter2-of-one"
}
"#;

/// A room in which the file is applied.
fn mk_applied() -> Option<Room> {
    let room = mk_room(FILE)?;
    assert_eq!(room.apply().code, Some(0));
    Some(room)
}

#[test]
fn a_plan_that_was_saved_is_applied() {
    let Some(room) = mk_room(FILE) else { return };
    assert!(room.text(".terraform.lock.hcl").contains("example.com/tollgate/lab"));
    let planned = room.plan();
    assert_eq!(planned.code, Some(2), "{}", planned.said);
    assert!(!room.path("one.txt").exists());
    room.succeed(&["apply", "plan"]);
    assert_eq!(room.text("one.txt"), "hello\nsecret=hunter2-of-one");
    let after = room.plan();
    assert_eq!(after.code, Some(0), "{}", after.said);
}

#[test]
fn a_secret_is_masked_in_a_plan() {
    let Some(room) = mk_room(FILE) else { return };
    let said = room.plan().said + &room.succeed(&["show", "plan"]);
    assert!(said.contains("(sensitive value)") && !said.contains("hunter2"), "{said}");
    assert!(room.succeed(&["show", "-json", "plan"]).contains("hunter2-of-one"));
}

#[test]
fn what_others_wrote_is_drift() {
    let Some(room) = mk_applied() else { return };
    fs_err::write(room.path("one.txt"), "changed by hand\nsecret=hunter3").unwrap();
    let planned = room.plan();
    assert_eq!(planned.code, Some(2), "{}", planned.said);
    assert!(planned.said.contains(r#""changed by hand" -> "hello""#) && !planned.said.contains("hunter"), "{}", planned.said);
}

#[test]
fn a_file_that_is_gone_is_made_again() {
    let Some(room) = mk_applied() else { return };
    fs_err::remove_file(room.path("one.txt")).unwrap();
    assert!(room.plan().said.contains("1 to add, 0 to change, 0 to destroy"));
    room.succeed(&["apply", "plan"]);
    assert!(room.path("one.txt").exists());
}

#[test]
fn another_path_is_another_file() {
    let Some(room) = mk_applied() else { return };
    room.configure("1.0.0", &FILE.replace("one.txt", "two.txt"));
    assert!(room.plan().said.contains("must be replaced"));
    room.succeed(&["apply", "plan"]);
    assert!(room.path("two.txt").exists() && !room.path("one.txt").exists());
}

#[test]
fn what_is_destroyed_is_gone() {
    let Some(room) = mk_applied() else { return };
    room.succeed(&["destroy", "-auto-approve"]);
    assert!(!room.path("one.txt").exists());
}

#[test]
fn a_file_is_imported_by_its_path() {
    let Some(room) = mk_room(FILE) else { return };
    fs_err::write(room.path("one.txt"), "hello\nsecret=hunter2-of-one").unwrap();
    room.succeed(&["import", "lab_file.one", "one.txt"]);
    let planned = room.plan();
    assert_eq!(planned.code, Some(0), "{}", planned.said);
}

#[test]
fn a_file_is_read_as_data() {
    let main =
        "data \"lab_file\" \"given\" {\n  path = \"given.txt\"\n}\noutput \"given\" {\n  value = data.lab_file.given.content\n}\n";
    let Some(room) = mk_room(main) else { return };
    fs_err::write(room.path("given.txt"), "from outside").unwrap();
    assert_eq!(room.apply().code, Some(0));
    assert!(room.succeed(&["output", "given"]).contains("from outside"));
}

#[test]
fn a_bucket_is_in_the_state_alone() {
    let main =
        "resource \"lab_bucket\" \"logs\" {\n  name      = \"logs\"\n  encrypted = true\n  tags      = { team = \"a\" }\n}\n";
    let Some(room) = mk_room(main) else { return };
    assert_eq!(room.apply().code, Some(0));
    assert_eq!(room.plan().code, Some(0));
    room.configure("1.0.0", &main.replace("true", "false"));
    assert!(room.plan().said.contains("0 to add, 1 to change, 0 to destroy"));
}
