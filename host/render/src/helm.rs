//! How Helm is asked.

use std::process::Command;

use tollgate_core::rendering::HelmRendering;

use crate::place::Place;

/// Asks for a chart of the component. Nothing that starts other programs or asks a cluster is ever asked for.
pub(crate) fn ask(command: &mut Command, place: &Place, asked: &HelmRendering) {
    let component = place.component();
    command.args(["template", "--skip-tests", "--color=never"]);
    command.args(asked.values.iter().map(|path| format!("--values={}", component.join(path))));
    command.args(asked.namespace.iter().map(|namespace| format!("--namespace={namespace}")));
    command.args(asked.include_crds.then_some("--include-crds"));
    command.args(asked.kube_version.iter().map(|version| format!("--kube-version={version}")));
    command.args(asked.api_versions.iter().map(|version| format!("--api-versions={version}")));
    command.arg("--").arg(&asked.release).arg(component.join(&asked.chart));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_said_and_nothing_of_it_is_taken_for_an_option() {
        let place = Place::empty().unwrap();
        let mut command = Command::new("helm");
        let asked = HelmRendering {
            chart: "chart".to_owned(),
            values: vec!["a.yaml".to_owned()],
            release: "--post-renderer".to_owned(),
            namespace: Some("shop".to_owned()),
            include_crds: true,
            kube_version: Some("1.33.0".to_owned()),
            api_versions: vec!["a/v1".to_owned()],
        };
        ask(&mut command, &place, &asked);
        let words: Vec<String> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let component = place.component();
        let expected = [
            "template".to_owned(),
            "--skip-tests".to_owned(),
            "--color=never".to_owned(),
            format!("--values={component}/a.yaml"),
            "--namespace=shop".to_owned(),
            "--include-crds".to_owned(),
            "--kube-version=1.33.0".to_owned(),
            "--api-versions=a/v1".to_owned(),
            "--".to_owned(),
            "--post-renderer".to_owned(),
            format!("{component}/chart"),
        ];
        assert_eq!(words, expected);
    }
}
