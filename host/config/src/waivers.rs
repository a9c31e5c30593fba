//! Writing a file of waivers.

use tollgate_core::waiver::Waiver;

use crate::raw::api_version::ApiVersion;
use crate::raw::text::{DateText, PathText, PlainPointerText, RuleText, Text};
use crate::raw::waivers::{Waiver as RawWaiver, WaiverFile, WaiverSubject, WaiversKind};

const HEADER: &str =
    "# Known findings that are accepted for a time. They count once tollgate.yaml names this file under `waivers.files`.\n";

/// The text of a file that holds these waivers. Where they are written is left out.
///
/// # Errors
/// When YAML can't be written, which the contents can't cause.
pub fn waivers_text(waivers: &[Waiver]) -> Result<String, serde_yaml::Error> {
    let file =
        WaiverFile { api_version: ApiVersion::V1Alpha1, kind: WaiversKind::Waivers, waivers: waivers.iter().map(raw).collect() };
    Ok(format!("{HEADER}{}", serde_yaml::to_string(&file)?))
}

fn raw(Waiver { rule, subject, terms }: &Waiver) -> RawWaiver {
    let text = |text: &String| Text(text.clone());
    RawWaiver {
        rule: RuleText(rule.as_str().to_owned()),
        subject: WaiverSubject {
            kind: text(&subject.kind),
            namespace: subject.namespace.as_ref().map(text),
            name: (!subject.name.is_empty()).then(|| text(&subject.name)),
            file: subject.file.clone().map(PathText),
            pointers: subject.pointers.iter().map(|pointer| PlainPointerText(pointer.as_str().to_owned())).collect(),
        },
        reason: text(&terms.reason),
        approver: text(&terms.approver),
        expires: DateText(terms.expires.to_string()),
    }
}
