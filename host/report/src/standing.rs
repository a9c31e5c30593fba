//! What a finding comes to. All formats follow this one answer.

use std::cmp::Reverse;

use tollgate_core::finding::Level;
use tollgate_core::policy::Enforcement;

use crate::check::CheckReport;
use crate::finding::{FindingReport, FindingStatus};

/// What a finding comes to, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Denied, by a gate that blocks.
    Blocks,
    /// A warning, or denied by a gate that is advisory.
    Warns,
    Notes,
    /// Known and accepted for a time.
    Waived,
    /// Of the base alone.
    Fixed,
}

impl Standing {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Warns => "warns",
            Self::Notes => "notes",
            Self::Waived => "waived",
            Self::Fixed => "fixed",
        }
    }
}

impl FindingReport {
    pub(crate) const fn standing(&self) -> Standing {
        match (self.status, &self.waiver, self.level) {
            (Some(FindingStatus::Fixed), ..) => Standing::Fixed,
            (_, Some(_), _) => Standing::Waived,
            (_, None, Level::Note) => Standing::Notes,
            (_, None, Level::Deny) if self.blocks => Standing::Blocks,
            (_, None, Level::Warn | Level::Deny) => Standing::Warns,
        }
    }

    /// Who could let it through, or has, for people.
    pub(crate) fn way_through(&self) -> String {
        if let Some(waiver) = &self.waiver {
            return format!("accepted until {} by {}: {}", waiver.expires, waiver.approver, waiver.reason);
        }
        let way = match (self.standing(), self.level, self.enforcement) {
            (Standing::Fixed, ..) => "does not block: it is fixed",
            (_, Level::Warn | Level::Note, _) => "does not block",
            (_, Level::Deny, Enforcement::Advisory) => "does not block: the gate is advisory",
            (Standing::Warns, Level::Deny, _) => "does not block here: the base has it as well, and a promotion will deny it",
            (_, Level::Deny, Enforcement::Overridable) => "a break-glass override of the gate can let it through",
            (_, Level::Deny, Enforcement::Mandatory) => "nobody can let it through, only a fix helps",
        };
        way.to_owned()
    }
}

/// The findings from worst to best, for formats that are cut off somewhere; among equals in the order of the report.
pub(crate) fn worst_first(report: &CheckReport) -> Vec<&FindingReport> {
    let mut findings: Vec<&FindingReport> = report.findings.iter().collect();
    findings.sort_by_key(|finding| (finding.standing(), Reverse(finding.severity)));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Enforcements;
    use crate::finding::tests::{mk_finding, mk_waiver};

    fn finding(level: Level, enforcement: Enforcement) -> FindingReport {
        FindingReport::new(&mk_finding("a", "r", level, None), &Enforcements::from([("a".to_owned(), enforcement)]))
    }

    #[test]
    fn only_a_denial_by_a_gate_that_blocks_blocks() {
        use Enforcement::{Advisory, Mandatory, Overridable};
        let standing = |level, enforcement| finding(level, enforcement).standing();
        assert_eq!([Overridable, Mandatory].map(|gate| standing(Level::Deny, gate)), [Standing::Blocks; 2]);
        assert_eq!(standing(Level::Deny, Advisory), Standing::Warns);
        assert_eq!([Advisory, Mandatory].map(|gate| standing(Level::Warn, gate)), [Standing::Warns; 2]);
        assert_eq!([Advisory, Mandatory].map(|gate| standing(Level::Note, gate)), [Standing::Notes; 2]);
    }

    #[test]
    fn what_is_fixed_or_waived_comes_to_nothing_whatever_its_level() {
        for level in [Level::Deny, Level::Warn, Level::Note] {
            let waived = FindingReport { waiver: Some(mk_waiver()), ..finding(level, Enforcement::Mandatory) };
            assert_eq!(waived.standing(), Standing::Waived);
            let fixed = FindingReport { status: Some(FindingStatus::Fixed), ..waived };
            assert_eq!(fixed.standing(), Standing::Fixed);
        }
    }
}
