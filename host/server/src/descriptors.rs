//! File descriptors: every connection takes one, and processes are begun with few of them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What is left to everything but connections: files, pipes to git, probes.
const SPARE: u64 = 256;

/// Takes as many as the system gives to this process. Says how many there are; nothing: without bound.
pub(crate) fn raise() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return current;
    }
    // Who may not have them goes on with those that there are.
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    if raised.is_ok() { maximum } else { current }
}

/// How many of so many connections have a descriptor.
pub(crate) fn covered(connections: usize, descriptors: Option<u64>) -> usize {
    let left = descriptors.map(|count| count.saturating_sub(SPARE).max(count / 2).max(1));
    left.and_then(|left| usize::try_from(left).ok()).map_or(connections, |left| connections.min(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_to_everything_else() {
        assert_eq!(covered(2_048, None), 2_048);
        assert_eq!(covered(2_048, Some(20_000)), 2_048);
        assert_eq!(covered(2_048, Some(1_024)), 768);
        assert_eq!(covered(2_048, Some(256)), 128);
        assert_eq!(covered(2_048, Some(0)), 1);
    }

    #[test]
    fn the_soft_limit_becomes_the_hard_one() {
        let hard = getrlimit(Resource::Nofile).maximum;
        assert_eq!(raise(), hard);
        assert_eq!(getrlimit(Resource::Nofile).current, hard);
    }
}
