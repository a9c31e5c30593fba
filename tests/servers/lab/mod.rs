//! The Terraform world that tests stand on, tried out with the real programs.

mod files;
mod locks;
mod room;
mod tokens;
mod trouble;

use room::{Room, mk_room};
