//! What the provider does where a switch is on.

use std::thread;
use std::time::{Duration, Instant};

use super::room::ended;
use super::{Room, mk_room};

const TWO_FILES: &str = r#"
resource "lab_file" "one" {
  path    = "one.txt"
  content = "1"
  secret  = "hunter2-of-one"
}

resource "lab_file" "two" {
  path    = "two.txt"
  content = "2"
}
"#;

/// How often a file is looked for that is not there yet: a minute.
const LOOKS: usize = 1_200;

fn wait_for(room: &Room, name: &str) -> bool {
    (0..LOOKS).any(|_| {
        thread::sleep(Duration::from_millis(50));
        room.path(name).exists()
    })
}

#[test]
fn a_crash_before_the_side_effect_leaves_nothing() {
    let Some(room) = mk_room(TWO_FILES) else { return };
    room.turn_on("crash-apply", "");
    let ended = room.apply();
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(!room.path("one.txt").exists() && !room.path("two.txt").exists());
}

#[test]
fn a_crash_after_the_side_effect_leaves_a_file_that_no_state_knows() {
    let Some(room) = mk_room(TWO_FILES) else { return };
    room.turn_on("crash-apply-after", "\none.txt\n");
    let ended = room.run(&["apply", "-auto-approve", "-target=lab_file.one"]);
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(room.path("one.txt").exists());
    assert!(!room.run(&["state", "list"]).said.contains("lab_file.one"));
    room.turn_off("crash-apply-after");
    assert_eq!(room.apply().code, Some(0));
}

#[test]
fn a_crash_while_planning_or_reading_is_an_error() {
    let Some(room) = mk_room(TWO_FILES) else { return };
    room.turn_on("crash-plan", "");
    assert_eq!(room.plan().code, Some(1));
    room.turn_off("crash-plan");
    assert_eq!(room.apply().code, Some(0));
    room.turn_on("crash-read", "");
    assert_eq!(room.plan().code, Some(1));
    assert_eq!(room.run(&["plan", "-refresh=false"]).code, Some(0));
}

#[test]
fn an_error_shows_the_secret_that_was_sent() {
    let Some(room) = mk_room(TWO_FILES) else { return };
    room.turn_on("fail-apply", "quota exceeded\none.txt");
    let ended = room.apply();
    assert_eq!(ended.code, Some(1), "{}", ended.said);
    assert!(ended.said.contains("quota exceeded (was sent: hunter2-of-one)"), "{}", ended.said);
    // The other file is not concerned.
    assert!(room.path("two.txt").exists() && !room.path("one.txt").exists());
}

#[test]
fn a_slow_apply_says_when_it_has_begun() {
    let Some(room) = mk_room(TWO_FILES) else { return };
    room.turn_on("slow-apply", "1s\ntwo.txt");
    let mut command = room.command(&["apply", "-auto-approve"]);
    let running = thread::spawn(move || ended(&command.output().unwrap()));
    assert!(wait_for(&room, "switches/applying"));
    assert!(!room.path("two.txt").exists());
    let ended = running.join().unwrap();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(room.path("two.txt").exists());
}

#[test]
fn plans_and_reads_are_slow_as_well() {
    let Some(room) = mk_room(TWO_FILES) else { return };
    assert_eq!(room.apply().code, Some(0));
    for switch in ["slow-plan", "slow-read"] {
        room.turn_on(switch, "1500ms");
        let start = Instant::now();
        assert_eq!(room.plan().code, Some(0));
        assert!(start.elapsed() > Duration::from_millis(1_500), "{switch}");
        room.turn_off(switch);
    }
}
