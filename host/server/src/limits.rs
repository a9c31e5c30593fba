//! How much is taken on at once.

use std::time::Duration;

/// How much is taken on at once. What is more than that is told so, or waits to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections; further ones wait until one ends.
    pub connections: usize,
    /// Questions that are judged at the same time.
    pub workers: usize,
    /// Questions that wait to be judged.
    pub queue: usize,
    /// Bytes of one question.
    pub body: usize,
    /// Bytes of all questions together.
    pub memory: usize,
    /// How long a client may take to say what it wants: the handshake, the head of a request.
    pub patience: Duration,
    /// How long answers are given after the end was asked for.
    pub drain: Duration,
    /// How long connections are still accepted then: until no load balancer leads here any more.
    pub linger: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            connections: 2_048,
            workers: cores * 2,
            queue: 512,
            body: 8 << 20,
            memory: 128 << 20,
            patience: Duration::from_secs(5),
            drain: Duration::from_secs(20),
            linger: Duration::from_secs(5),
        }
    }
}
