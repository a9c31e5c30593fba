//! When the ledger first saw a commit.

use proptest::prelude::*;
use tollgate_core::ports::{Commit, Stamp};
use tollgate_core::time::Timestamp;

use super::super::world::{at, branch};
use super::place::Place;
use crate::delivery::change::seen::first_seen;

fn mk_commit(id: usize, parents: &[usize]) -> Commit {
    let by = Stamp { mail: String::new(), at: at(0) };
    Commit {
        id: id.to_string(),
        parents: parents.iter().map(ToString::to_string).collect(),
        tree: String::new(),
        author: by.clone(),
        committer: by,
        message: String::new(),
        trailers: Vec::new(),
        signature: None,
    }
}

/// The definition: the first decision about it or about anything that leads to it.
fn defined(commit: usize, parents: &[Vec<usize>], decisions: &[(usize, i64)], now: Timestamp) -> Timestamp {
    let leads = |from: usize| {
        let mut reached = vec![from];
        let mut next = 0;
        while next < reached.len() {
            reached.extend(parents[reached[next]].iter().copied());
            next += 1;
        }
        reached.contains(&commit)
    };
    decisions.iter().filter(|(decided, _)| leads(*decided)).map(|(_, day)| at(day * 86_400)).min().unwrap_or(now)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn it_is_the_first_decision_that_leads_to_it(
        parents in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..3), 1..8),
        decisions in prop::collection::vec((any::<prop::sample::Index>(), 1i64..9), 0..5),
    ) {
        // Commit 0 is the oldest; parents are older than their children.
        let older = |(commit, some): (usize, &Vec<prop::sample::Index>)| {
            if commit == 0 { Vec::new() } else { some.iter().map(|index| index.index(commit)).collect() }
        };
        let parents: Vec<Vec<usize>> = parents.iter().enumerate().map(older).collect();
        let decisions: Vec<(usize, i64)> = decisions.iter().map(|(index, day)| (index.index(parents.len()), *day)).collect();
        let mut place = Place::new();
        for (commit, day) in &decisions {
            place.decided("prod-apps", &branch("master", &commit.to_string()), &at(day * 86_400).to_string(), false);
        }
        let newest_first: Vec<Commit> = (0..parents.len()).rev().map(|commit| mk_commit(commit, &parents[commit])).collect();
        let now = at(100 * 86_400);
        let seen = first_seen(&place.history(), &newest_first, now);
        for commit in 0..parents.len() {
            prop_assert_eq!(seen.at(&commit.to_string()), defined(commit, &parents, &decisions, now));
        }
    }
}
