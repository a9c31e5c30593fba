//! `tollgate serve`, asked as an API server asks.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tollgate_tests::webhook::{answer, create, review};
use tollgate_tests::{Webhook, World, corpus, guest, soak};

fn mk_pod(image: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cart", "namespace": "shop"},
        "spec": {
            "securityContext": {"runAsNonRoot": true},
            "containers": [{
                "name": "cart", "image": image,
                "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "32Mi"}},
            }],
        },
    })
}

fn pinned() -> String {
    format!("registry.example.com/cart@sha256:{}", "a".repeat(64))
}

fn recommended(world: &World) -> Webhook {
    Webhook::start(world.tollgate("."), &["--pack", "builtin:recommended"])
}

/// By a guest that never ends by itself: it uses up its fuel each time it is asked.
fn slow(world: &World, arguments: &[&str]) -> Webhook {
    world.write("slow.wasm", guest("endless-loop"));
    Webhook::start(world.tollgate("."), &[&["--policy", "./slow.wasm"], arguments].concat())
}

#[test]
fn a_pod_that_the_policies_let_through_is_allowed_and_another_is_denied_with_rule_field_and_fix() {
    let world = World::new();
    let webhook = recommended(&world);
    let allowed = webhook.ask(&create(&mk_pod(&pinned())));
    assert_eq!((&allowed["allowed"], &allowed["status"]), (&json!(true), &Value::Null), "{allowed}");
    let denied = webhook.ask(&create(&mk_pod("registry.example.com/cart:latest")));
    assert_eq!((&denied["allowed"], &denied["status"]["code"]), (&json!(false), &json!(403)), "{denied}");
    let message = denied["status"]["message"].as_str().unwrap();
    for part in ["`Pod shop/cart` is denied", "image-pinned/latest at /spec/containers/0/image", "sha256:"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(denied["auditAnnotations"]["gates"].as_str().unwrap().contains("image-pinned=fail"), "{denied}");
    assert!(denied["auditAnnotations"]["policy-revision"].is_string(), "{denied}");
    let told = webhook.told("admission");
    assert_eq!(
        (&told["ruling"], &told["user"], &told["subject"]),
        (&json!("denied"), &json!("dev@example.com"), &json!("Pod shop/cart"))
    );
    assert_eq!(told["decision"], "705ab4f5-6393-11e8-b7cc-42010a800002");
}

#[test]
fn warnings_go_to_who_asked_and_let_pass() {
    let world = World::new();
    let mut pod = mk_pod(&pinned());
    pod["spec"]["containers"][0].as_object_mut().unwrap().remove("resources");
    let webhook = recommended(&world);
    let check = world.write("pod.json", pod.to_string());
    let report = world.tollgate(".").args(["check", check.as_str(), "--pack", "builtin:recommended", "-o", "json"]).run();
    let answer = webhook.ask(&create(&pod));
    let levels: BTreeSet<String> = report.findings().iter().map(|finding| finding["level"].as_str().unwrap().to_owned()).collect();
    assert_eq!(answer["allowed"], json!(!levels.contains("deny")), "{answer}");
    if levels.contains("warn") {
        assert!(!answer["warnings"].as_array().unwrap().is_empty(), "{answer}");
    }
}

#[test]
fn what_brings_nothing_to_judge_passes_and_says_so() {
    let world = World::new();
    let webhook = recommended(&world);
    let bad = mk_pod("registry.example.com/cart:latest");
    let asked = |change: &dyn Fn(&mut Value)| {
        let mut request = create(&bad);
        change(&mut request);
        webhook.ask(&request)
    };
    for (change, why) in [
        ((&|request: &mut Value| request["operation"] = json!("CONNECT")) as &dyn Fn(&mut Value), "CONNECT brings no object"),
        (&|request: &mut Value| request["subResource"] = json!("status"), "subresource status is not judged"),
        (&|request: &mut Value| request["namespace"] = json!("kube-system"), "namespace kube-system is exempt"),
        (
            &|request: &mut Value| {
                request["operation"] = json!("DELETE");
                request["oldObject"] = request["object"].take();
            },
            "no gate judges DELETE",
        ),
    ] {
        let answer = asked(change);
        assert_eq!((&answer["allowed"], &answer["auditAnnotations"]["not-evaluated"]), (&json!(true), &json!(why)), "{answer}");
    }
    let debugged = asked(&|request| request["subResource"] = json!("ephemeralcontainers"));
    assert_eq!(debugged["allowed"], false, "a container that is added to a pod is judged: {debugged}");
    let changed = asked(&|request| {
        request["operation"] = json!("UPDATE");
        request["oldObject"] = request["object"].clone();
    });
    assert_eq!(changed["allowed"], false, "{changed}");
    let empty = asked(&|request| request["object"] = Value::Null);
    assert_eq!((&empty["allowed"], &empty["status"]["code"]), (&json!(false), &json!(403)), "{empty}");
}

#[test]
fn secret_values_stand_neither_in_answers_nor_in_the_journal() {
    let world = World::new();
    let webhook = Webhook::start(world.tollgate("."), &["--pack", "builtin:recommended", "--log-allowed"]);
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "shop"},
        "data": {"password": "aHVudGVyMg=="}, "stringData": {"plain": "hunter2"},
    });
    let said = webhook.ask(&create(&secret)).to_string();
    let _told = webhook.told("admission");
    let told = format!("{said}{:?}{:?}", webhook.journal(), webhook.probe("/metrics"));
    assert!(!told.contains("aHVudGVyMg") && !told.contains("hunter2"), "{told}");
}

/// What was found: rule and place, of each object.
type Found = BTreeSet<(String, String)>;

#[test]
fn real_manifests_are_judged_at_admission_as_check_judges_them() {
    let Some(boutique) = corpus("online-boutique") else { return };
    let world = World::new();
    let webhook = recommended(&world);
    let mut files: Vec<_> = fs_err::read_dir(&boutique).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let newest = files.last().unwrap();
    let mut denied = 0;
    for (number, document) in fs_err::read_to_string(newest).unwrap().split("\n---").enumerate() {
        let Ok(object) = serde_yaml::from_str::<Value>(document) else { continue };
        if object.is_null() {
            continue;
        }
        let file = world.write(&format!("one/{number}.json"), object.to_string());
        let report = world.tollgate(".").args(["check", file.as_str(), "--pack", "builtin:recommended", "-o", "json"]).run();
        // What judges sets judges nothing alone at admission.
        let each = |finding: &Value| finding["policy"] != "references" && finding["policy"] != "service-selects";
        let found: Found = report
            .findings()
            .iter()
            .filter(|finding| each(finding) && finding["level"] != "note")
            .map(|finding| (finding["rule"].as_str().unwrap().to_owned(), finding["pointer"].as_str().unwrap().to_owned()))
            .collect();
        let answer = webhook.ask(&create(&object));
        let said = format!("{}\n{}", answer["status"]["message"], answer["warnings"]);
        for (rule, pointer) in found.iter().take(8) {
            assert!(said.contains(&format!("{rule} at {pointer}:")), "{rule} at {pointer} is not in {said}");
        }
        let denies = report.findings().iter().any(|finding| each(finding) && finding["level"] == "deny");
        assert_eq!(answer["allowed"], json!(!denies), "{answer}");
        denied += u32::from(denies);
    }
    assert!(denied > 0);
}

#[test]
fn what_is_no_question_is_refused_with_what_is_wrong() {
    let world = World::new();
    let webhook = recommended(&world);
    let said = |body: &[u8]| webhook.post(body).unwrap();
    assert_eq!(said(b"").0, 400);
    assert_eq!(said(b"{\"apiVersion\": \"admission.k8s.io/v1\"").0, 400);
    assert_eq!(said(b"\xff\xfe\x00").0, 400);
    assert_eq!(said(&[b'['; 100_000]).0, 400);
    let old = serde_json::to_vec(&json!({"apiVersion": "admission.k8s.io/v1beta1", "kind": "AdmissionReview"})).unwrap();
    let (status, body) = said(&old);
    assert!(status == 400 && body.contains("admissionReviewVersions"), "{body}");
    // An object that no file of would be read, either.
    let mut twice = String::from_utf8(review(&create(&mk_pod(&pinned())))).unwrap();
    twice = twice.replace(r#""kind":"Pod","metadata""#, r#""kind":"Pod","kind":"Pod","metadata""#);
    let (status, body) = said(twice.as_bytes());
    assert!(status == 200 && body.contains("\"allowed\":false") && body.contains("source/"), "{body}");
    let unknown = json!({"apiVersion": "example.com/v7", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"deep": [[[1]]]}});
    assert_eq!(webhook.ask(&create(&unknown))["allowed"], true);
    // Nothing of it has done any harm.
    assert_eq!(webhook.ask(&create(&mk_pod(&pinned())))["allowed"], true);
    let (_, metrics) = webhook.probe("/metrics");
    assert!(metrics.contains("tollgate_admission_shed_total{reason=\"malformed\"}"), "{metrics}");
}

#[test]
fn a_body_that_is_too_long_is_refused_and_costs_no_memory() {
    let world = World::new();
    let webhook = recommended(&world);
    webhook.ask(&create(&mk_pod(&pinned())));
    let before = webhook.peak_memory();
    let body = vec![b' '; 100 << 20];
    // It is answered before it is sent whole, so that the way may be closed before the answer is read.
    assert!(webhook.post(&body).map_or(true, |(status, _)| status == 413));
    // The same without saying how long it is.
    let mut stream = webhook.connect().unwrap();
    stream.write_all(b"POST /validate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
    let chunk = [format!("{:x}\r\n", 1 << 20).into_bytes(), vec![b' '; 1 << 20], b"\r\n".to_vec()].concat();
    let sent = (0..100).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!(sent < 100 || answer(&mut stream).is_ok_and(|(status, _)| status == 413), "{sent}");
    assert!(webhook.probe("/metrics").1.contains("tollgate_admission_shed_total{reason=\"too-long\"}"));
    let grown = webhook.peak_memory() - before;
    assert!(grown < 64, "{grown} MiB more");
    assert_eq!(webhook.ask(&create(&mk_pod(&pinned())))["allowed"], true);
}

#[test]
fn clients_that_say_nothing_are_sent_away_and_keep_nobody_waiting() {
    let world = World::new();
    let webhook = Webhook::start(world.tollgate("."), &["--pack", "builtin:recommended", "--connections", "400"]);
    let count = soak(300);
    let silent: Vec<_> = (0..count / 2).map(|_| std::net::TcpStream::connect(webhook.address).unwrap()).collect();
    let mut halfway: Vec<_> = (0..count / 10).map(|_| webhook.connect().unwrap()).collect();
    for stream in &mut halfway {
        stream.write_all(b"POST /validate HTTP/1.1\r\nHost: loc").unwrap();
    }
    assert_eq!(webhook.ask(&create(&mk_pod(&pinned())))["allowed"], true);
    let begun = Instant::now();
    for mut stream in silent {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap_or_default(), 0, "it is closed");
    }
    for stream in &mut halfway {
        let mut rest = Vec::new();
        let _ended = stream.read_to_end(&mut rest);
    }
    // Far less than each of them in turn.
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_eq!(webhook.ask(&create(&mk_pod(&pinned())))["allowed"], true);
}

#[test]
fn more_connections_than_there_may_be_wait_for_their_turn_and_are_answered() {
    let world = World::new();
    let webhook = Webhook::start(world.tollgate("."), &["--pack", "builtin:recommended", "--connections", "8"]);
    let body = review(&create(&mk_pod(&pinned())));
    let answered = AtomicU32::new(0);
    let many = soak(64);
    std::thread::scope(|scope| {
        for _ in 0..many {
            scope.spawn(|| {
                let (status, said) = webhook.post(&body).unwrap();
                assert!(status == 200 && said.contains("\"allowed\":true"), "{said}");
                answered.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(answered.into_inner(), many);
}

#[test]
fn a_question_that_can_not_be_judged_in_time_is_an_error_before_the_cluster_stops_waiting() {
    let world = World::new();
    let webhook = slow(&world, &["--workers", "1", "--queue", "1"]);
    let body = review(&create(&mk_pod(&pinned())));
    let said = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let begun = Instant::now();
                let answered = webhook.post_with_timeout("1s", &body).unwrap();
                said.lock().unwrap().push((answered, begun.elapsed()));
            });
        }
    });
    for ((status, body), _) in said.lock().unwrap().iter() {
        assert!(*status == 200 && body.contains("\"allowed\":false") && body.contains("\"code\":500"), "{body}");
    }
    let shed = |words: &str| said.lock().unwrap().iter().any(|((_, body), _)| body.contains(words));
    assert!(shed("too many questions") || shed("in time") || shed("could not judge"), "{:?}", said.lock().unwrap());
}

#[test]
fn a_plugin_that_fails_is_an_error_and_no_denial_and_no_pass() {
    let world = World::new();
    world.write("traps.wasm", guest("traps"));
    let webhook = Webhook::start(world.tollgate("."), &["--policy", "./traps.wasm"]);
    let answer = webhook.ask(&create(&mk_pod(&pinned())));
    assert_eq!((&answer["allowed"], &answer["status"]["code"]), (&json!(false), &json!(500)), "{answer}");
    assert!(answer["status"]["message"].as_str().unwrap().contains("could not judge `Pod shop/cart`"), "{answer}");
    assert!(webhook.probe("/metrics").1.contains("verdict=\"error\""));
}

#[test]
fn the_certificate_is_replaced_under_load_and_every_question_is_answered() {
    let world = World::new();
    let webhook = recommended(&world);
    let first = webhook.authority();
    let body = review(&create(&mk_pod(&pinned())));
    let (asked, done) = (AtomicU32::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut trusted = first.clone();
                while !done.load(Ordering::Relaxed) {
                    // Whoever does not trust the new one yet looks whom to trust, as a cluster does.
                    let Ok(mut stream) = webhook.connect_trusting(&trusted) else {
                        trusted = webhook.authority();
                        continue;
                    };
                    let head = format!(
                        "POST /validate HTTP/1.1\r\nHost: l\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                        body.len()
                    );
                    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
                    let (status, said) = answer(&mut stream).unwrap();
                    assert!(status == 200 && said.contains("\"allowed\":true"), "{said}");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        webhook.renew_certificate();
        webhook.told("certificate");
        assert!(webhook.connect_trusting(&first).is_err() && webhook.connect().is_ok());
        fs_err::write(webhook.file("tls.key"), "nothing").unwrap();
        let begun = Instant::now();
        while !webhook.probe("/metrics").1.contains("tollgate_certificate_failures_total 1") {
            assert!(begun.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(100));
        }
        assert!(webhook.connect().is_ok(), "what can't be used leaves what is used");
        done.store(true, Ordering::Relaxed);
    });
    assert!(asked.into_inner() > 0);
}

#[test]
fn what_was_taken_is_answered_after_the_end_was_asked_for() {
    let world = World::new();
    let mut webhook = slow(&world, &["--workers", "1"]);
    let body = review(&create(&mk_pod(&pinned())));
    let mut stream = webhook.connect().unwrap();
    let head = format!("POST /validate HTTP/1.1\r\nHost: l\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    webhook.end();
    let (status, said) = answer(&mut stream).unwrap();
    assert!(status == 200 && said.contains("\"allowed\":false"), "{said}");
    assert_eq!(webhook.wait(), Some(0));
    assert!(webhook.journal().iter().any(|line| line["message"] == "ended"), "{:?}", webhook.journal());
}

#[test]
fn probes_and_scrapers_are_answered_without_tls() {
    let world = World::new();
    let webhook = recommended(&world);
    webhook.ask(&create(&mk_pod(&pinned())));
    assert_eq!(webhook.probe("/livez"), (200, "ok\n".to_owned()));
    let (status, ready) = webhook.probe("/readyz");
    assert!(status == 200 && ready.starts_with("ok\nledger fresh"), "{ready}");
    let (status, metrics) = webhook.probe("/metrics");
    assert_eq!(status, 200);
    for line in [
        "tollgate_admission_requests_total{operation=\"CREATE\",ruling=\"allowed\",dry_run=\"false\"} 1",
        "tollgate_policy_verdicts_total{policy=\"image-pinned\",verdict=\"pass\"} 1",
        "tollgate_admission_duration_seconds_count 1",
        "# EOF",
    ] {
        assert!(metrics.lines().any(|said| said == line), "{line} is not in:\n{metrics}");
    }
    assert_eq!(webhook.probe("/elsewhere").0, 404);
    assert_eq!(webhook.probe("/validate").0, 404, "questions are not answered without TLS");
}

#[test]
fn what_can_not_be_served_is_said_before_anybody_asks() {
    let world = World::new();
    let serve = |arguments: &[&str]| world.tollgate(".").args(["serve"]).args(arguments).run();
    serve(&[]).exits(2).says(&["--target"]);
    let addresses = ["--listen", "127.0.0.1:0", "--health", "127.0.0.1:0"];
    let pack = ["--pack", "builtin:recommended", "--tls-certificate", "none.crt", "--tls-key", "none.key"];
    serve(&[&pack[..], &addresses].concat()).exits(12).says(&["`none.crt` can't be read"]);
    serve(&["--pack", "builtin:nothing"]).exits(12).says(&["builtin:nothing"]);
    serve(&["--pack", "builtin:recommended", "--service", "here"]).exits(2).says(&["NAMESPACE/NAME"]);
    serve(&["--target", "prod", "--pack", "builtin:recommended"]).exits(2);
    serve(&["--pack", "builtin:recommended", "--generate", "manifests"]).exits(2).says(&["--target"]);
}
