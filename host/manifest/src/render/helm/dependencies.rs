//! Whether the charts that a chart depends on are in its `charts`, and are those that it names.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::finding::Finding;
use tollgate_core::pointer::Pointer;
use tollgate_core::tree_path::join;

use crate::candidates::CHART_FILE;
use crate::data::read_data;
use crate::render::inputs::Inputs;
use crate::render::packed::CHARTS;
use crate::render::rule::{self, RenderRule};

/// Where the versions stand that `helm dependency update` chose: of charts, and of old ones.
const LOCK_FILES: [&str; 2] = ["Chart.lock", "requirements.lock"];

/// What is wrong with the dependencies that stand in a file of the chart in this directory.
pub(super) fn scan(inputs: &Inputs, chart: &str, source: &Arc<SourceFile>) -> Vec<Finding> {
    let document = match read_data(source) {
        Ok(document) => document,
        Err(problems) => return problems.into_iter().map(|problem| problem.into_finding(&source.path)).collect(),
    };
    let wanted = document.value.get("dependencies").and_then(Value::as_array).cloned().unwrap_or_default();
    let locked = locked(inputs, chart);
    let problem = |(index, dependency): (usize, &Value)| {
        let message = problem(inputs, chart, dependency, locked.as_deref())?;
        let at = Pointer::root().member("dependencies").element(index);
        Some(rule::finding(&RenderRule::DEPENDENCY, source, document.locate(&at), message))
    };
    wanted.iter().enumerate().filter_map(problem).collect()
}

fn problem(inputs: &Inputs, chart: &str, dependency: &Value, locked: Option<&[Value]>) -> Option<String> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    let name = text(dependency, "name")?;
    let there = versions(inputs, chart, &name);
    if there.is_empty() {
        return Some(format!("the chart `{name}` is a dependency, and is not in `{CHARTS}`"));
    }
    let has = |version: &str| there.contains(plain(version));
    let are = || there.iter().map(|version| format!("`{version}`")).collect::<Vec<_>>().join(", ");
    let wanted = text(dependency, "version").filter(|version| is_exact(version));
    if let Some(wanted) = wanted.filter(|wanted| !has(wanted)) {
        return Some(format!("the chart `{name}` is wanted as version `{wanted}`, and is in `{CHARTS}` as {}", are()));
    }
    let locked: Vec<String> = locked?
        .iter()
        .filter(|entry| text(entry, "name").as_deref() == Some(&name))
        .filter_map(|entry| text(entry, "version"))
        .collect();
    match locked.iter().find(|version| !has(version)) {
        Some(version) => {
            Some(format!("the lock of the chart has `{name}` as version `{version}`, and it is in `{CHARTS}` as {}", are()))
        }
        None if locked.is_empty() => Some(format!("the lock of the chart does not have its dependency `{name}`")),
        None => None,
    }
}

/// The versions of a chart that are in the `charts` of another one; empty text for one that says none.
fn versions(inputs: &Inputs, chart: &str, name: &str) -> BTreeSet<String> {
    let Some(charts) = join(chart, CHARTS) else { return BTreeSet::new() };
    let of = |(path, source): (&str, &Arc<SourceFile>)| {
        let inside = path.strip_prefix(&charts)?.strip_prefix('/')?;
        let directory = inside.strip_suffix(CHART_FILE)?.strip_suffix('/')?;
        // A file that can't be read is found as such.
        let data = read_data(source).map(|data| data.value).unwrap_or_default();
        let names_itself = data.get("name").and_then(Value::as_str);
        let is_it = !directory.contains('/') && names_itself.unwrap_or(directory) == name;
        is_it.then(|| plain(data.get("version").and_then(Value::as_str).unwrap_or_default()).to_owned())
    };
    inputs.below(&charts).filter_map(of).collect()
}

/// What the lock of a chart names; nothing where there is none.
fn locked(inputs: &Inputs, chart: &str) -> Option<Vec<Value>> {
    let source = LOCK_FILES.iter().find_map(|name| inputs.file(&join(chart, name)?))?;
    let entries = read_data(source).ok()?.value.get("dependencies").and_then(Value::as_array).cloned();
    Some(entries.unwrap_or_default())
}

/// Whether a wanted version is one, and no range of several: `1.2.3`.
fn is_exact(version: &str) -> bool {
    let numbers = plain(version).split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3 && numbers.split('.').all(is_number) && !version.contains([' ', ',', '|'])
}

/// A version as charts write it, without the letter that some put before it.
fn plain(version: &str) -> &str {
    version.strip_prefix('v').unwrap_or(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::inputs::tests::mk_inputs;
    use crate::render::packed::tests::pack;

    const CHART: &str = "name: cart\ndependencies:\n- {name: redis, version: 1.2.3, repository: https://example.com}\n- {name: common, version: ^1.0.0}\n";
    const REDIS: &str = "name: redis\nversion: 1.2.3\n";
    const COMMON: &str = "name: common\nversion: 1.4.0\n";

    fn scanned(inputs: &Inputs) -> Vec<String> {
        let findings = scan(inputs, "", inputs.file(CHART_FILE).unwrap());
        findings.iter().map(|finding| format!("{}: {}", finding.location.as_ref().unwrap().span.line, finding.message)).collect()
    }

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        scanned(&mk_inputs(&[&[(CHART_FILE, CHART)][..], files].concat()))
    }

    #[test]
    fn dependencies_that_are_not_there_are_named_at_their_lines() {
        let missing = |name: &str| format!("the chart `{name}` is a dependency, and is not in `charts`");
        assert_eq!(found(&[]), [format!("3: {}", missing("redis")), format!("4: {}", missing("common"))]);
        // Neither a chart within another one, nor a directory that is none.
        let elsewhere =
            [("charts/redis/Chart.yaml", REDIS), ("charts/redis/charts/common/Chart.yaml", COMMON), ("charts/common/a.yaml", "")];
        assert_eq!(found(&elsewhere), [format!("4: {}", missing("common"))]);
    }

    #[test]
    fn a_dependency_is_there_packed_or_as_a_directory_of_any_name() {
        let tgz = pack("redis", &[("Chart.yaml", REDIS.as_bytes())]);
        let file =
            |path: &str, bytes: &[u8]| (path.to_owned(), Arc::new(SourceFile { path: path.to_owned(), bytes: bytes.to_vec() }));
        let files = [
            file(CHART_FILE, CHART.as_bytes()),
            file("charts/redis-1.2.3.tgz", &tgz),
            file("charts/x/Chart.yaml", COMMON.as_bytes()),
        ];
        assert_eq!(scanned(&Inputs::new(files)), Vec::<String>::new());
        // What it is called says nothing of what is in it.
        let files = [file(CHART_FILE, CHART.as_bytes()), file("charts/common-1.4.0.tgz", &tgz)];
        assert_eq!(scanned(&Inputs::new(files)), ["4: the chart `common` is a dependency, and is not in `charts`"]);
    }

    #[test]
    fn another_version_than_the_chart_or_its_lock_names_is_found() {
        let redis = "name: redis\nversion: v1.2.4\n";
        let expected = "3: the chart `redis` is wanted as version `1.2.3`, and is in `charts` as `1.2.4`";
        assert_eq!(found(&[("charts/redis/Chart.yaml", redis), ("charts/common/Chart.yaml", COMMON)]), [expected]);
        let charts = [("charts/redis/Chart.yaml", REDIS), ("charts/common/Chart.yaml", COMMON)];
        let with_lock = |lock: &str| found(&[&charts[..], &[("Chart.lock", lock)]].concat());
        let redis = "dependencies:\n- {name: redis, version: 1.2.3}\n";
        assert_eq!(with_lock(redis), ["4: the lock of the chart does not have its dependency `common`"]);
        let expected = "4: the lock of the chart has `common` as version `1.5.0`, and it is in `charts` as `1.4.0`";
        assert_eq!(with_lock(&format!("{redis}- {{name: common, version: 1.5.0}}\n")), [expected]);
        assert_eq!(with_lock(&format!("{redis}- {{name: common, version: 1.4.0}}\n")), Vec::<String>::new());
    }

    #[test]
    fn a_version_is_exact_where_it_is_no_range() {
        for exact in ["1.2.3", "v1.2.3", "1.2.3-rc.1+a"] {
            assert!(is_exact(exact), "{exact}");
        }
        for range in ["^1.2.3", "1.2", "1.x.x", ">=1.2.3", "1.2.3 - 2.0.0", "1.2.3 || 1.2.4", "*", ""] {
            assert!(!is_exact(range), "{range}");
        }
    }
}
