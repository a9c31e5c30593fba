//! Plans, as reports show them. Values of Secrets are never in one.

use serde::Serialize;
use serde_json::Value;
use tollgate_core::digest::Digest;
use tollgate_core::plan::{Action, Conflict, FieldChange, Plan, PlannedComponents, PlannedValue, Taken, Verb};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::TakenOver;
use tollgate_core::render::ObjectKey;

use crate::clean;
use crate::style::{Style, Tone};
use crate::text::{join, summary};

mod adoption;
mod value;

pub use adoption::Adopted;
use value::Shown;

/// What applying a recipe to a target would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanReport {
    pub version: u32,
    pub target: String,
    /// Id of the recipe.
    pub recipe: Digest,
    /// Null where the plan can't be approved.
    pub digest: Option<Digest>,
    /// Why there is no digest.
    pub no_digest: Option<String>,
    pub counts: PlanCounts,
    pub actions: Vec<ActionReport>,
    pub conflicts: Vec<Conflict>,
    /// What would be taken over; left out where nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adopted: Option<Vec<Adopted>>,
    /// What is known of each component, where they are planned one by one; left out elsewhere.
    #[serde(skip_serializing_if = "PlannedComponents::is_silent")]
    pub components: PlannedComponents,
    pub notices: Vec<String>,
}

/// How many objects are touched how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PlanCounts {
    pub creates: u32,
    pub changes: u32,
    pub deletes: u32,
    pub unchanged: u32,
}

/// What happens to one object.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionReport {
    pub verb: Verb,
    pub object: ObjectKey,
    pub changes: Vec<ChangeReport>,
    /// Left out where nothing is taken from others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<Taken>,
    /// What the target makes of it beside what is sent. Left out where that is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_server: Vec<ChangeReport>,
}

/// One value that is set or removed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChangeReport {
    pub path: Pointer,
    /// Left out where there is nothing before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// Left out where there is nothing after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// The values are masked.
    pub secret: bool,
}

impl PlanReport {
    /// What a report shows of a plan.
    pub fn new(plan: &Plan) -> Self {
        let digest = plan.digest();
        Self {
            version: 1,
            target: plan.target.clone(),
            recipe: plan.recipe,
            no_digest: digest.as_ref().err().map(ToString::to_string),
            digest: digest.ok(),
            counts: PlanCounts {
                creates: plan.count(Verb::Create),
                changes: plan.count(Verb::Change),
                deletes: plan.count(Verb::Delete),
                unchanged: plan.unchanged,
            },
            actions: plan.actions.iter().map(ActionReport::new).collect(),
            conflicts: plan.conflicts.clone(),
            adopted: None,
            // What of a plan is shown to policies is no part of what is told.
            components: PlannedComponents { shown: Vec::new(), refused: Vec::new(), ..plan.components.clone() },
            notices: notices(&plan.components),
        }
    }

    /// Says which objects would be taken over: they are there, and nobody's inventory has them.
    pub fn adopts(&mut self, objects: &[TakenOver]) {
        let adopted = |action: &ActionReport| {
            let taken = objects.iter().find(|taken| taken.object == action.object)?;
            Some(Adopted::new(action, &taken.set_by))
        };
        self.adopted = Some(self.actions.iter().filter_map(adopted).collect());
    }

    /// Whether applying it would change anything.
    pub const fn has_changes(&self) -> bool {
        !self.actions.is_empty()
    }

    /// The plan for people, with the counts last.
    pub fn to_text(&self, style: Style) -> String {
        let title = format!("plan for {}, recipe {}", clean::line(&self.target), self.recipe.short());
        let mut blocks = vec![style.paint(Tone::Heading, title)];
        blocks.extend(self.actions.iter().map(|action| action.to_text(style)));
        let conflicts = self.conflicts.iter().map(|conflict| format!("{}: {}", conflict.at, conflict.message));
        blocks.push(summary::list("in the way", conflicts, style));
        blocks.push(
            self.adopted.as_deref().map(|adopted| adoption::text(adopted, !self.conflicts.is_empty(), style)).unwrap_or_default(),
        );
        blocks.push(summary::notices(&self.notices, style));
        blocks.push(self.last_line(style));
        join(&blocks)
    }

    fn last_line(&self, style: Style) -> String {
        let PlanCounts { creates, changes, deletes, unchanged } = self.counts;
        let counts = format!("{creates} to create, {changes} to change, {deletes} to delete, {unchanged} unchanged");
        match (&self.digest, &self.no_digest) {
            (Some(digest), _) => format!("{counts}; plan {}", digest.short()),
            (None, reason) => {
                let reason = reason.as_deref().map(clean::line).unwrap_or_default();
                format!("{counts}; {}: {reason}", style.paint(Tone::Bad, "can't be approved"))
            }
        }
    }
}

/// What is said of components that were not planned.
fn notices(components: &PlannedComponents) -> Vec<String> {
    let listed = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut notices = Vec::new();
    if !components.untouched.is_empty() {
        let names = listed(&components.untouched);
        notices.push(format!("not planned, because neither they nor their states have changed since they were applied: {names}"));
    }
    if !components.deferred.is_empty() {
        let names = listed(&components.deferred);
        notices.push(format!("planned and decided on once what comes before them is applied: {names}"));
    }
    notices
}

impl ActionReport {
    fn new(action: &Action) -> Self {
        let told = |changes: &[FieldChange]| changes.iter().map(|change| ChangeReport::new(&action.object, change)).collect();
        Self {
            verb: action.verb,
            object: action.object.clone(),
            changes: told(&action.changes),
            takes: action.takes.clone(),
            by_server: told(&action.by_server),
        }
    }

    fn to_text(&self, style: Style) -> String {
        let (sign, word, tone) = match self.verb {
            Verb::Create => ("+", "create", Tone::Good),
            Verb::Change => ("~", "change", Tone::Caution),
            Verb::Delete => ("-", "delete", Tone::Bad),
        };
        let head = format!("{sign} {word} {}", clean::line(&self.object.to_string()));
        let changes: String = self.changes.iter().map(|change| change.to_text(style)).collect();
        let takes =
            self.takes.iter().map(|taken| format!("    takes {} from `{}`", clean::line(&taken.field), clean::line(&taken.from)));
        let takes: String = takes.map(|line| format!("{}\n", style.paint(Tone::Caution, line))).collect();
        format!("{}\n{changes}{takes}{}", style.paint(tone, head), self.by_server(style))
    }

    /// What the target changes of what is sent, and what it puts into lists. What it only adds by default is counted: it is the same
    /// for every object, and JSON has it.
    fn by_server(&self, style: Style) -> String {
        let is_element =
            |change: &&ChangeReport| change.path.as_str().rsplit('/').next().is_some_and(|step| step.parse::<u32>().is_ok());
        let (told, defaults): (Vec<_>, Vec<_>) =
            self.by_server.iter().partition(|change| change.before.is_some() || is_element(change));
        if told.is_empty() && defaults.is_empty() {
            return String::new();
        }
        let told: String = told.iter().map(|change| change.to_text(style)).collect();
        let defaults = if defaults.is_empty() { String::new() } else { format!("    {} fields by default\n", defaults.len()) };
        format!("  and the target itself\n{told}{defaults}")
    }
}

impl ChangeReport {
    fn new(object: &ObjectKey, change: &FieldChange) -> Self {
        let is_hidden = value::is_hidden(object, &change.path);
        let masked = |value: &PlannedValue| match value {
            PlannedValue::Plain(value) if !is_hidden => value.clone(),
            _ => Value::from(value::MASK),
        };
        let is_secret = |value: &Option<PlannedValue>| value.as_ref().is_some_and(|value| !matches!(value, PlannedValue::Plain(_)));
        Self {
            path: change.path.clone(),
            before: change.before.as_ref().map(masked),
            after: change.after.as_ref().map(masked),
            secret: is_hidden || is_secret(&change.before) || is_secret(&change.after),
        }
    }

    fn to_text(&self, style: Style) -> String {
        let path = if self.path.is_root() { "/" } else { self.path.as_str() };
        let path = clean::line(path);
        let shown = |value: &Option<Value>| value.as_ref().map(Shown::new);
        match (shown(&self.before), shown(&self.after)) {
            (Some(Shown::Line(before)), Some(Shown::Line(after))) => format!("    {path}: {before} {} {after}\n", style.arrow()),
            (None, Some(Shown::Line(after))) => format!("    {path}: {after}\n"),
            (Some(Shown::Line(before)), None) => format!("    {path}: {before}, removed\n"),
            (before, after) => format!("    {path}:\n{}", value::diff(before.as_ref(), after.as_ref(), style)),
        }
    }
}

#[cfg(test)]
mod tests;
