//! What a change says of itself in a file.

use serde_json::json;

use super::place::Place;

#[test]
fn the_record_of_a_commit_is_read_as_data() {
    let place = Place::with_people();
    assert_eq!(place.read().change.record, None);
    place.commit("dev", ".tollgate/change.yaml", "ticket: OPS-1\nimpact: {services: [cart], on: true}\n");
    let told = place.read();
    assert_eq!(told.change.record, Some(json!({"ticket": "OPS-1", "impact": {"services": ["cart"], "on": true}})));
    assert!(told.findings.is_empty());
}

#[test]
fn a_record_that_can_not_be_read_denies_at_its_line() {
    let place = Place::with_people();
    for text in ["ticket: 1\nticket: 2\n", "a: [\n", "- a list\n"] {
        place.commit("dev", ".tollgate/change.yaml", text);
        let told = place.read();
        assert_eq!(told.change.record, None, "{text}");
        let finding = told.findings.first().unwrap();
        assert_eq!(finding.location.as_ref().unwrap().file, ".tollgate/change.yaml", "{text}");
        assert_eq!((finding.policy.as_str(), finding.level), ("source", tollgate_core::finding::Level::Deny));
    }
}
