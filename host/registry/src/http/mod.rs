//! Registries over HTTP.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;
use tollgate_core::pipeline::{HttpRegistrySpec, MirrorSpec};
use tollgate_core::ports::{ResolveDigest, ResolveError};

mod asking;
mod challenge;
mod credentials;
mod place;
mod token;
mod web;

use asking::{Asker, Question};
use credentials::Credentials;
use place::Place;
use web::Web;

pub use credentials::credential_files;
pub use tollgate_web::Limits;

/// References that are asked for at the same time.
const AT_ONCE: usize = 8;

/// Resolves references at the registries that they name (OCI distribution specification 1.1, Docker Registry HTTP API V2).
///
/// A digest is always that of the bytes that came, never one that was only said. The registry itself is asked first and its
/// word stands, a "no" included. Only where it is out of reach are its mirrors asked: for a digest any of them, because the
/// bytes prove themselves; for a tag those alone whose word for tags the configuration takes.
///
/// Digests are kept for no one, so a tag that moved is seen at once. What is kept is how to log in where, and who is out of
/// reach, so that not every reference waits for the same registry again.
#[derive(Debug)]
pub struct HttpRegistries {
    asker: Asker,
    mirrors: Vec<MirrorSpec>,
    limits: Limits,
    out_of_reach: Mutex<BTreeSet<String>>,
}

impl HttpRegistries {
    /// Takes what the configuration says, and the files in which credentials are looked for when a registry wants some.
    pub fn new(spec: HttpRegistrySpec, credential_files: Vec<PathBuf>, limits: Limits) -> Self {
        let asker = Asker::new(Web::new(spec.insecure), Credentials::new(credential_files, limits.request));
        Self { asker, mirrors: spec.mirrors, limits, out_of_reach: Mutex::new(BTreeSet::new()) }
    }

    /// The mirrors whose answer would count.
    fn mirrors(&self, reference: &ImageReference, origin: &Place) -> Vec<&MirrorSpec> {
        let counts = |mirror: &&MirrorSpec| mirror.tags || reference.digest().is_some();
        self.mirrors.iter().filter(|mirror| mirror.of == origin.registry).filter(counts).collect()
    }

    /// Where there are mirrors, the registry gets the time of one request, and is passed over once it was out of reach.
    fn ask_origin(&self, question: Question<'_>) -> Result<Digest, ResolveError> {
        let registry = &question.place.registry;
        if self.known_out_of_reach().contains(registry) {
            return Err(question.unreachable("it was out of reach a moment ago"));
        }
        let limits = Limits { total: self.limits.request, ..self.limits };
        let answer = self.asker.digest(question, limits);
        if answer.as_ref().is_err_and(is_out_of_reach) {
            self.known_out_of_reach().insert(registry.clone());
        }
        answer
    }

    fn known_out_of_reach(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.out_of_reach.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolveDigest for HttpRegistries {
    fn resolve(&self, reference: &ImageReference) -> Result<Digest, ResolveError> {
        if reference.tag().is_none() && reference.digest().is_none() {
            return Err(ResolveError::Untagged { reference: reference.clone() });
        }
        let place = Place::of(reference);
        let question = Question { reference, place: &place };
        let mirrors = self.mirrors(reference, &place);
        if mirrors.is_empty() {
            return self.asker.digest(question, self.limits);
        }
        let answer = self.ask_origin(question);
        if !answer.as_ref().is_err_and(is_out_of_reach) {
            return answer;
        }
        let at_mirror = |mirror: &&MirrorSpec| {
            let place = place.at_mirror(mirror);
            self.asker.digest(Question { reference, place: &place }, self.limits).ok()
        };
        mirrors.iter().find_map(at_mirror).map_or(answer, Ok)
    }

    fn resolve_all(&self, references: &[ImageReference]) -> Vec<Result<Digest, ResolveError>> {
        let answers: Vec<OnceLock<Result<Digest, ResolveError>>> = references.iter().map(|_| OnceLock::new()).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some((reference, answer)) = take(&next, references, &answers) {
                answer.get_or_init(|| self.resolve(reference));
            }
        };
        thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(references.len()) {
                scope.spawn(work);
            }
        });
        // A place that nobody filled would be asked for here, so none is ever empty.
        let answer =
            |(reference, answer): (&ImageReference, OnceLock<_>)| answer.into_inner().unwrap_or_else(|| self.resolve(reference));
        references.iter().zip(answers).map(answer).collect()
    }
}

/// The next reference that nobody has taken, with the place of its answer.
fn take<'a, T>(next: &AtomicUsize, references: &'a [ImageReference], answers: &'a [T]) -> Option<(&'a ImageReference, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    references.get(index).zip(answers.get(index))
}

/// Whether an error says that nobody knows, and not that the registry said no.
const fn is_out_of_reach(error: &ResolveError) -> bool {
    matches!(error, ResolveError::Unreachable { .. } | ResolveError::Unavailable { .. } | ResolveError::TimedOut { .. })
}
