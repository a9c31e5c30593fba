//! Pairs of Ops and Apps targets: what the shadow costs, and what it is worth.

use serde::Serialize;
use tollgate_core::digest::Digest;
use tollgate_core::pair::PairDifference;
use tollgate_core::time::Timestamp;

use crate::clean;
use crate::style::{Style, Tone};
use crate::text::{join, summary};

/// The answer of `status --pairs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PairsReport {
    pub version: u32,
    /// In the order of the configuration.
    pub pairs: Vec<PairStatus>,
    pub notices: Vec<String>,
}

/// One pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PairStatus {
    pub environment: String,
    pub ops: String,
    pub apps: String,
    /// What Ops runs; null where nothing ever succeeded there.
    pub recipe: Option<Digest>,
    /// Null where Apps runs the same.
    pub ahead: Option<Ahead>,
    /// Components that Apps runs as Ops has never proven them.
    pub never_proven: Vec<String>,
    /// What is another one in Ops than in Apps and was meant to be.
    pub on_purpose: Vec<PairDifference>,
    /// What is another one and nobody meant.
    pub different: Vec<PairDifference>,
    /// What of Ops is not as it was left.
    pub drifted: Vec<PairDifference>,
    /// What could not be compared, and why.
    pub unseen: Vec<String>,
}

/// That Ops runs something that Apps does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ahead {
    /// When it succeeded on Ops.
    pub since: Timestamp,
    /// Components that are others.
    pub components: Vec<String>,
}

impl PairsReport {
    /// The report for people.
    pub fn to_text(&self, style: Style) -> String {
        let mut blocks: Vec<String> = self.pairs.iter().map(|pair| pair.to_text(style)).collect();
        if self.pairs.is_empty() {
            blocks.push("no target has an Ops twin; an `apps` target names one with `requires`".to_owned());
        }
        blocks.push(summary::notices(&self.notices, style));
        join(&blocks)
    }
}

impl PairStatus {
    fn to_text(&self, style: Style) -> String {
        let title = format!("{} and {} ({})", clean::line(&self.ops), clean::line(&self.apps), clean::line(&self.environment));
        let mut lines = vec![style.paint(Tone::Heading, title)];
        lines.push(self.first_line(style));
        let listed = |names: &[String]| names.iter().map(|name| clean::line(name)).collect::<Vec<_>>().join(", ");
        if !self.never_proven.is_empty() {
            lines.push(style.paint(Tone::Bad, format!("  never proven on {}: {}", self.ops, listed(&self.never_proven))));
        }
        let told = |what: &str, tone: Tone, differences: &[PairDifference]| {
            differences
                .iter()
                .map(|difference| style.paint(tone, format!("  {what}: {}", sentence(difference))))
                .collect::<Vec<_>>()
        };
        lines.extend(told("drifted in Ops", Tone::Bad, &self.drifted));
        lines.extend(told("differs", Tone::Bad, &self.different));
        lines.extend(told("differs on purpose", Tone::Quiet, &self.on_purpose));
        lines.extend(self.unseen.iter().map(|why| style.paint(Tone::Bad, format!("  not compared: {}", clean::line(why)))));
        if self.drifted.is_empty() && self.different.is_empty() && self.unseen.is_empty() && self.recipe.is_some() {
            lines.push(style.paint(Tone::Good, "  alike in all else".to_owned()));
        }
        lines.join("\n")
    }

    fn first_line(&self, style: Style) -> String {
        match (&self.recipe, &self.ahead) {
            (None, _) => style.paint(Tone::Caution, format!("  nothing has ever succeeded on {}", clean::line(&self.ops))),
            (Some(recipe), None) => format!("  both run recipe {}", recipe.short()),
            (Some(recipe), Some(Ahead { since, components })) => {
                let components: Vec<String> = components.iter().map(|name| clean::line(name)).collect();
                let text = format!("  Ops is ahead since {since}, with recipe {}: {}", recipe.short(), components.join(", "));
                style.paint(Tone::Caution, text)
            }
        }
    }
}

/// `/variables/size of network: 1 in Ops, 3 in Apps`
fn sentence(difference: &PairDifference) -> String {
    let word = |value: &Option<serde_json::Value>| {
        value.as_ref().map_or_else(|| "not there".to_owned(), |value| clean::line(&value.to_string()))
    };
    let PairDifference { component, path, ops, apps, on_purpose } = difference;
    let entry = on_purpose.as_ref().filter(|entry| **entry != path.to_string());
    let by = entry.map(|entry| format!(" (by {})", clean::line(entry))).unwrap_or_default();
    format!("{} of {}: {} in Ops, {} in Apps{by}", clean::line(&path.to_string()), clean::line(component), word(ops), word(apps))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_difference(path: &str, on_purpose: Option<&str>) -> PairDifference {
        PairDifference {
            component: "network".to_owned(),
            path: path.parse().unwrap(),
            ops: Some(json!(1)),
            apps: None,
            on_purpose: on_purpose.map(ToOwned::to_owned),
        }
    }

    fn mk_pair() -> PairStatus {
        PairStatus {
            environment: "prod".to_owned(),
            ops: "prod-ops".to_owned(),
            apps: "prod-apps".to_owned(),
            recipe: Some(Digest::of(b"recipe")),
            ahead: None,
            never_proven: Vec::new(),
            on_purpose: Vec::new(),
            different: Vec::new(),
            drifted: Vec::new(),
            unseen: Vec::new(),
        }
    }

    fn text(pair: PairStatus) -> String {
        PairsReport { version: 1, pairs: vec![pair], notices: Vec::new() }.to_text(Style::plain(100))
    }

    #[test]
    fn a_pair_that_is_alike_says_so() {
        let recipe = Digest::of(b"recipe").short();
        assert_eq!(text(mk_pair()), format!("prod-ops and prod-apps (prod)\n  both run recipe {recipe}\n  alike in all else\n"));
    }

    #[test]
    fn everything_that_is_wrong_with_a_pair_is_told() {
        let told = text(PairStatus {
            ahead: Some(Ahead { since: "2026-11-30T12:00:00Z".parse().unwrap(), components: vec!["network".to_owned()] }),
            never_proven: vec!["dns".to_owned()],
            on_purpose: vec![mk_difference("/objects/vpc/a/size", Some("/variables/size"))],
            different: vec![mk_difference("/variables/flag", None)],
            drifted: vec![mk_difference("/live/vpc/a/cidr", None)],
            unseen: vec!["the backend is down".to_owned()],
            ..mk_pair()
        });
        for expected in [
            "Ops is ahead since 2026-11-30T12:00:00Z",
            "never proven on prod-ops: dns",
            "drifted in Ops: /live/vpc/a/cidr of network: 1 in Ops, not there in Apps",
            "differs: /variables/flag of network",
            "differs on purpose: /objects/vpc/a/size of network: 1 in Ops, not there in Apps (by /variables/size)",
            "not compared: the backend is down",
        ] {
            assert!(told.contains(expected), "{told}");
        }
        assert!(!told.contains("alike in all else"));
    }

    #[test]
    fn without_pairs_people_are_told_how_to_make_one() {
        let report = PairsReport { version: 1, pairs: Vec::new(), notices: Vec::new() };
        assert!(report.to_text(Style::plain(100)).contains("`requires`"));
    }
}
