//! A check report, written in the formats that were asked for.

use tollgate_core::finding::{Level, Severity};
use tollgate_core::time::Timestamp;
use tollgate_gate::Policies;
use tollgate_report::check::CheckReport;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::format::{self, Format, markdown::Comment};
use tollgate_report::rule::RuleReport;
use tollgate_report::style::{DEFAULT_WIDTH, Style};
use tollgate_report::text::{Detail, Sources};

use crate::cli::check::Check;
use crate::invocation::Invocation;
use crate::output::{self, Destination};
use crate::rules;

/// What a format may want beside the report.
pub(crate) struct Beside<'a> {
    /// Those that judged: some formats show what their rules are for.
    pub(crate) policies: &'a Policies,
    pub(crate) sources: &'a Sources<'a>,
    pub(crate) started: Timestamp,
}

/// Writes a report to where it goes.
pub(crate) fn write(
    invocation: &Invocation,
    arguments: &Check,
    report: &CheckReport,
    beside: &Beside<'_>,
    destination: &Destination,
) -> Result<(), Failure> {
    let text = text(invocation, arguments, report, beside, destination)?;
    match &destination.file {
        Some(file) => output::write_file(file, text.as_bytes()),
        None => output::print(&text),
    }
}

/// The comment on a pull request.
pub(crate) fn comment(
    invocation: &Invocation,
    arguments: &Check,
    report: &CheckReport,
    beside: &Beside<'_>,
) -> Result<String, Failure> {
    text(invocation, arguments, report, beside, &Destination { format: Format::Markdown, file: None })
}

fn text(
    invocation: &Invocation,
    arguments: &Check,
    report: &CheckReport,
    beside: &Beside<'_>,
    destination: &Destination,
) -> Result<String, Failure> {
    let Beside { policies, sources, started } = beside;
    match destination.format {
        Format::Text => {
            let detail = if arguments.all { Detail::FULL } else { Detail::BRIEF };
            let style = if destination.file.is_some() { Style::plain(DEFAULT_WIDTH) } else { invocation.style() };
            Ok(report.to_text(style, detail, sources))
        }
        Format::Github => Ok(format::github::to_string(report)),
        Format::Markdown => {
            let (command, files) = (command(arguments), files(report));
            let comment = Comment { command: &command, files: files.as_deref() };
            Ok(format::markdown::to_string(report, &rules(policies), comment))
        }
        Format::Json => output::json(report),
        Format::Sarif => format::sarif::to_string(report, &rules(policies)).map_err(unwritable),
        Format::Junit => format::junit::to_string(report).map_err(unwritable),
        Format::Gitlab => format::gitlab::to_string(report).map_err(unwritable),
        Format::GitlabSast => {
            format::gitlab_sast::to_string(report, &rules(policies), *started, Invocation::now()).map_err(unwritable)
        }
        Format::Policyreport => format::policyreport::to_string(report, Invocation::now()).map_err(unwritable),
        Format::Csv => format::csv::to_string(report).map_err(unwritable),
    }
}

fn unwritable<E: std::error::Error + 'static>(error: E) -> Failure {
    Failure::new(ExitCode::Unexpected, &error)
}

/// The rules that findings may be of: those of the policies that judge, and the host's own.
fn rules(policies: &Policies) -> Vec<RuleReport> {
    let of_host = rules::of_host().into_iter().map(|page| RuleReport {
        id: page.id,
        title: page.title,
        help: page.help,
        level: Level::Deny,
        severity: Severity::High,
        controls: page.controls,
        help_uri: None,
    });
    let of_policies = policies.iter().flat_map(|policy| {
        let name = &policy.spec.name;
        policy.loaded.description().rules.iter().map(move |rule| RuleReport {
            id: format!("{name}/{}", rule.id),
            title: rule.title.clone(),
            help: rule.help.clone(),
            level: policy.spec.levels.get(&rule.id).copied().flatten().unwrap_or(rule.level),
            severity: rule.severity,
            controls: rule.controls.clone(),
            help_uri: None,
        })
    });
    of_host.chain(of_policies).collect()
}

/// What to type on a laptop to see the same.
fn command(arguments: &Check) -> String {
    let mut words = vec!["tollgate".to_owned(), "check".to_owned()];
    let options = [("--base", &arguments.base), ("--head", &arguments.head), ("--rev", &arguments.rev)];
    for (option, value) in options {
        words.extend(value.iter().flat_map(|value| [option.to_owned(), value.clone()]));
    }
    if let Some(context) = &arguments.live {
        words.extend(["--live", context].into_iter().filter(|word| !word.is_empty()).map(str::to_owned));
    }
    let lists = [
        ("--namespace", &arguments.namespace),
        ("--policy", &arguments.policy),
        ("--pack", &arguments.pack),
        ("--set", &arguments.set),
    ];
    for (option, values) in lists {
        words.extend(values.iter().flat_map(|value| [option.to_owned(), value.clone()]));
    }
    let flags = [("--only-new", arguments.only_new), ("--whole", arguments.whole)];
    words.extend(flags.iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| (*flag).to_owned()));
    words.extend(arguments.paths.iter().map(ToString::to_string));
    words.join(" ")
}

/// Where the forge shows the files of a proposal, from what its jobs are told.
fn files(report: &CheckReport) -> Option<String> {
    let head = &report.proposal.as_ref()?.head;
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let github = || Some(format!("{}/{}/blob/{head}/", variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?));
    let gitlab = || Some(format!("{}/-/blob/{head}/", variable("CI_PROJECT_URL")?));
    github().or_else(gitlab)
}
