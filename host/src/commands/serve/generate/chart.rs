//! The same manifests as a Helm chart.

use serde_json::{Value, json};
use tollgate_report::failure::Failure;

use super::place::Place;
use super::{File, yaml};

pub(super) fn chart(manifests: &[(&'static str, Value)], place: &Place) -> Result<Vec<File>, Failure> {
    let chart = json!({
        "apiVersion": "v2", "name": "tollgate-admission", "type": "application",
        "description": format!("Answers what a cluster asks before it takes an object, for the target {}", place.target),
        "version": env!("CARGO_PKG_VERSION"), "appVersion": env!("CARGO_PKG_VERSION"),
    });
    let values = json!({
        "image": place.image, "replicas": place.replicas, "mostReplicas": place.most_replicas, "resources": place.resources,
        "clone": place.clone, "trust": place.trust,
    });
    let mut files = vec![
        File { name: "Chart.yaml".to_owned(), text: yaml(&chart)? },
        File { name: "values.yaml".to_owned(), text: yaml(&values)? },
    ];
    // Whoever installs a chart chooses its namespace, and makes it.
    for (name, object) in manifests.iter().filter(|(name, _)| *name != "namespace") {
        files.push(File { name: format!("templates/{name}.yaml"), text: bare(&yaml(object)?) });
    }
    Ok(files)
}

/// Templates stand in strings; what they yield may be a number or an object, so the quotes around them go.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for line in text.lines() {
        bare.push_str(&without_quotes(line));
        bare.push('\n');
    }
    bare
}

fn without_quotes(line: &str) -> String {
    for (quote, escape) in [('\'', "''"), ('"', "\\\"")] {
        let (open, close) = (format!("{quote}{{{{"), format!("}}}}{quote}"));
        if let (Some(start), true) = (line.find(&open), line.ends_with(&close)) {
            let inner = &line[start + 1..line.len() - 1];
            let unescaped = inner.replace(escape, &quote.to_string());
            return format!("{}{unescaped}", &line[..start]);
        }
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_stands_without_quotes_and_a_string_keeps_them() {
        assert_eq!(without_quotes("replicas: '{{ .Values.replicas }}'"), "replicas: {{ .Values.replicas }}");
        assert_eq!(
            without_quotes(r#"image: "{{ required \"set it\" .Values.image }}""#),
            r#"image: {{ required "set it" .Values.image }}"#
        );
        assert_eq!(without_quotes("name: '012'"), "name: '012'");
    }
}
