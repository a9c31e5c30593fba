use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

fn mk_server() -> Option<Postgres> {
    Postgres::or_skip("a real database")
}

fn answers(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The process that the server is.
fn process(server: &Postgres) -> String {
    let text = fs_err::read_to_string(server.data().join("postmaster.pid")).unwrap();
    text.lines().next().unwrap().to_owned()
}

fn is_alive(process: &str) -> bool {
    Command::new("kill").args(["-0", process]).output().unwrap().status.success()
}

#[test]
fn a_server_ends_with_its_value() {
    let Some(server) = mk_server() else { return };
    let (port, process, directory) = (server.port, process(&server), server.directory().to_owned());
    assert!(answers(port) && is_alive(&process));
    assert!(directory.join(format!(".s.PGSQL.{port}")).exists());
    drop(server);
    assert!(!answers(port) && !is_alive(&process) && !directory.exists());
}

#[test]
fn a_server_ends_with_a_test_that_fails() {
    let Some(server) = mk_server() else { return };
    let (port, process) = (server.port, process(&server));
    let failed = catch_unwind(AssertUnwindSafe(|| {
        let _held = server;
        assert_eq!(port, 0, "on purpose");
    }));
    assert!(failed.is_err() && !answers(port) && !is_alive(&process));
}

#[test]
fn a_server_that_was_stopped_comes_back_where_it_was() {
    let Some(mut server) = mk_server() else { return };
    let connection = server.connection();
    server.stop();
    assert!(!answers(server.port));
    server.start().unwrap();
    assert!(answers(server.port));
    assert_eq!(server.connection(), connection);
}

#[test]
fn a_server_that_does_not_start_says_why() {
    let Some(mut server) = mk_server() else { return };
    server.stop();
    fs_err::remove_file(server.data().join("PG_VERSION")).unwrap();
    let error = server.start().unwrap_err().to_string();
    assert!(error.contains("is not a valid data directory"), "{error}");
}
