//! Many processes that append at once.

use std::process::Child;

use tollgate_tests::SshRemote;

use crate::place::{Acknowledged, Place, count, git, proposed};
use crate::transports::Way;
use crate::writer::{Job, acknowledged};

pub(crate) fn racing_processes_lose_nothing() {
    let place = Place::new();
    let racers = count("TOLLGATE_RACERS", 20);
    race(&place, &Way::of_path(&place), racers, |racer| format!("machine-{racer}"));
}

pub(crate) fn racing_over_http_loses_nothing() {
    let place = Place::new();
    race(&place, &Way::over_http(&place), count("TOLLGATE_RACERS", 20), |racer| format!("machine-{racer}"));
}

pub(crate) fn racing_over_ssh_loses_nothing() {
    let place = Place::new();
    let server = SshRemote::start(&place.path("."));
    race(&place, &Way::over_ssh(&server), count("TOLLGATE_RACERS", 20), |racer| format!("machine-{racer}"));
}

pub(crate) fn processes_that_share_a_cache_lose_nothing() {
    let place = Place::new();
    race(&place, &Way::of_path(&place), 4, |_| "machine".to_owned());
}

/// Each racer appends its entries; all are there, once, each racer's in its order, where they were acknowledged to be.
fn race(place: &Place, way: &Way, racers: u32, machine: impl Fn(u32) -> String) {
    let entries = u64::from(count("TOLLGATE_RACE_ENTRIES", 5));
    let start = |racer| Job::new(place, &machine(racer), &format!("racer-{racer}"), entries).over(way).start();
    let processes: Vec<Child> = (0..racers).map(start).collect();
    let said: Vec<Vec<Acknowledged>> = processes.into_iter().map(finish).collect();
    for (racer, said) in said.iter().enumerate() {
        let texts: Vec<&str> = said.iter().map(|(_, text)| text.as_str()).collect();
        let expected: Vec<String> = (0..entries).map(|number| format!("racer-{racer}-{number}")).collect();
        assert_eq!(texts, expected);
        assert!(said.is_sorted(), "{said:?}");
    }
    let history = place.holds(&said.concat());
    assert_eq!(proposed(&history), u64::from(racers) * entries);
    let chain = git(&place.remote(), &["log", "--first-parent", "--reverse", "--format=%B", crate::place::BRANCH]);
    let expected = history.entries().iter().map(|entry| format!("entry {}: {}", entry.index, subject(entry)));
    let lines: Vec<&str> = chain.lines().filter(|line| line.starts_with("entry ")).collect();
    assert_eq!(lines, expected.collect::<Vec<_>>());
    assert_eq!(git(&place.remote(), &["rev-list", "--count", "--merges", crate::place::BRANCH]), "0");
}

fn subject(entry: &tollgate_core::entry::Entry) -> &str {
    if entry.subject.target.is_some() { "outcome prod-apps" } else { entry.body.type_name() }
}

fn finish(process: Child) -> Vec<Acknowledged> {
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "a racer failed");
    acknowledged(&output.stdout)
}
