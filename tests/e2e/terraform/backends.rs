//! States in PostgreSQL, which may go away in the middle.

use std::time::{Duration, Instant};

use tollgate_servers::Postgres;
use tollgate_tests::{Cli, Infrastructure};

/// The infrastructure repository with its states in a database.
struct Lab {
    lab: Infrastructure,
    database: Postgres,
}

impl Lab {
    fn new() -> Option<Self> {
        let database = Postgres::or_skip("states in PostgreSQL")?;
        let lab = Infrastructure::with(|pipeline| {
            pipeline.replace("LAB_SWITCHES,", "LAB_SWITCHES, PG_CONN_STR,").without_backend_config()
        })?;
        for component in ["network", "cluster"] {
            lab.repository.edit(&format!("components/{component}/main.tf"), |text| {
                text.replace("backend \"local\" {}", &format!("backend \"pg\" {{\n    schema_name = \"{component}\"\n  }}"))
            });
        }
        lab.repository.deliver("master", "states in a database");
        Some(Self { lab, database })
    }

    fn promote(&self) -> Cli {
        let cli = self.lab.tollgate().args(["promote", "master", "--to", "staging-ops"]);
        cli.env("PG_CONN_STR", &self.database.connection())
    }
}

#[test]
fn states_are_kept_in_a_database_and_its_address_is_told_to_nobody() {
    let Some(lab) = Lab::new() else { return };
    lab.promote().run().exits(0);
    assert_eq!(lab.lab.made("staging-ops", "cluster").unwrap().lines().next(), Some("cluster 1"));
    let again = lab.promote().run().exits(0);
    assert!(!again.raw().contains(&lab.database.connection()), "{}", again.raw());
}

#[test]
fn a_backend_that_is_down_stops_the_plan_and_nothing_is_recorded() {
    let Some(mut lab) = Lab::new() else { return };
    lab.database.stop();
    let answer = lab.promote().run().exits(14);
    answer.says(&["of `network` failed"]);
    assert!(!answer.raw().contains(&lab.database.connection()), "{}", answer.raw());
    assert!(!lab.lab.world.ledger("infrastructure").types().contains(&"decided".to_owned()));
    lab.database.start().unwrap();
    lab.promote().run().exits(0);
}

#[test]
fn a_backend_that_goes_away_while_something_is_applied_leaves_a_failure_and_a_rerun_completes() {
    let Some(mut lab) = Lab::new() else { return };
    lab.promote().run().exits(0);
    lab.lab.resize("network", 2);
    lab.lab.repository.deliver("master", "a larger network");
    lab.lab.switch("slow-apply", "3s\nnetwork\n");
    let mut child = lab.promote().into_command().spawn().unwrap();
    let start = Instant::now();
    while !lab.lab.world.path("switches/applying").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "it never came");
        std::thread::sleep(Duration::from_millis(20));
    }
    lab.database.stop();
    assert_eq!(child.wait().unwrap().code(), Some(14));
    lab.database.start().unwrap();
    lab.lab.unswitch("slow-apply");
    lab.promote().run().exits(0);
    assert_eq!(lab.lab.made("staging-ops", "network").unwrap().lines().next(), Some("network 2"));
    lab.lab.tollgate().args(["audit", "verify"]).run().exits(0);
}
