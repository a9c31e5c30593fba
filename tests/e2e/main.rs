//! Stories of what may and may not move, and the invariants of the architecture, through the built binary and real git.

#![expect(clippy::unwrap_used, reason = "a test that can't go on must stop")]

mod access;
mod admission;
mod adopting;
mod approved;
mod audit_day;
mod boutique;
mod denials;
mod evidence;
mod forge;
mod four_eyes;
mod git_target;
mod house_rule;
mod infrastructure;
mod kept_plugins;
mod kubernetes;
mod leaks;
mod live;
mod login;
mod no_silent_skip;
mod only_proven_images;
mod other_languages;
mod outages;
mod overdue;
mod policies;
mod racing;
mod recovery;
mod rendering;
mod rollback;
mod same_answers;
mod secrets;
mod services;
mod serving;
mod soaking;
mod stops;
mod terraform;
mod transparent;
mod unknown;
mod windows;
