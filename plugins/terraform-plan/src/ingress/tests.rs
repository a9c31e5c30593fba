use serde_json::{Value, json};

use crate::testing::{found, in_both, messages, planned, written};

/// Where something is found, the same in a configuration and in a plan.
fn places(settings: &str, kind: &str, values: &Value) -> Vec<String> {
    let found = in_both(settings, kind, values);
    found.iter().filter_map(|found| found.strip_prefix("open-ingress /body").map(ToOwned::to_owned)).collect()
}

fn mk_aws(protocol: &Value, ports: [&Value; 2], cidr: &Value) -> Value {
    json!({"ingress": [{"protocol": protocol, "from_port": ports[0], "to_port": ports[1], "cidr_blocks": [cidr]}]})
}

fn mk_azure(ports: &Value, source: &Value) -> Value {
    json!({"direction": "Inbound", "access": "Allow", "protocol": "Tcp", "source_port_range": "*",
        "destination_port_range": ports, "source_address_prefix": source})
}

fn mk_google(allow: &Value) -> Value {
    json!({"source_ranges": ["192.0.2.0/24", "0.0.0.0/0"], "allow": allow})
}

#[test]
fn a_security_group_opens_nothing_to_the_world_but_what_is_allowed() {
    let at = "/ingress/0/cidr_blocks/0";
    let group = |protocol: Value, from: Value, to: Value, cidr: &str| {
        places("{}", "aws_security_group", &mk_aws(&protocol, [&from, &to], &json!(cidr)))
    };
    for (protocol, from, to) in [
        (json!("tcp"), json!(22), json!(22)),
        (json!("tcp"), json!("22"), json!("22")),
        (json!("6"), json!(443), json!(444)),
        (json!("-1"), json!(0), json!(0)),
        (json!(-1), json!(0), json!(0)),
        (json!("udp"), json!(0), json!(65535)),
    ] {
        assert_eq!(group(protocol.clone(), from, to, "0.0.0.0/0"), [at], "{protocol}");
    }
    assert!(group(json!("tcp"), json!(443), json!(443), "0.0.0.0/0").is_empty());
    assert!(group(json!("tcp"), json!(22), json!(22), "10.0.0.0/8").is_empty());
    assert!(group(json!("icmp"), json!(-1), json!(-1), "0.0.0.0/0").is_empty());
    assert!(group(json!("tcp"), json!(null), json!(22), "0.0.0.0/0").is_empty());
    assert!(group(json!("tcp"), json!("ssh"), json!([22]), "0.0.0.0/0").is_empty());
    assert!(group(json!("${var.protocol}"), json!(22), json!(22), "0.0.0.0/0").is_empty());
}

#[test]
fn rules_of_their_own_are_judged_as_those_of_groups() {
    let rule = json!({"type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22, "ipv6_cidr_blocks": ["::/0"]});
    assert_eq!(places("{}", "aws_security_group_rule", &rule), ["/ipv6_cidr_blocks/0"]);
    let mut egress = rule;
    egress["type"] = json!("egress");
    assert!(places("{}", "aws_security_group_rule", &egress).is_empty());
    let rule = json!({"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "0.0.0.0/0", "cidr_ipv6": "::/0"});
    assert_eq!(places("{}", "aws_vpc_security_group_ingress_rule", &rule), ["/cidr_ipv4", "/cidr_ipv6"]);
    assert!(places("{}", "aws_vpc_security_group_egress_rule", &rule).is_empty());
}

#[test]
fn a_network_security_group_opens_nothing_to_the_world_but_what_is_allowed() {
    let at = "/source_address_prefix";
    let rule = |ports: Value, source: Value| places("{}", "azurerm_network_security_rule", &mk_azure(&ports, &source));
    for source in ["*", "Internet", "0.0.0.0/0", "any"] {
        assert_eq!(rule(json!("22"), json!(source)), [at], "{source}");
    }
    assert_eq!(rule(json!("*"), json!("*")), [at]);
    assert_eq!(rule(json!("443-8443"), json!("*")), [at]);
    assert!(rule(json!("443"), json!("*")).is_empty());
    assert!(rule(json!("22"), json!("VirtualNetwork")).is_empty());
    for (key, value) in [("direction", "Outbound"), ("access", "Deny"), ("protocol", "Icmp"), ("access", "${var.access}")] {
        let mut other = mk_azure(&json!("22"), &json!("*"));
        other[key] = json!(value);
        assert!(places("{}", "azurerm_network_security_rule", &other).is_empty(), "{key}");
    }
}

#[test]
fn rules_within_a_network_security_group_are_judged_each() {
    let mut many = mk_azure(&json!(null), &json!(null));
    many["destination_port_ranges"] = json!(["443", "22"]);
    many["source_address_prefixes"] = json!(["10.0.0.0/8", "0.0.0.0/0"]);
    let group = json!({"security_rule": [mk_azure(&json!("443"), &json!("*")), many]});
    assert_eq!(places("{}", "azurerm_network_security_group", &group), ["/security_rule/1/source_address_prefixes/1"]);
}

#[test]
fn a_firewall_opens_nothing_to_the_world_but_what_is_allowed() {
    let at = "/source_ranges/1";
    let open = |allow: &Value| places("{}", "google_compute_firewall", &mk_google(allow));
    for allow in [
        json!([{"protocol": "tcp", "ports": ["22"]}]),
        json!([{"protocol": "tcp"}]),
        json!([{"protocol": "tcp", "ports": []}]),
        json!([{"protocol": "all"}]),
        json!([{"protocol": "tcp", "ports": ["443"]}, {"protocol": "udp", "ports": ["1000-2000"]}]),
    ] {
        assert_eq!(open(&allow), [at], "{allow}");
    }
    for allow in [json!([{"protocol": "tcp", "ports": ["80", 443]}]), json!([{"protocol": "icmp"}]), json!([]), json!("all")] {
        assert!(open(&allow).is_empty(), "{allow}");
    }
}

#[test]
fn a_firewall_that_is_off_or_on_what_goes_out_lets_nobody_in() {
    let with = |key: &str, value: Value| {
        let mut firewall = mk_google(&json!([{"protocol": "tcp", "ports": ["22"]}]));
        firewall[key] = value;
        places("{}", "google_compute_firewall", &firewall).len()
    };
    assert_eq!(with("disabled", json!(true)), 0);
    assert_eq!(with("disabled", json!("${var.off}")), 0);
    assert_eq!(with("direction", json!("EGRESS")), 0);
    assert_eq!(with("disabled", json!(false)), 1);
    assert_eq!(with("direction", json!("INGRESS")), 1);
}

#[test]
fn the_operator_says_which_ports_may_be_open() {
    let group = mk_aws(&json!("tcp"), [&json!(22), &json!(22)], &json!("0.0.0.0/0"));
    assert!(places(r#"{"openPorts": [22]}"#, "aws_security_group", &group).is_empty());
    let web = mk_aws(&json!("tcp"), [&json!(443), &json!(443)], &json!("0.0.0.0/0"));
    assert_eq!(places(r#"{"openPorts": []}"#, "aws_security_group", &web).len(), 1);
}

#[test]
fn what_is_made_later_is_not_found() {
    let dynamic = json!({"dynamic": [{"ingress": {"for_each": "${var.open}", "content": [{"cidr_blocks": ["0.0.0.0/0"]}]}}]});
    assert!(found("{}", &written("aws_security_group", &dynamic)).is_empty());
    let unknown = json!({"ingress": [{"from_port": true}]});
    let group = mk_aws(&json!("tcp"), [&json!(22), &json!(22)], &json!("0.0.0.0/0"));
    assert!(found("{}", &planned("aws_security_group", &group, &unknown)).is_empty());
    assert!(found("{}", &planned("aws_security_group", &json!({}), &json!({"ingress": true}))).is_empty());
}

#[test]
fn a_message_names_the_ports_that_are_too_much() {
    let allow = json!([{"protocol": "tcp", "ports": ["443", "22", "8000-9000"]}]);
    let said = messages("{}", &written("google_compute_firewall", &mk_google(&allow))).remove(0);
    assert_eq!(said, "`google_compute_firewall.a` opens port 22, ports 8000 to 9000 to the world (`0.0.0.0/0`)");
}
