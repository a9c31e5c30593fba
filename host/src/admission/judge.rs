//! From a question to its answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tollgate_core::admission::{AdmissionAnswer, AdmissionContext, AdmissionRequest, Freshness, Operation, PolicyAnswer, Ruling};
use tollgate_core::context::Context;
use tollgate_core::decision::{Decision, DecisionWord};
use tollgate_core::document::{Document, SourceFile};
use tollgate_core::finding::{Finding, Level, Subject};
use tollgate_core::overrides::Passes;
use tollgate_core::pipeline::AdmissionMode;
use tollgate_core::time::Timestamp;
use tollgate_core::waiver::waive;
use tollgate_gate::{JudgedDocument, Judgements, gate_verdicts};
use tollgate_manifest::withhold_secrets;

use super::approved::Origin;
use super::concerned::{Unreadable, document, unjudged};
use super::known::{Known, Panel};
use super::nowhere::Nowhere;
use super::sharing::{BrokenOff, Question};
use super::words;
use crate::inline_waivers;

/// An object that was judged.
pub(crate) struct Considered<'a> {
    panel: &'a Panel,
    decision: Decision,
    pub(crate) judgements: Judgements,
}

impl Known {
    /// Answers a question, by what is known now.
    pub(crate) fn answer(&self, request: &AdmissionRequest, freshness: &Freshness, now: Timestamp) -> AdmissionAnswer {
        let mut answer = match unjudged(request, self.spec()) {
            Some(why) => not_evaluated(why),
            None if freshness.is_stale() && self.spec().when_stale == AdmissionMode::Deny => {
                self.by_glass_alone(request, now, AdmissionAnswer::unasked(Ruling::Error, words::stale(freshness)))
            }
            None => self.judged(request, now),
        };
        if freshness.is_stale() && answer.ruling == Ruling::Allowed {
            answer.warnings.push(words::cut(&words::stale(freshness)));
        }
        answer.audit.insert("policy-revision", self.revision.clone());
        answer
    }

    pub(super) fn judged(&self, request: &AdmissionRequest, now: Timestamp) -> AdmissionAnswer {
        match self.considered(request, now) {
            Ok(considered) => self.by_glass(request, &considered.decision, now, self.said(request, &considered)),
            Err(answer) => answer,
        }
    }

    /// What the gates say of an object. The error is the answer where they are not asked.
    pub(crate) fn considered(&self, request: &AdmissionRequest, now: Timestamp) -> Result<Considered<'_>, AdmissionAnswer> {
        let panel = if request.operation == Operation::Delete { &self.deletes } else { &self.writes };
        if panel.gates.is_empty() {
            return Err(not_evaluated(format!("no gate judges {}", request.operation.word())));
        }
        let mut judged = document(request).map_err(|unreadable| unread(request, &unreadable))?;
        let identity = judged.document.identity.clone();
        let origin = self.approved.as_ref().and_then(|approved| approved.origin(&identity));
        judged.component = origin.map(|origin| origin.component.clone());
        let (decision, judgements) = self.decide(panel, request, judged, origin, now).map_err(|BrokenOff| broken_off(request))?;
        Ok(Considered { panel, decision, judgements })
    }

    fn decide(
        &self,
        panel: &Panel,
        request: &AdmissionRequest,
        judged: JudgedDocument,
        origin: Option<&Origin>,
        now: Timestamp,
    ) -> Result<(Decision, Judgements), BrokenOff> {
        let target = self.target.as_ref().map_or("", |target| target.name.as_str());
        let question = Arc::new(Question {
            policies: panel.concerned(&judged.document.identity),
            context: Context::admission(target, self.context(request, &judged)),
            evaluation_time: crate::delivery::decide::seconds(now),
            judged,
        });
        let mut judgements = Judgements::unasked(&panel.policies);
        judgements.absorb(self.desk.judge(&question)?);
        self.waive(&mut judgements, &question.judged, origin, now);
        let mut gates = gate_verdicts(&panel.gates, &judgements);
        let passes = holding(&self.passes, now);
        gates.iter_mut().for_each(|gate| gate.pass(&passes));
        let findings = judgements.findings();
        Ok((Decision::fold(gates, Vec::new(), findings), judgements))
    }

    fn context(&self, request: &AdmissionRequest, judged: &JudgedDocument) -> AdmissionContext {
        let holds_secrets = judged.document.identity.holds_secrets();
        let old_object = request.old_object.as_deref().filter(|_| request.operation == Operation::Update);
        let old_object = old_object.map(|bytes| match holds_secrets {
            true => withhold_secrets(bytes).and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or(Value::Null),
            false => serde_json::from_slice(bytes).unwrap_or(Value::Null),
        });
        AdmissionContext {
            operation: request.operation,
            sub_resource: request.sub_resource.clone(),
            dry_run: request.dry_run,
            user: request.requester.clone(),
            old_object,
            approved: self.approved.as_ref().map(|approved| approved.context(&judged.document.identity, request.object.as_deref())),
        }
    }

    /// Waivers name objects as manifests have them: an object that a recipe has is called as it is called there.
    fn waive(&self, judgements: &mut Judgements, judged: &JudgedDocument, origin: Option<&Origin>, now: Timestamp) {
        if let Some(origin) = origin {
            judgements.findings_mut().for_each(|finding| rename(finding, origin));
        }
        // Nobody has reviewed the annotations of what comes, so those of the approved document count, and no others.
        let reviewed = |_: &std::collections::BTreeSet<String>| self.reviewed(judged, origin);
        inline_waivers::accept(&self.pipeline, now, judgements, reviewed, &Nowhere);
        // A manifest may leave its namespace out without being in any recipe yet.
        let mut bare: Vec<Finding> = judgements.findings();
        bare.iter_mut().for_each(without_namespace);
        if self.is_in_own_namespace(judged) {
            waive(&self.pipeline.waivers, now, bare.iter_mut());
            for (finding, bare) in judgements.findings_mut().zip(bare) {
                finding.waiver = finding.waiver.take().or(bare.waiver);
            }
        }
    }

    /// The object as the newest recipe has it, in the file that it comes from.
    fn reviewed(&self, judged: &JudgedDocument, origin: Option<&Origin>) -> Vec<JudgedDocument> {
        let context = self.approved.as_ref().map(|approved| approved.context(&judged.document.identity, None));
        let newest = context.and_then(|context| context.documents.into_iter().next());
        let (Some(approved), Some(origin)) = (newest, origin) else { return Vec::new() };
        let Ok(body) = serde_json::to_vec(&approved.document) else { return Vec::new() };
        let body: Arc<[u8]> = body.into();
        let source = Arc::new(SourceFile { path: origin.file.clone(), bytes: Vec::new() });
        let document = Document { source, identity: origin.identity.clone(), body: Arc::clone(&body), ..judged.document.clone() };
        vec![JudgedDocument { document, component: judged.component.clone(), withheld: body }]
    }

    fn is_in_own_namespace(&self, judged: &JudgedDocument) -> bool {
        use tollgate_core::pipeline::TargetKind;
        let own = self.target.as_ref().and_then(|target| match &target.kind {
            TargetKind::Kubernetes(kubernetes) => Some(&kubernetes.namespace),
            TargetKind::Directory(_) | TargetKind::Git(_) | TargetKind::Terraform(_) => None,
        });
        own.is_some() && judged.document.identity.namespace.as_ref() == own
    }

    fn said(&self, request: &AdmissionRequest, considered: &Considered<'_>) -> AdmissionAnswer {
        let Considered { panel, decision, judgements } = considered;
        let blocking = panel.blocking(decision);
        let counted = decision.findings().iter().filter(|finding| finding.level >= Level::Warn && finding.waiver.is_none());
        let (denying, told): (Vec<&Finding>, Vec<&Finding>) =
            counted.partition(|finding| finding.level == Level::Deny && blocking.contains(finding.policy.as_str()));
        let ruling = match decision.word() {
            DecisionWord::Approved => Ruling::Allowed,
            DecisionWord::Denied => Ruling::Denied,
            DecisionWord::Pending => Ruling::Error,
        };
        let message = if ruling == Ruling::Allowed { String::new() } else { words::denial(&request.subject(), decision, &denying) };
        let mut audit = BTreeMap::from([("gates", words::gates(decision))]);
        if let Some(recipe) = self.approved.as_ref().and_then(|approved| approved.recipes().first()) {
            audit.insert("recipe", recipe.recipe.to_string());
        }
        let overrides = decision.overrides();
        if !overrides.is_empty() {
            let entries: Vec<String> = overrides.iter().map(u64::to_string).collect();
            audit.insert("override", format!("entry {}", entries.join(", ")));
        }
        let policies = judgements.by_policy.iter().filter(|(_, judgement)| !judgement.asked.is_empty());
        let policies = policies.map(|(policy, judgement)| PolicyAnswer {
            policy: policy.clone(),
            verdict: judgement.verdict(&|_| true).word(),
            fuel: judgement.fuel,
            memory: judgement.memory,
        });
        let warnings = words::warnings(decision, &told);
        AdmissionAnswer { ruling, message, warnings, audit, policies: policies.collect(), broken_glass: None }
    }
}

/// The object's name in its manifest, and the file.
fn rename(finding: &mut Finding, origin: &Origin) {
    if let Subject::Document { document, .. } = &mut finding.subject {
        document.identity = origin.identity.clone();
    }
    if let Some(location) = &mut finding.location {
        location.file.clone_from(&origin.file);
    }
}

fn without_namespace(finding: &mut Finding) {
    if let Subject::Document { document, .. } = &mut finding.subject {
        document.identity.namespace = None;
    }
}

/// Overrides that are not over.
fn holding(passes: &Passes, now: Timestamp) -> Passes {
    let mut holding = passes.clone();
    holding.values_mut().for_each(|passes| passes.retain(|pass| now < pass.until));
    holding
}

/// What can't be read does not pass.
fn unread(request: &AdmissionRequest, unreadable: &Unreadable) -> AdmissionAnswer {
    let message = match unreadable {
        Unreadable::NoObject => format!("`{}` came without an object", request.subject()),
        Unreadable::Findings(findings) => words::findings(&request.subject(), findings.iter()),
    };
    AdmissionAnswer::unasked(Ruling::Denied, message)
}

fn broken_off(request: &AdmissionRequest) -> AdmissionAnswer {
    let message = format!("tollgate broke off while it judged `{}`; its log says more", request.subject());
    AdmissionAnswer::unasked(Ruling::Error, message)
}

fn not_evaluated(why: String) -> AdmissionAnswer {
    let audit = BTreeMap::from([("not-evaluated", why)]);
    AdmissionAnswer { audit, ..AdmissionAnswer::unasked(Ruling::Allowed, String::new()) }
}
