//! The Terraform world that tests stand on, tried out with the real programs.

mod backend;
mod files;
mod locks;
mod room;
mod tokens;
mod trouble;

use room::{Room, mk_new_room, mk_room};
