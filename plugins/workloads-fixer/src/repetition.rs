//! Elements that repeat an earlier one.

use tollgate_sdk::{Fix, Found, Node, Value};

/// Removes the element that the finding points into, if an earlier one of the list is written alike and no other has its
/// name: then nothing that reads the list can tell.
pub(crate) fn fix(found: &Found<'_>, list: &str) -> Option<Fix> {
    let (list, element) = element(found, list)?;
    let name = |node: &Node<'_>| node.get("name").as_str().map(ToOwned::to_owned);
    let of_same_name = |other: &Node<'_>| name(other) == name(&element);
    let alike = |other: &Node<'_>| other.value() == element.value();
    let is_repeated = list.elements().filter(|other| alike(other)).count() > 1;
    let is_clear = name(&element).is_none() || list.elements().filter(of_same_name).all(|other| alike(&other));
    (is_repeated && is_clear).then(|| Fix::new("Remove the repetition").remove(&element))
}

/// The list of this name that the finding points into, and the element of it.
fn element<'a>(found: &'a Found<'_>, name: &str) -> Option<(Node<'a>, Node<'a>)> {
    (0..3).find_map(|steps| {
        let (element, list) = (found.up(steps), found.up(steps + 1));
        let is_it = list.is_list() && list.pointer().rsplit('/').next() == Some(name);
        (is_it && matches!(element.value(), Some(Value::Object(_)))).then_some((list, element))
    })
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::testing;

    use crate::WorkloadsFixer;

    fn fixed(yaml: &str, rule: &str, pointer: &str) -> Vec<String> {
        testing::fix::<WorkloadsFixer>("{}", yaml, rule, pointer)
    }

    #[test]
    fn what_is_written_twice_alike_is_written_once() {
        let env = "{env: [{name: A, value: x}, {name: B}, {name: A, value: x}]}";
        assert_eq!(fixed(env, "duplicate-env", "/env/2/name"), [r#"{"env":[{"name":"A","value":"x"},{"name":"B"}]}"#]);
        let ports = "{ports: [{containerPort: 80}, {containerPort: 80}]}";
        assert_eq!(fixed(ports, "duplicate-port", "/ports/1/containerPort"), [r#"{"ports":[{"containerPort":80}]}"#]);
        assert_eq!(fixed(ports, "duplicate-port", "/ports/1"), [r#"{"ports":[{"containerPort":80}]}"#]);
    }

    #[test]
    fn what_differs_is_for_somebody_who_knows_which_one_is_meant() {
        let env = "{env: [{name: A, value: x}, {name: A, value: y}, {name: A, value: x}]}";
        assert!(fixed(env, "duplicate-env", "/env/2/name").is_empty());
        let ports = "{ports: [{containerPort: 80}, {containerPort: 80, name: http}]}";
        assert!(fixed(ports, "duplicate-port", "/ports/1/containerPort").is_empty());
    }
}
