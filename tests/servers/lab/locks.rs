//! Versions of the provider.

use super::mk_new_room;

const BUCKET: &str = "resource \"lab_bucket\" \"logs\" {\n  name = \"logs\"\n}\n";

#[test]
fn a_lock_is_moved_only_when_that_is_asked_for() {
    let Some(room) = mk_new_room(BUCKET) else { return };
    assert!(!room.path(".terraform.lock.hcl").exists());
    room.succeed(&["init"]);
    assert!(room.text(".terraform.lock.hcl").contains("1.0.0"));
    room.configure(">= 1.0.0", BUCKET);
    room.succeed(&["init"]);
    assert!(room.text(".terraform.lock.hcl").contains(r#"version     = "1.0.0""#));
    room.succeed(&["init", "-upgrade"]);
    assert!(room.text(".terraform.lock.hcl").contains(r#"version     = "1.1.0""#));
}

#[test]
fn a_lock_that_does_not_allow_the_configuration_is_refused() {
    let Some(room) = mk_new_room(BUCKET) else { return };
    room.succeed(&["init"]);
    room.configure("1.1.0", BUCKET);
    assert_eq!(room.run(&["init", "-lockfile=readonly"]).code, Some(1));
    assert_eq!(room.plan().code, Some(1));
}

#[test]
fn a_provider_that_is_not_in_the_mirror_is_not_looked_for_elsewhere() {
    let Some(room) = mk_new_room(BUCKET) else { return };
    room.configure("2.0.0", BUCKET);
    let ended = room.run(&["init"]);
    assert_eq!(ended.code, Some(1), "{}", ended.said);
}
