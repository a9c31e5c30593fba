//! `--set POLICY.KEY=VALUE`.

use serde_json::{Map, Value};
use tollgate_core::pipeline::PolicySpec;
use tollgate_core::pointer::Pointer;

use crate::problem::ConfigProblem;
use crate::read::on_the_command_line;

/// Changes a setting of one of the policies.
///
/// VALUE is taken as JSON if it parses, else as text. KEY may have several steps, joined by dots; objects on the way are
/// made where they are missing, and a whole number leads to an element of a list that is there.
///
/// # Errors
/// When the text is not `POLICY.KEY=VALUE`, when no policy has this name, or when KEY leads through a value that is
/// neither a mapping nor a list.
pub fn set(policies: &mut [PolicySpec], text: &str) -> Result<(), ConfigProblem> {
    let location = on_the_command_line(&format!("--set {text}"));
    let malformed = || ConfigProblem::new(location.clone(), "option must be `POLICY.KEY=VALUE`");
    let (path, value) = text.split_once('=').ok_or_else(malformed)?;
    let (name, keys) = path.split_once('.').ok_or_else(malformed)?;
    let keys: Vec<&str> = keys.split('.').collect();
    if name.is_empty() || keys.contains(&"") {
        return Err(malformed());
    }
    if !policies.iter().any(|policy| policy.name == name) {
        let problem = ConfigProblem::new(location, format!("there is no policy `{name}`"));
        return Err(problem.suggest(name, policies.iter().map(|policy| policy.name.as_str())));
    }
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    for policy in policies.iter_mut().filter(|policy| policy.name == name) {
        let pointer = put(&mut policy.settings, &keys, value.clone()).map_err(|key| {
            ConfigProblem::new(
                location.clone(),
                format!("`{key}` of policy `{name}` is neither a mapping nor a list with such an entry"),
            )
        })?;
        policy.setting_locations.retain(|known, _| policy.settings.pointer(known.as_str()).is_some());
        policy.setting_locations.insert(pointer, location.clone());
    }
    Ok(())
}

/// Puts a value where the keys lead, and says where that is. The error is the key that leads nowhere.
fn put<'k>(settings: &mut Value, keys: &[&'k str], value: Value) -> Result<Pointer, &'k str> {
    let mut pointer = Pointer::root();
    let mut here = settings;
    let mut last = "";
    for key in keys.iter().copied() {
        if here.is_null() {
            *here = Value::Object(Map::new());
        }
        here = match here {
            Value::Object(members) => members.entry(key).or_insert(Value::Null),
            Value::Array(elements) => {
                let index = key.parse::<usize>().ok();
                index.and_then(|index| elements.get_mut(index)).ok_or(key)?
            }
            _ => return Err(last),
        };
        pointer = pointer.member(key);
        last = key;
    }
    *here = value;
    Ok(pointer)
}
