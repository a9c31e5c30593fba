//! A webhook that runs, seen from outside.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;

use super::tls::Certificate;
use crate::bench::BenchError;
use crate::bench::place::Place;
use crate::process;

/// How long it may take to be ready.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often the kernel counts the time of a process, in a second.
const TICKS: u32 = 100;

/// Ten policies of tollgate's own.
pub(super) struct Pack {
    /// What the report calls it.
    name: &'static str,
    /// The directory of its rules.
    pub(super) rules: &'static str,
}

/// What many teams ask of a workload, and what a policy server that looks at pods alone is measured against.
pub(super) const PACKS: [Pack; 2] = [
    Pack { name: "tollgate serve, pods and workloads", rules: "tollgate" },
    Pack { name: "tollgate serve, pod security alone", rules: "pod-security" },
];

/// A program that answers, and how it is run.
pub(super) struct Program {
    pub(super) name: &'static str,
    /// Where it says that it is ready.
    ready: &'static str,
    /// Where questions go.
    path: &'static str,
    command: Box<Run>,
}

/// How a program is run with a certificate, the port of questions and the port of probes.
type Run = dyn Fn(&Certificate, u16, u16) -> Command;

impl Program {
    /// `tollgate serve` by a pack, which lies in the directory where it is run.
    pub(super) fn tollgate(place: &Place, pack: &'static Pack) -> Self {
        let (binary, cache) = (place.binary.clone(), place.directory.join("cache"));
        let command = move |certificate: &Certificate, port: u16, health: u16| {
            let mut command = Command::new(&binary);
            command.arg("serve").args(["--pack", &format!("./{}", pack.rules)]).arg("--cache-dir").arg(&cache).env_remove("CI");
            command.args(["--listen", &format!("127.0.0.1:{port}"), "--health", &format!("127.0.0.1:{health}")]);
            command.arg("--tls-certificate").arg(&certificate.certificate).arg("--tls-key").arg(&certificate.key);
            command
        };
        Self { name: pack.name, ready: "/readyz", path: "/validate", command: Box::new(command) }
    }

    /// Kubewarden's server by policies that whoever runs the bench has brought.
    pub(super) fn policy_server(binary: Utf8PathBuf, policies: Utf8PathBuf) -> Self {
        let command = move |certificate: &Certificate, port: u16, health: u16| {
            let mut command = Command::new(&binary);
            command.args(["--addr", "127.0.0.1", "--port", &port.to_string(), "--readiness-probe-port", &health.to_string()]);
            command.arg("--cert-file").arg(&certificate.certificate).arg("--key-file").arg(&certificate.key);
            command.arg("--policies").arg(&policies).arg("--ignore-kubernetes-connection-failure");
            command
        };
        Self { name: "policy-server", ready: "/readiness", path: "/validate/bench", command: Box::new(command) }
    }
}

/// A running one. It ends with its value.
pub(super) struct Serving {
    child: Child,
    pub(super) url: String,
    /// From the start of the process to the first moment at which it was ready.
    pub(super) start: Duration,
}

/// What it holds in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(super) struct Memory {
    /// Bytes now.
    pub(super) now: u64,
    /// Bytes at the most so far.
    pub(super) peak: u64,
}

impl Serving {
    /// Starts it, and waits until it is ready.
    pub(super) fn start(place: &Place, program: &Program, certificate: &Certificate) -> Result<Self, BenchError> {
        let (port, health) = (free_port()?, free_port()?);
        let log = place.directory.join("admission/serving.log");
        let mut command = (program.command)(certificate, port, health);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs_err::File::create(&log)?.into_file());
        command.current_dir(place.directory.join("admission"));
        let begun = Instant::now();
        let child = command.spawn().map_err(|source| process::start_error(&command, source))?;
        let url = format!("https://127.0.0.1:{port}{}", program.path);
        let mut serving = Self { child, url, start: Duration::ZERO };
        while !is_ready(health, program.ready) {
            if begun.elapsed() > PATIENCE || serving.child.try_wait()?.is_some() {
                return Err(BenchError::NotReady { program: program.name.to_owned(), log });
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        serving.start = begun.elapsed();
        Ok(serving)
    }

    pub(super) fn memory(&self) -> Result<Memory, BenchError> {
        let status = fs_err::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        Ok(Memory { now: kibibytes(&status, "VmRSS:") * 1024, peak: kibibytes(&status, "VmHWM:") * 1024 })
    }

    /// The time of processors that it has used, by all its threads.
    pub(super) fn cpu(&self) -> Result<Duration, BenchError> {
        Ok(used(&fs_err::read_to_string(format!("/proc/{}/stat", self.child.id()))?))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn kibibytes(status: &str, key: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap_or_default()
}

/// User and system time, the fourteenth and fifteenth field; the second is a name in brackets that may hold anything.
fn used(stat: &str) -> Duration {
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace().skip(11).take(2);
    let ticks: u32 = fields.filter_map(|field| field.parse::<u32>().ok()).sum();
    Duration::from_secs(1) * ticks / TICKS
}

/// A port that was free a moment ago.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn is_ready(port: u16, path: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(String::from_utf8_lossy(&status).into_owned())
    };
    ask().is_ok_and(|status| status == "HTTP/1.1 200")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_process_is_read_whatever_its_name_is() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 4 0";
        assert_eq!(used(stat), Duration::from_secs(2));
        assert_eq!(used("odd"), Duration::ZERO);
    }

    #[test]
    fn memory_is_read_in_kibibytes() {
        let status = "Name:\ttollgate\nVmHWM:\t  123456 kB\nVmRSS:\t   98765 kB\n";
        assert_eq!((kibibytes(status, "VmHWM:"), kibibytes(status, "VmRSS:")), (123_456, 98_765));
    }
}
