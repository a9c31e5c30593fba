//! Very many connections, of which most say nothing or next to nothing, and some ask.

use std::io::{ErrorKind, Read, Result, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::ClientConfig;
use serde_json::json;
use tollgate_tests::webhook::{Connection, client};
use tollgate_tests::{Asker, Webhook, World, soak};

use super::{about_pod, pinned};

/// Threads that hold connections.
const HOLDERS: u32 = 4;
/// What a connection that says nothing may cost, in MiB for a thousand, and what everything else may.
const MEMORY: (u64, u64) = (64, 96);

/// One of the crowd.
enum Guest {
    /// Speaks HTTP/2, as API servers do between their questions: it answers when it is asked whether it is still there (RFC 9113, 6.7).
    Idle(Box<Connection>, Vec<u8>),
    /// Says nothing, and is sent away.
    Silent(TcpStream),
    /// Begins a question, and says more of it each time.
    Slow(Box<Connection>),
}

impl Guest {
    fn come(webhook: &Webhook, number: u32, clients: &[Arc<ClientConfig>; 2]) -> Result<Self> {
        let guest = match number % 20 {
            0 => Self::Silent(TcpStream::connect(webhook.address)?),
            1 => {
                let mut connection = webhook.connect_as(&clients[0])?;
                connection.write_all(b"POST /validate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n{")?;
                Self::Slow(Box::new(connection))
            }
            _ => {
                let mut connection = webhook.connect_as(&clients[1])?;
                connection.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")?;
                Self::Idle(Box::new(connection), Vec::new())
            }
        };
        match &guest {
            Self::Silent(stream) => stream.set_nonblocking(true)?,
            Self::Idle(connection, _) | Self::Slow(connection) => connection.sock.set_nonblocking(true)?,
        }
        Ok(guest)
    }

    /// Does its part. An error: it was sent away.
    fn stay(&mut self) -> Result<()> {
        match self {
            Self::Silent(stream) => heard(stream).map(drop),
            Self::Slow(connection) => {
                connection.write_all(b" ")?;
                heard(connection.as_mut()).map(drop)
            }
            Self::Idle(connection, unread) => {
                unread.extend(heard(connection.as_mut())?);
                while let Some(answer) = answer_to_frame(unread) {
                    connection.write_all(&answer)?;
                }
                Ok(())
            }
        }
    }
}

/// What came meanwhile.
fn heard(stream: &mut impl Read) -> Result<Vec<u8>> {
    let (mut all, mut piece) = (Vec::new(), [0; 4_096]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => all.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(all),
            Err(error) => return Err(error),
        }
    }
}

/// Takes one frame out of what came, and returns what is said to it.
fn answer_to_frame(unread: &mut Vec<u8>) -> Option<Vec<u8>> {
    let length = u32::from_be_bytes([0, *unread.first()?, *unread.get(1)?, *unread.get(2)?]) as usize;
    if unread.len() < 9 + length {
        return None;
    }
    let frame: Vec<u8> = unread.drain(..9 + length).collect();
    let is_ping = frame[3] == 6 && frame[4] & 1 == 0;
    Some(if is_ping { [b"\0\0\x08\x06\x01\0\0\0\0", &frame[9..]].concat() } else { Vec::new() })
}

/// What happens meanwhile.
#[derive(Default)]
struct Scene {
    is_over: AtomicBool,
    /// Answers since everybody was there.
    answered: AtomicU32,
    is_full: AtomicBool,
}

/// Ends it, also where the test has failed.
struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Brings a part of the crowd, and keeps it there: who is sent away comes again.
fn hold(webhook: &Webhook, scene: &Scene, numbers: impl Iterator<Item = u32>) {
    let authority = webhook.authority();
    let clients = [client(&authority, &[]), client(&authority, &["h2"])];
    let mut guests: Vec<(u32, Option<Guest>)> = Vec::new();
    let stay = |guests: &mut Vec<(u32, Option<Guest>)>| {
        for (number, guest) in guests {
            if guest.as_mut().is_none_or(|guest| guest.stay().is_err()) {
                *guest = Guest::come(webhook, *number, &clients).ok();
            }
        }
    };
    for number in numbers {
        guests.push((number, Guest::come(webhook, number, &clients).ok()));
        if number % 1_000 < HOLDERS {
            stay(&mut guests);
        }
    }
    while !scene.is_over.load(Ordering::Relaxed) {
        stay(&mut guests);
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Asks until it is over, now and then something that is denied.
fn ask(webhook: &Webhook, scene: &Scene) {
    let mut asker = Asker::new(webhook);
    let (good, bad) = (about_pod("cart", &pinned("cart")), about_pod("cart", "registry.example.com/cart:latest"));
    for number in 0u32.. {
        let is_bad = number % 10 == 9;
        let answer = asker.ask(if is_bad { &bad } else { &good });
        assert_eq!(answer["allowed"], json!(!is_bad), "{answer}");
        scene.answered.fetch_add(u32::from(scene.is_full.load(Ordering::Relaxed)), Ordering::Relaxed);
        if scene.is_over.load(Ordering::Relaxed) {
            break;
        }
    }
}

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(120), "never {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Lets this process have as many connections.
fn allow(connections: u32) {
    let hard = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard }).unwrap();
    let wanted = u64::from(connections) + 500;
    assert!(hard.is_none_or(|hard| hard >= wanted), "this needs {wanted} open files, and the system gives {hard:?}");
}

#[test]
fn questions_are_answered_while_a_crowd_says_nothing_or_next_to_nothing() {
    let count = soak(400);
    allow(count);
    let world = World::new();
    // As service managers begin programs: with few open files, and leave to take more.
    let cli = world.tollgate(".").with_open_files(256, u64::from(count) + 1_000);
    let webhook = Webhook::start(cli, &["--pack", "builtin:recommended", "--connections", &(count + 100).to_string()]);
    let before = webhook.peak_memory();
    let scene = Scene::default();
    std::thread::scope(|scope| {
        for holder in 0..HOLDERS {
            let (webhook, scene) = (&webhook, &scene);
            scope.spawn(move || hold(webhook, scene, (0..count).filter(|number| number % HOLDERS == holder)));
        }
        for _ in 0..2 {
            scope.spawn(|| ask(&webhook, &scene));
        }
        let _ending = Ending(&scene.is_over);
        // One in twenty is on its way in or out at any time.
        wait_until("a full house", || webhook.metric("tollgate_connections") >= u64::from(count - count / 20));
        scene.is_full.store(true, Ordering::Relaxed);
        wait_until("enough answers", || scene.answered.load(Ordering::Relaxed) >= soak(100));
    });
    let (of_a_thousand, everything_else) = MEMORY;
    let grown = webhook.peak_memory() - before;
    assert!(grown <= of_a_thousand * u64::from(count) / 1_000 + everything_else, "{count} connections took {grown} MiB");
    // Whoever looks is there as well.
    wait_until("an empty house", || webhook.metric("tollgate_connections") == 1);
}

#[test]
fn where_there_are_too_few_open_files_fewer_connections_are_taken_and_that_is_told() {
    let world = World::new();
    let webhook = Webhook::start(world.tollgate(".").with_open_files(64, 300), &["--pack", "builtin:recommended"]);
    let told = webhook.told("few file descriptors");
    assert_eq!((&told["openFiles"], &told["connections"]), (&json!("300"), &json!("150")), "{told}");
    let silent: Vec<_> = (0..200).map(|_| TcpStream::connect(webhook.address).unwrap()).collect();
    // Who comes after them waits until they are sent away.
    let answer = Asker::new(&webhook).ask(&about_pod("cart", &pinned("cart")));
    assert_eq!(answer["allowed"], true, "{answer}");
    drop(silent);
}
