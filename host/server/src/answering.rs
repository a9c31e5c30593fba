//! From a question to its answer. A no counts only once the ledger was read after the question had come: what was approved a moment
//! ago is applied at once. Nobody keeps a worker while they wait for that.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};
use tollgate_core::admission::{AdmissionAnswer, AdmissionRequest, Ruling};

use crate::bounds::Shed;
use crate::service::Service;

/// How long a no waits for the ledger: less than a cluster waits for the no.
const PATIENCE: Duration = Duration::from_secs(7);

/// The answer, at the deadline at the latest. What is shed does not pass: nobody has judged it.
pub(crate) async fn answer(service: &Service, request: &Arc<AdmissionRequest>, deadline: Instant) -> AdmissionAnswer {
    let answer = newest(service, request, deadline).await;
    // A dry run lets nothing in.
    if let Some(broken) = answer.broken_glass.as_ref().filter(|_| !request.dry_run) {
        service.answers.owe(broken);
    }
    answer
}

async fn newest(service: &Service, request: &Arc<AdmissionRequest>, deadline: Instant) -> AdmissionAnswer {
    let before = service.answers.changes();
    let first = match judged(service, request, deadline).await {
        Ok(answer) => answer,
        Err(why) => return shed(service, why),
    };
    // Nobody needs to break glass for what was approved meanwhile.
    let passes = first.ruling == Ruling::Allowed && first.broken_glass.is_none();
    if passes || !is_news(service, before, deadline).await {
        return first;
    }
    judged(service, request, deadline).await.unwrap_or_else(|why| shed(service, why))
}

async fn judged(service: &Service, request: &Arc<AdmissionRequest>, deadline: Instant) -> Result<AdmissionAnswer, Shed> {
    let (answers, asked) = (Arc::clone(&service.answers), Arc::clone(request));
    service.bounds.run(deadline, move || answers.answer(&asked)).await
}

fn shed(service: &Service, why: Shed) -> AdmissionAnswer {
    service.metrics.shed(why);
    AdmissionAnswer::unasked(Ruling::Error, why.message().to_owned())
}

/// Whether the ledger says something else than it said before.
async fn is_news(service: &Service, before: u64, deadline: Instant) -> bool {
    let (tell, told) = oneshot::channel();
    // Who waits no longer does not want to know.
    service.answers.read_again(Box::new(move |was_read| {
        let _told = tell.send(was_read);
    }));
    let was_read = timeout_at(deadline.min(Instant::now() + PATIENCE), told).await;
    matches!(was_read, Ok(Ok(true))) && service.answers.changes() != before
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU64, Ordering};

    use tollgate_core::admission::{Freshness, Operation, Requester};
    use tollgate_core::broken_glass::{BrokenGlass, Glass, InCluster};
    use tollgate_core::ports::{AnswerAdmission, WhenRead};
    use tollgate_core::time::Timestamp;

    use super::*;
    use crate::journal::Journal;
    use crate::limits::Limits;

    fn mk_broken() -> BrokenGlass {
        let glass = Glass { reason: "down".to_owned(), ticket: None, until: Timestamp::MAX };
        let used = InCluster { user: "lead".to_owned(), object: "Urgent a".to_owned(), decision: "1".to_owned() };
        BrokenGlass { glass, gates: Vec::new(), review_by: Timestamp::MAX, used }
    }

    /// Denies everything but ConfigMaps and what breaks glass until something has changed, and reads when the test says so.
    #[derive(Default)]
    struct Strict {
        changes: AtomicU64,
        answered: AtomicU64,
        waiting: Mutex<Vec<WhenRead>>,
        owed: Mutex<Vec<BrokenGlass>>,
    }

    impl AnswerAdmission for Strict {
        fn answer(&self, request: &AdmissionRequest) -> AdmissionAnswer {
            self.answered.fetch_add(1, Ordering::SeqCst);
            let passes = request.kind == "ConfigMap" || self.changes() > 0;
            let broken_glass = (!passes && request.kind == "Urgent").then(|| Box::new(mk_broken()));
            let ruling = if passes || broken_glass.is_some() { Ruling::Allowed } else { Ruling::Denied };
            AdmissionAnswer { broken_glass, ..AdmissionAnswer::unasked(ruling, String::new()) }
        }

        fn read_again(&self, then: WhenRead) {
            self.waiting.lock().unwrap().push(then);
        }

        fn owe(&self, broken: &BrokenGlass) {
            self.owed.lock().unwrap().push(broken.clone());
        }

        fn changes(&self) -> u64 {
            self.changes.load(Ordering::SeqCst)
        }

        fn freshness(&self) -> Freshness {
            Freshness { age: 0, limit: 600, entries: 1, failure: None, unrecorded: 0 }
        }
    }

    impl Strict {
        /// Waits until so many wait for the ledger, and tells them.
        async fn read(&self, waiting: usize, was_read: bool) {
            while self.waiting.lock().unwrap().len() < waiting {
                tokio::task::yield_now().await;
            }
            self.waiting.lock().unwrap().drain(..).for_each(|then| then(was_read));
        }
    }

    fn mk_request(kind: &str) -> Arc<AdmissionRequest> {
        Arc::new(AdmissionRequest {
            uid: "1".to_owned(),
            operation: Operation::Create,
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            resource: "things".to_owned(),
            sub_resource: None,
            namespace: None,
            name: "a".to_owned(),
            requester: Requester::default(),
            dry_run: false,
            object: None,
            old_object: None,
        })
    }

    /// A service with one worker and nobody who may wait for it.
    fn mk_service() -> (Arc<Strict>, Arc<Service>) {
        let strict = Arc::new(Strict::default());
        let limits = Limits { workers: 1, queue: 0, ..Limits::default() };
        let answers: Arc<dyn AnswerAdmission> = Arc::<Strict>::clone(&strict);
        (strict, Arc::new(Service::new(answers, limits, Journal::default())))
    }

    fn in_runtime<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    fn ask(service: &Arc<Service>, kind: &str) -> tokio::task::JoinHandle<Ruling> {
        let (service, request) = (Arc::clone(service), mk_request(kind));
        tokio::spawn(async move { answer(&service, &request, later()).await.ruling })
    }

    #[test]
    fn who_waits_for_the_ledger_keeps_nobody_else_waiting() {
        in_runtime(async {
            let (strict, service) = mk_service();
            let mut denied = Vec::new();
            for waiting in 1..=8 {
                denied.push(ask(&service, "Pod"));
                while strict.waiting.lock().unwrap().len() < waiting {
                    tokio::task::yield_now().await;
                }
            }
            assert_eq!(ask(&service, "ConfigMap").await.unwrap(), Ruling::Allowed);
            assert!(denied.iter().all(|asked| !asked.is_finished()));
            strict.read(8, true).await;
            for asked in denied {
                assert_eq!(asked.await.unwrap(), Ruling::Denied);
            }
            assert_eq!(strict.answered.load(Ordering::SeqCst), 9, "where nothing is new nobody is judged again");
        });
    }

    #[test]
    fn what_the_ledger_says_after_the_question_had_come_counts() {
        in_runtime(async {
            let (strict, service) = mk_service();
            let asked = ask(&service, "Pod");
            while strict.waiting.lock().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            strict.changes.fetch_add(1, Ordering::SeqCst);
            strict.read(1, true).await;
            assert_eq!(asked.await.unwrap(), Ruling::Allowed);
        });
    }

    #[test]
    fn a_no_stays_where_the_ledger_can_not_be_read_or_nobody_ever_hears_of_it() {
        in_runtime(async {
            let (strict, service) = mk_service();
            let asked = ask(&service, "Pod");
            strict.read(1, false).await;
            assert_eq!(asked.await.unwrap(), Ruling::Denied);
            let soon = Instant::now() + Duration::from_millis(50);
            assert_eq!(answer(&service, &mk_request("Pod"), soon).await.ruling, Ruling::Denied);
        });
    }

    #[test]
    fn glass_is_owed_once_it_was_needed_and_not_in_a_dry_run() {
        in_runtime(async {
            let (strict, service) = mk_service();
            let asked = ask(&service, "Urgent");
            strict.read(1, true).await;
            assert_eq!((asked.await.unwrap(), strict.owed.lock().unwrap().len()), (Ruling::Allowed, 1));
            let dry = Arc::new(AdmissionRequest { dry_run: true, ..AdmissionRequest::clone(&mk_request("Urgent")) });
            let asking = tokio::spawn({
                let service = Arc::clone(&service);
                async move { answer(&service, &dry, later()).await.ruling }
            });
            strict.read(1, true).await;
            assert_eq!((asking.await.unwrap(), strict.owed.lock().unwrap().len()), (Ruling::Allowed, 1));
            strict.changes.fetch_add(1, Ordering::SeqCst);
            assert_eq!(ask(&service, "Urgent").await.unwrap(), Ruling::Allowed);
            assert_eq!(strict.owed.lock().unwrap().len(), 1, "it passes without");
        });
    }
}
