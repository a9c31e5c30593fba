//! `tollgate audit doctor`: whether machine and remote are set up to be trusted.

use tollgate_core::ports::ReadLedger as _;
use tollgate_ledger::GitLedger;
use tollgate_repo::{Guard, Guards};
use tollgate_report::audit::{Check, CheckResult, DoctorReport};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::machine::{self, check};
use crate::cli::Format;
use crate::cli::audit::Doctor;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

/// What guards a branch, in the words of git and of forges.
const RULES: &str = "forbid forced pushes to the ledger's branch and its deletion: a branch rule of the forge, or \
                     `receive.denyNonFastForwards` and `receive.denyDeletes` of a bare repository";

pub(crate) fn run(invocation: &Invocation, arguments: &Doctor) -> Result<ExitCode, Failure> {
    let mut checks = machine::programs();
    checks.push(machine::state_files(invocation.state_directory().as_deref()));
    let ledger = wiring::audited_ledger(invocation)?;
    checks.push(of_ledger(&ledger));
    checks.push(machine::clock(Invocation::now(), ledger.history().ok().and_then(|history| Some(history.entries().last()?.at))));
    checks.extend(branch(&wiring::guards(invocation, arguments.try_push)?, arguments.try_push));
    let report = DoctorReport { version: 1, checks };
    let text = match arguments.output {
        Format::Json => output::json(&report)?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text)?;
    Ok(if report.fails() { ExitCode::LedgerUnavailable } else { ExitCode::Approved })
}

fn of_ledger(ledger: &GitLedger) -> Check {
    match ledger.history() {
        Ok(history) => check("ledger", CheckResult::Ok, format!("{} entries can be read", history.len()), None),
        Err(error) => {
            let advice = "`tollgate audit verify` says more";
            check("ledger", CheckResult::Fail, fail(error).message, Some(advice))
        }
    }
}

fn branch(guards: &Guards, tried: bool) -> Vec<Check> {
    let one = |name: &str, guard: Guard| match (guard, tried) {
        (Guard::Refuses, true) => {
            let advice = "the branch that was tried is another one: make sure that the rule is for the ledger's as well";
            check(name, CheckResult::Warn, "the remote refuses it", Some(advice))
        }
        (Guard::Refuses, false) => check(name, CheckResult::Ok, "the remote's configuration refuses it", None),
        (Guard::Allows, true) => check(
            name,
            CheckResult::Warn,
            "the remote allows it for other branches",
            Some("look whether a rule guards the ledger's branch"),
        ),
        (Guard::Allows, false) => check(name, CheckResult::Fail, "the remote allows it", Some(RULES)),
        (Guard::Unknown, _) => {
            let advice = format!("{RULES}; `--try-push` tries what can be tried without touching the ledger");
            check(name, CheckResult::Warn, "that can't be told from here", Some(&advice))
        }
    };
    let mut checks = vec![one("forcing the branch", guards.forcing), one("deleting the branch", guards.deleting)];
    checks.extend(guards.left_behind.as_ref().map(|branch| {
        let advice = "have somebody delete it who may";
        check("the branch that was tried", CheckResult::Warn, format!("`{branch}` stays at the remote"), Some(advice))
    }));
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(guard: Guard, tried: bool) -> Vec<CheckResult> {
        let guards = Guards { forcing: guard, deleting: guard, left_behind: None };
        branch(&guards, tried).into_iter().map(|check| check.result).collect()
    }

    #[test]
    fn only_what_is_known_of_the_ledgers_own_branch_is_good_or_bad() {
        assert_eq!(results(Guard::Refuses, false), [CheckResult::Ok; 2]);
        assert_eq!(results(Guard::Allows, false), [CheckResult::Fail; 2]);
        for (guard, tried) in [(Guard::Unknown, false), (Guard::Refuses, true), (Guard::Allows, true)] {
            assert_eq!(results(guard, tried), [CheckResult::Warn; 2], "{guard:?}");
        }
    }

    #[test]
    fn a_branch_that_stays_is_named() {
        let guards = Guards { forcing: Guard::Refuses, deleting: Guard::Refuses, left_behind: Some("x".to_owned()) };
        assert!(branch(&guards, true)[2].found.contains("`x`"));
    }
}
