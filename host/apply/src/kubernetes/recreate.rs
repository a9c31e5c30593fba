//! Objects with a field that can't be changed: they are deleted and made again, where they say so themselves.

use kube::core::Status;
use serde_json::Value;
use tollgate_core::plan::Action;

use super::outcome::{Outcome, Unasked, in_the_way};
use super::owned::Owned;
use super::server::{Answer, MANAGER};
use super::surveyor::{Surveyor, uid};
use super::wanted::Wanted;
use crate::compare::action;

/// Says of an object that it may be deleted and made again when one of its fields can't be changed.
pub(super) const RECREATE: &str = "tollgate.dev/recreate";

/// How long the name of an object may be that is made only to be asked about: what controllers derive from it has to fit, too.
const PROBE_NAME: usize = 40;

/// Whether an object says that it may be made again.
pub(super) fn is_wished(wanted: &Wanted) -> bool {
    let annotations = wanted.body.pointer("/metadata/annotations");
    annotations.and_then(|annotations| annotations.get(RECREATE)).and_then(Value::as_str) == Some("true")
}

/// Whether all that the server has to say is that fields can't be changed. Each kind has words of its own for that.
pub(super) fn is_immutable(status: &Status) -> bool {
    const WORDS: [&str; 6] = [
        "field is immutable",
        "is immutable after creation",
        "may not change once set",
        "cannot change roleRef",
        "updates to parameters are forbidden",
        "for fields other than",
    ];
    let causes = status.details.as_ref().map(|details| details.causes.as_slice()).unwrap_or_default();
    let is_it = |message: &str| WORDS.iter().any(|words| message.contains(words));
    status.code == 422 && !causes.is_empty() && causes.iter().all(|cause| is_it(&cause.message))
}

/// Why an object is refused, and what to do where it is because of such a field.
pub(super) fn told(status: &Status) -> String {
    let way = format!("; `{RECREATE}: \"true\"` among its annotations deletes it and makes it again");
    let way = if is_immutable(status) { way } else { String::new() };
    format!("is refused by the API server: {}{way}", status.message)
}

impl Surveyor<'_> {
    /// Deleting an object and making it again, where the server would take the new one: it is asked about one of another name,
    /// since the old one is still there.
    pub(super) async fn recreate(&self, wanted: &Wanted, path: &str, live: &Value) -> Result<Outcome, Unasked> {
        let uid = uid(live).unwrap_or_default();
        if let Some(message) = self.server.would_not_delete(path, &uid).await? {
            let message = format!("would be made again, but not be deleted by the API server: {message}");
            return Ok(in_the_way(&wanted.key.identity, message));
        }
        let (collection, body) = probe(wanted);
        match self.server.would_create(collection, &body).await? {
            Answer::Object(_) => {
                let owned = Owned::part_by(MANAGER, live);
                let delete = action(&wanted.key, Some(&owned), None, self.key)?;
                Ok(Outcome::Do(vec![Action { live_uid: Some(uid), ..delete }, self.create(wanted)?]))
            }
            Answer::Refused(status) => {
                let message = format!("would be deleted, and then not be taken again: {}", status.message);
                Ok(in_the_way(&wanted.key.identity, message))
            }
            // Nobody has set anything of what is not there.
            Answer::Conflicts(_) => Ok(in_the_way(&wanted.key.identity, "would be made again, but others have set it".to_owned())),
        }
    }
}

/// The collection that an object is in, and the same object under another name.
fn probe(wanted: &Wanted) -> (&str, Value) {
    let start: String = wanted.key.identity.name.chars().take(PROBE_NAME).collect();
    let collection = wanted.path.as_deref().and_then(|path| path.rsplit_once('/')).map(|(collection, _)| collection);
    let mut body = wanted.body.clone();
    body["metadata"]["name"] = format!("{}-made-again", start.trim_end_matches(['-', '.'])).into();
    (collection.unwrap_or_default(), body)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_status(code: u16, messages: &[&str]) -> Status {
        let causes: Vec<Value> = messages.iter().map(|message| json!({"message": message})).collect();
        serde_json::from_value(json!({"code": code, "message": "no", "details": {"causes": causes}})).unwrap()
    }

    #[test]
    fn only_words_about_fields_that_stay_are_taken_for_that() {
        let job = "Invalid value: …: field is immutable";
        let set = "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden";
        assert!(is_immutable(&mk_status(422, &[job])));
        assert!(is_immutable(&mk_status(422, &[job, set])));
        assert!(!is_immutable(&mk_status(422, &[job, "Required value"])));
        assert!(!is_immutable(&mk_status(422, &[])));
        assert!(!is_immutable(&mk_status(409, &[job])));
        assert!(told(&mk_status(422, &[set])).contains("`tollgate.dev/recreate: \"true\"`"));
        assert!(!told(&mk_status(403, &[set])).contains("recreate"));
    }
}
