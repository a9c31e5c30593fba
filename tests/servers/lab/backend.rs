//! States in a database.

use super::{Room, mk_new_room};
use crate::Postgres;

const MAIN: &str = r#"
terraform {
  backend "pg" {}
}

resource "terraform_data" "one" {
  input = terraform.workspace
}
"#;

/// A room whose states are in the database.
fn mk_room_of(server: &Postgres) -> Option<Room> {
    let mut room = mk_new_room(MAIN)?;
    room.connection = Some(server.connection());
    room.succeed(&["init"]);
    Some(room)
}

#[test]
fn each_workspace_has_its_own_state() {
    let Some(server) = Postgres::or_skip("Terraform's backend `pg`") else { return };
    let Some(room) = mk_room_of(&server) else { return };
    for workspace in ["preprod", "prod"] {
        room.succeed(&["workspace", "new", workspace]);
        assert_eq!(room.apply().code, Some(0));
        assert!(room.succeed(&["state", "pull"]).contains(&format!("\"{workspace}\"")));
    }
    room.succeed(&["workspace", "select", "preprod"]);
    room.succeed(&["destroy", "-auto-approve"]);
    room.succeed(&["workspace", "select", "prod"]);
    assert_eq!(room.plan().code, Some(0));
    assert!(!room.path("terraform.tfstate.d").exists() && !room.path("terraform.tfstate").exists());
}

#[test]
fn another_room_sees_the_same_state() {
    let Some(server) = Postgres::or_skip("Terraform's backend `pg`") else { return };
    let (Some(one), Some(other)) = (mk_room_of(&server), mk_room_of(&server)) else { return };
    assert_eq!(one.apply().code, Some(0));
    assert_eq!(other.plan().code, Some(0));
}

#[test]
fn a_backend_that_is_down_is_an_error_until_it_is_back() {
    let Some(mut server) = Postgres::or_skip("Terraform's backend `pg`") else { return };
    let Some(room) = mk_room_of(&server) else { return };
    assert_eq!(room.apply().code, Some(0));
    server.stop();
    let down = room.plan();
    assert_eq!(down.code, Some(1), "{}", down.said);
    assert!(down.said.contains("connection refused"), "{}", down.said);
    server.start().unwrap();
    let back = room.plan();
    assert_eq!(back.code, Some(0), "{}", back.said);
}
