//! Memory after very many questions.

use tollgate_tests::{Asker, Webhook, World};

use super::{about_pod, pinned};

/// How many ask at the same time.
const ASKERS: u32 = 4;
/// What an allocator may hold more or less at one time than at another.
const MARGIN: u64 = 16;

/// Asks so many questions, no two about the same pod, of which one in fifty is denied.
fn ask(webhook: &Webhook, from: u32, count: u32) {
    std::thread::scope(|scope| {
        for asker in 0..ASKERS {
            scope.spawn(move || {
                let mut connection = Asker::new(webhook);
                for number in (from..from + count).filter(|number| number % ASKERS == asker) {
                    let is_bad = number % 50 == 0;
                    let image = if is_bad { "registry.example.com/cart:latest".to_owned() } else { pinned("cart") };
                    let answer = connection.ask(&about_pod(&format!("cart-{number}"), &image));
                    assert_eq!(answer["allowed"], !is_bad, "{answer}");
                }
            });
        }
    });
}

#[test]
fn memory_stays_as_it_is_however_many_questions_are_answered() {
    let world = World::new();
    let webhook = Webhook::start(world.tollgate("."), &["--pack", "builtin:recommended"]);
    let all = std::env::var("TOLLGATE_QUESTIONS").map_or(4_000, |count| count.parse().unwrap());
    let first = all / 10;
    ask(&webhook, 0, first);
    let after_a_tenth = webhook.memory();
    ask(&webhook, first, all - first);
    let at_the_end = webhook.memory();
    assert!(at_the_end <= after_a_tenth + MARGIN, "{after_a_tenth} MiB after {first} questions, {at_the_end} MiB after {all}");
    let answered = webhook.probe("/metrics").1;
    assert!(answered.contains(&format!("tollgate_admission_duration_seconds_count {all}\n")), "{answered}");
}
