//! Values of Secrets that stand in the inputs of a rendering: no tool may tell them in what it complains of.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::tree_path::join;

use super::inputs::{Inputs, directory_of, is_kustomization};
use crate::data::read_data;
use crate::limits::ReadLimits;
use crate::read::read;

/// Texts that are shorter are no secrets, and stand everywhere.
const SHORTEST: usize = 4;

/// Words that make a key of values that of a secret.
const WORDS: [&str; 6] = ["password", "passwd", "secret", "token", "credential", "apikey"];

/// A text without the values that are known to be secret in the inputs: what generators of Secrets are given, what Secrets hold, and
/// values under keys that say so.
pub fn withhold_known_secrets(text: &str, inputs: &Inputs) -> String {
    let mut values: Vec<String> = known(inputs).into_iter().collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values.iter().fold(text.to_owned(), |text, value| text.replace(value.as_str(), "withheld"))
}

fn known(inputs: &Inputs) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for (path, source) in inputs.all() {
        if is_kustomization(path) {
            of_generators(inputs, directory_of(path), source, &mut values);
        }
        for document in read(source, &ReadLimits::default()).documents {
            let body: Value = serde_json::from_slice(&document.body).unwrap_or_default();
            if document.identity.is_secret() {
                ["data", "stringData"].iter().filter_map(|key| body.get(key)).for_each(|value| texts(value, &mut values));
            }
        }
        if let Ok(data) = read_data(source) {
            under_keys(&data.value, &mut values);
        }
    }
    values
}

fn add(value: &str, values: &mut BTreeSet<String>) {
    let lines = value.lines().map(str::trim).filter(|line| line.len() >= SHORTEST);
    for line in lines {
        values.insert(line.to_owned());
        let engine = base64::engine::general_purpose::STANDARD;
        values.insert(engine.encode(line));
        if let Some(decoded) = engine.decode(line).ok().and_then(|bytes| String::from_utf8(bytes).ok())
            && decoded.len() >= SHORTEST
        {
            values.insert(decoded);
        }
    }
}

fn texts(value: &Value, values: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => add(text, values),
        Value::Number(number) => add(&number.to_string(), values),
        Value::Array(list) => list.iter().for_each(|value| texts(value, values)),
        Value::Object(members) => members.values().for_each(|value| texts(value, values)),
        _ => {}
    }
}

fn under_keys(value: &Value, values: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let key = key.to_ascii_lowercase();
                if WORDS.iter().any(|word| key.contains(word)) { texts(value, values) } else { under_keys(value, values) }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| under_keys(value, values)),
        _ => {}
    }
}

/// Literals, lines of files of variables, and whole files.
fn of_generators(inputs: &Inputs, directory: &str, source: &Arc<SourceFile>, values: &mut BTreeSet<String>) {
    let Ok(data) = read_data(source) else { return };
    let listed = |entry: &Value, key: &str| -> Vec<String> {
        match entry.get(key) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
            _ => Vec::new(),
        }
    };
    let value_of = |text: &str| text.split_once('=').map_or(text, |(_, value)| value).to_owned();
    let text_of = |path: &str| {
        let source = inputs.file(&join(directory, path)?)?;
        String::from_utf8(source.bytes.clone()).ok()
    };
    for entry in data.value.get("secretGenerator").and_then(Value::as_array).into_iter().flatten() {
        listed(entry, "literals").iter().for_each(|literal| add(&value_of(literal), values));
        for path in listed(entry, "files") {
            text_of(&value_of(&path)).iter().for_each(|text| add(text, values));
        }
        for path in [listed(entry, "envs"), listed(entry, "env")].concat() {
            text_of(&path).iter().flat_map(|text| text.lines()).for_each(|line| add(&value_of(line), values));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::inputs::tests::mk_inputs;

    #[test]
    fn what_generators_and_secrets_hold_is_withheld_in_every_form() {
        let inputs = mk_inputs(&[
            (
                "kustomization.yaml",
                "secretGenerator:\n- name: a\n  literals: [k=literal-value]\n  envs: [a.env]\n  files: [k=key.txt]\n",
            ),
            ("a.env", "A=from-variables\n"),
            ("key.txt", "from-file\n"),
            (
                "secret.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {k: ZnJvbS1kYXRh}\nstringData: {k: from-text}\n",
            ),
            ("values.yaml", "db:\n  adminPassword: hunter22\nreplicas: 3\n"),
        ]);
        let text = "literal-value from-variables from-file ZnJvbS1kYXRh from-data from-text hunter22 bGl0ZXJhbC12YWx1ZQ== replicas";
        let expected = "withheld withheld withheld withheld withheld withheld withheld withheld replicas";
        assert_eq!(withhold_known_secrets(text, &inputs), expected);
    }

    #[test]
    fn where_nothing_is_secret_nothing_is_withheld() {
        let inputs = mk_inputs(&[("values.yaml", "image: cart\n")]);
        assert_eq!(withhold_known_secrets("image cart", &inputs), "image cart");
    }
}
