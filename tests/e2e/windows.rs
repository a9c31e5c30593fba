//! `windows` of tollgate.yaml: closed by calendar, open again by itself, and no obstacle to a rollback.

use jiff::ToSpan as _;
use jiff::civil::Date;
use tollgate_tests::{Pipeline, Shop, World};

fn today() -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date()
}

/// A window that closes prod from yesterday until the end of so many days from now.
fn closed_for(days: i64) -> String {
    let (from, to) = (today().yesterday().unwrap(), today().checked_add(days.days()).unwrap());
    format!("windows: [{{name: year-end, deny: {{from: {from}, to: {to}, timeZone: UTC}}, match: {{environment: prod}}}}]")
}

fn accept(shop: &Shop, pipeline: &Pipeline) {
    shop.deployment.write("tollgate.yaml", pipeline.text());
    shop.tollgate(&["policy", "update"]).run().exits(0);
    shop.deployment.deliver("master", "another policy");
    shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
}

#[test]
fn a_denying_window_keeps_prod_waiting_until_it_ends_and_nobody_else() {
    let shop = Shop::with(&["cart"], &Pipeline::deployment().line(&closed_for(3)));
    shop.promote("master").exits(0);
    shop.deployment.tag("v1");
    let answer = shop.promote("v1").exits(4).json();
    let gates = answer["targets"][0]["gates"].as_array().unwrap().clone();
    let gate = gates.iter().find(|gate| gate["name"] == "change-window").unwrap();
    let end = today().checked_add(4.days()).unwrap();
    assert_eq!((gate["verdict"].as_str(), gate["enforcement"].as_str()), (Some("pending"), Some("overridable")));
    assert_eq!(gate["wait"]["until"], format!("{end}T00:00:00Z"));
    let reason = gate["wait"]["reason"].as_str().unwrap();
    assert!(reason.contains("window `year-end` denies promotions to `prod-apps`; the next opening is at"), "{reason}");
    assert!(!shop.target("prod").is_live());
    shop.tollgate(&["explain", "prod-apps"]).run().says(&["change-window", "year-end"]);
    // Without the window it goes.
    accept(&shop, &Pipeline::deployment());
    shop.promote("v1").exits(0);
}

#[test]
fn a_rollback_passes_a_closed_window_and_says_so() {
    let shop = Shop::new(&["cart"]);
    shop.promote_to_prod("v1");
    let manifests = shop.target("prod").files();
    shop.release("cart", "two");
    shop.promote_to_prod("v2");
    accept(&shop, &Pipeline::deployment().line(&closed_for(3)));
    let rollback = ["rollback", "prod-apps", "--reason", "errors since v2"];
    shop.tollgate(&rollback).run().exits(0).says(&["this is a rollback, so it goes although window `year-end`"]);
    assert_eq!(shop.target("prod").files(), manifests);
}

#[test]
fn a_window_that_allows_nothing_now_closes_what_it_matches() {
    let tomorrow = today().tomorrow().unwrap();
    let window = format!("windows: [{{name: later, allow: {{from: {tomorrow}, to: {tomorrow}, timeZone: UTC}}}}]");
    let shop = Shop::with(&["cart"], &Pipeline::deployment().line(&window));
    let answer = shop.promote("master").exits(4);
    answer.says(&["window `later`, which allows promotions to `preprod-apps`, is not open", &tomorrow.to_string()]);
}

#[test]
fn what_only_the_plugin_can_read_is_refused_at_its_line_too() {
    let world = World::new();
    let windows = "windows:\n  - {name: fjord, deny: {from: 2026-12-20, to: 2027-01-03, timeZone: Europe/Olso}}\n  - name: odd\n    allow:\n      rrule: FREQ=HOURLY\n      to: '09:00'\n      timeZone: UTC";
    let text = Pipeline::deployment().line(windows).text();
    world.write("tollgate.yaml", &text);
    world.write("services/cart/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    let line = |what: &str| text.lines().position(|line| line.contains(what)).unwrap() + 1;
    let zone = format!("tollgate.yaml:{}:", line("Europe/Olso"));
    let rule = format!("tollgate.yaml:{}:", line("FREQ=HOURLY"));
    world.tollgate("").args(["check"]).run().exits(12).says(&[&zone, "Europe/Olso", &rule, "HOURLY"]);
}
