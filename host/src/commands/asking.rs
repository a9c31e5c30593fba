//! One configuration, asked about files: which gates answer here, what they say, and the report of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use tollgate_core::cache::Forgetful;
use tollgate_core::decision::Decision;
use tollgate_core::document::SourceFile;
use tollgate_core::evaluate::{Context, LoadedPolicy};
use tollgate_core::finding::Finding;
use tollgate_core::pipeline::{Change, Gate};
use tollgate_core::policy::Scope;
use tollgate_gate::{Evaluator, Judgements, Policies, gate_verdicts};
use tollgate_manifest::NotEvaluated;
use tollgate_report::check::{AtPromotion, CheckReport, Counts};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::gate::WaitReport;

use super::checked::{Checked, Checker};
use super::failed;
use super::judging::{self, Judging};
use crate::cli::check::Check;
use crate::inline_waivers::{self, Waived};
use crate::invocation::Invocation;
use crate::kept::{Kept, KeptLines};
use crate::output;
use crate::sources::{Documents, FileToRead, Files, read_file};
use crate::wiring::Lines;

/// One configuration, ready to answer.
pub(crate) struct Asking<'a> {
    pub(crate) arguments: &'a Check,
    pub(crate) judging: &'a Judging,
    kept: Option<&'a Kept>,
    /// Gates that validators alone answer. Others are left to promotion.
    now: Vec<&'a Gate>,
    later: Vec<&'a Gate>,
    policies: Policies,
}

/// What a report says beside what was judged.
#[derive(Default)]
pub(crate) struct Beside {
    /// Findings that it lists and that no gate counts.
    pub(crate) shown: Vec<Finding>,
    pub(crate) notices: Vec<String>,
    /// What could not be looked at.
    pub(crate) errors: Vec<Failure>,
    /// Waivers, and what became of them.
    pub(crate) waived: Waived,
}

impl<'a> Asking<'a> {
    pub(crate) fn new(arguments: &'a Check, judging: &'a Judging, kept: Option<&'a Kept>) -> Self {
        let gates = judging.configuration.pipeline.gates.iter().filter(|gate| gate.matches.change == Change::Recipe);
        let (now, later): (Vec<&Gate>, Vec<&Gate>) = gates.partition(|gate| is_answered_here(gate, &judging.policies));
        let names: Vec<&str> = now.iter().flat_map(|gate| gate.requirement.policies()).collect();
        Self { arguments, judging, kept, policies: judging.policies.only(&names), now, later }
    }

    /// The policies that answer here.
    pub(crate) const fn policies(&self) -> &Policies {
        &self.policies
    }

    /// What all policies say of files.
    pub(crate) fn all(&self, files: Vec<Files>) -> Checked {
        self.ask(&self.policies, files)
    }

    /// What the policies that judge each document by itself say.
    pub(crate) fn each(&self, files: Vec<Files>) -> Checked {
        self.ask(&self.policies.of_scope(Scope::Document), files)
    }

    /// What the policies that judge all documents together say.
    pub(crate) fn together(&self, files: Vec<Files>) -> Checked {
        self.ask(&self.policies.of_scope(Scope::Set), files)
    }

    /// Whether any policy has to see all documents together.
    pub(crate) fn judges_sets(&self) -> bool {
        self.policies.judge_sets()
    }

    fn ask(&self, policies: &Policies, files: Vec<Files>) -> Checked {
        let kept_lines = self.kept.map(|kept| KeptLines { kept, lines: &Lines });
        let evaluator = Evaluator {
            policies,
            context: Context::check(),
            evaluation_time: crate::delivery::decide::seconds(Invocation::now()),
            cache: self.kept.map_or(&Forgetful, |kept| kept),
            locate: kept_lines.as_ref().map_or(&Lines, |lines| lines),
        };
        let checker = Checker { evaluator, answering: &self.policies, gates: &self.now, kept: self.kept };
        let checked = checker.check(files);
        if self.arguments.log {
            tell_log(&checked.judgements);
        }
        checked
    }

    /// Lets the waivers of the configuration accept what they are about.
    pub(crate) fn waive(&self, checked: &mut Checked) -> Waived {
        let is_live = self.arguments.live.is_some();
        let sources = if checked.together.is_empty() { &checked.files.files } else { &checked.together };
        let of_files = |files: &BTreeSet<String>| {
            // Nobody has reviewed what stands in a cluster.
            if is_live {
                return Vec::new();
            }
            let asked = sources.iter().filter(|source| files.contains(&source.path));
            let read = |source: &Arc<SourceFile>| read_file(&FileToRead { source: Arc::clone(source), component: None }).documents;
            let rendered = checked.rendered.iter().filter(|document| files.contains(&document.document.source.path));
            asked.flat_map(read).chain(rendered.cloned()).collect()
        };
        inline_waivers::accept(&self.judging.configuration.pipeline, Invocation::now(), &mut checked.judgements, of_files, &Lines)
    }

    /// Whether everything is judged that a promotion would judge, so that a waiver of nothing can be told.
    fn judges_all(&self) -> bool {
        self.arguments.paths.is_empty() && self.arguments.live.is_none() && (self.arguments.base.is_none() || self.arguments.whole)
    }

    /// What is in a cluster stands in no file.
    fn files_of(&self, files: &Documents) -> u64 {
        if self.arguments.live.is_some() { 0 } else { files.files.len() as u64 }
    }

    /// The report.
    pub(crate) fn report(&self, checked: &Checked, beside: Beside) -> CheckReport {
        let Beside { shown, notices, errors: unread, waived } = beside;
        let Checked { judgements, files, documents, evaluated, .. } = checked;
        let mut judged = judgements.findings();
        judged.extend(shown);
        let gates = gate_verdicts(self.now.iter().copied(), judgements);
        let decision = Decision::fold(gates, files.findings.clone(), judged);
        let pipeline = &self.judging.configuration.pipeline;
        let (mut errors, unheard) = failed::of_policies(judgements, pipeline);
        errors.extend(unread);
        if *documents > 0 && *evaluated == 0 {
            errors.push(Failure::of_message(ExitCode::InvalidConfiguration, "no policy applied to any document"));
        }
        let mut report = CheckReport::new(tollgate_report::check::Checked {
            policy_revision: self.judging.revision.clone(),
            counts: Counts { files: self.files_of(files), documents: *documents, evaluated: *evaluated },
            decision: &decision,
            enforcements: judging::enforcements(pipeline),
            at_promotion: self.later.iter().map(|gate| at_promotion(gate)).collect(),
            not_evaluated: files.not_evaluated.iter().map(not_evaluated).collect(),
            errors,
            notices: self.judging.notices.iter().cloned().chain(notices).chain(waived.notices).chain(unheard).collect(),
        });
        if self.arguments.only_new {
            report.let_old_pass();
        }
        report.waivers = tollgate_report::waiver::uses(&waived.waivers, &waived.uses, self.judges_all());
        report
    }
}

/// A gate is answered here when all its policies are validators.
fn is_answered_here(gate: &Gate, policies: &Policies) -> bool {
    let is_validator = |name: &str| policies.get(name).is_none_or(|policy| matches!(policy.loaded, LoadedPolicy::Validator(_)));
    gate.requirement.policies().into_iter().all(is_validator)
}

fn tell_log(judgements: &Judgements) {
    for (policy, judgement) in &judgements.by_policy {
        for line in &judgement.log {
            output::tell(&format!("{policy}: {:?}: {}\n", line.level, line.message));
        }
        let asked: u32 = judgement.asked.values().sum();
        output::tell(&format!(
            "{policy}: asked {asked} times, {} of fuel, {} KiB of memory at most\n",
            judgement.fuel,
            judgement.memory / 1024
        ));
    }
}

fn at_promotion(gate: &Gate) -> AtPromotion {
    let reason = format!("a promotion asks {}", gate.requirement.policies().join(", "));
    AtPromotion {
        name: gate.name.clone(),
        enforcement: gate.enforcement,
        wait: WaitReport { reason, from: Vec::new(), until: None },
    }
}

fn not_evaluated(file: &NotEvaluated) -> tollgate_report::check::NotEvaluated {
    tollgate_report::check::NotEvaluated { file: file.path.clone(), why: file.why.clone() }
}
