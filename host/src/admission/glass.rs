//! Break-glass by an annotation of the object that comes: an alarm, and a debt.

use serde_json::Value;
use tollgate_core::admission::{AdmissionAnswer, AdmissionRequest, Ruling};
use tollgate_core::broken_glass::{BreakGlassTerms, BrokenGlass, Glass, GlassError, InCluster, REASON, after};
use tollgate_core::decision::{Decision, GateVerdict};
use tollgate_core::policy::Enforcement;
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::Verdict;

use super::concerned;
use super::known::Known;
use super::words;

/// A question whose object speaks of broken glass.
struct Asked<'a> {
    terms: &'a BreakGlassTerms,
    request: &'a AdmissionRequest,
    object: Value,
}

impl Known {
    /// The answer as it stands, or what an annotation of the object makes of it.
    pub(super) fn by_glass(
        &self,
        request: &AdmissionRequest,
        decision: &Decision,
        now: Timestamp,
        answer: AdmissionAnswer,
    ) -> AdmissionAnswer {
        let Some(asked) = self.asked_by_glass(request) else { return answer };
        if asked.is_forged() {
            return asked.forged();
        }
        let blocking: Vec<&GateVerdict> = decision.gates().iter().filter(|gate| blocks(gate)).collect();
        if answer.ruling == Ruling::Allowed || blocking.is_empty() {
            return answer;
        }
        let gates = names(&blocking);
        match asked.glass(now) {
            Ok(None) => answer,
            Ok(Some(_)) if !blocking.iter().all(|gate| asked.passes(gate)) => {
                asked.useless(answer, &format!("it passes {}, and not {}", asked.terms.gates.join(", "), gates.join(", ")))
            }
            Ok(Some(glass)) => asked.passed(answer, glass, gates, now),
            Err(error) => asked.useless(answer, &error.to_string()),
        }
    }

    /// For when nobody knows any more what is approved: the last that was known is asked, and what it allows passes by the annotation,
    /// and by nothing else.
    pub(super) fn by_glass_alone(&self, request: &AdmissionRequest, now: Timestamp, stale: AdmissionAnswer) -> AdmissionAnswer {
        let Some(asked) = self.asked_by_glass(request) else { return stale };
        match asked.glass(now) {
            Ok(None) => stale,
            Ok(Some(glass)) => match self.judged(request, now) {
                answer if answer.ruling == Ruling::Allowed && answer.broken_glass.is_none() => {
                    asked.passed(answer, glass, Vec::new(), now)
                }
                answer => answer,
            },
            Err(error) => asked.useless(stale, &error.to_string()),
        }
    }

    fn asked_by_glass<'a>(&'a self, request: &'a AdmissionRequest) -> Option<Asked<'a>> {
        let terms = self.spec().break_glass.as_ref()?;
        let bytes = concerned::bytes(request)?;
        // Most objects don't speak of it, and need not be read once more to say so.
        if !std::str::from_utf8(bytes).is_ok_and(|text| text.contains("break-glass")) {
            return None;
        }
        // What can't be read is nobody's annotation, and is let pass by none.
        let object = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        Some(Asked { terms, request, object })
    }
}

impl Asked<'_> {
    fn glass(&self, now: Timestamp) -> Result<Option<Glass>, GlassError> {
        self.terms.glass(&self.object, &self.request.requester, now)
    }

    /// An object that goes brings nothing.
    fn is_forged(&self) -> bool {
        let old = self.request.old_object.as_deref().and_then(|bytes| serde_json::from_slice(bytes).ok());
        let is_forged = || self.terms.is_forged(&self.object, old.as_ref(), &self.request.requester);
        self.request.object.is_some() && (self.object.is_null() || is_forged())
    }

    fn forged(&self) -> AdmissionAnswer {
        let error = GlassError::NotYours(self.request.requester.username.clone());
        AdmissionAnswer::unasked(Ruling::Denied, format!("`{}` is denied: annotation `{REASON}`: {error}", self.request.subject()))
    }

    fn passes(&self, gate: &GateVerdict) -> bool {
        gate.enforcement == Enforcement::Overridable && self.terms.gates.contains(&gate.name)
    }

    fn useless(&self, mut answer: AdmissionAnswer, why: &str) -> AdmissionAnswer {
        answer.message.push_str(&format!("\nThe annotation `{REASON}` lets nothing pass: {why}."));
        answer
    }

    fn passed(&self, mut answer: AdmissionAnswer, glass: Glass, gates: Vec<String>, now: Timestamp) -> AdmissionAnswer {
        let user = self.request.requester.username.clone();
        let (object, decision) = (self.request.subject(), self.request.uid.clone());
        let what = if gates.is_empty() { "the ledger's age".to_owned() } else { format!("gate {}", gates.join(", ")) };
        let warning = format!("{what} was passed by the annotation `{REASON}`, until {}; a review is owed", glass.until);
        answer.warnings.insert(0, words::cut(&warning));
        answer.audit.insert("break-glass", format!("{what} by {user} until {}: {}", glass.until, glass.reason));
        let review_by = after(now, self.terms.review_within);
        answer.broken_glass = Some(Box::new(BrokenGlass { glass, gates, review_by, used: InCluster { user, object, decision } }));
        AdmissionAnswer { ruling: Ruling::Allowed, message: String::new(), ..answer }
    }
}

fn blocks(gate: &GateVerdict) -> bool {
    let says_no = matches!(gate.verdict, Verdict::Fail | Verdict::Error { .. } | Verdict::Pending(_));
    says_no && gate.enforcement != Enforcement::Advisory && gate.passed_by.is_none()
}

fn names(gates: &[&GateVerdict]) -> Vec<String> {
    let mut names: Vec<String> = gates.iter().map(|gate| gate.name.clone()).collect();
    names.sort();
    names
}
