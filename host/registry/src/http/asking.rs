//! Asking one place for the digest of one reference.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;
use tollgate_core::ports::ResolveError;
use tollgate_web::{Limits, Patience, Secret, WebError};

use super::challenge::Challenge;
use super::credentials::{Credential, Credentials};
use super::place::Place;
use super::token::{TokenRequest, token_in};
use super::web::{Answer, Request, Web};
use crate::manifest::is_manifest;

/// The kinds of manifests and indexes that images have.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                      application/vnd.docker.distribution.manifest.list.v2+json, \
                      application/vnd.docker.distribution.manifest.v2+json";

const NO_CREDENTIALS: &str = "no credentials for it are known";
const WRONG_CREDENTIALS: &str = "it refuses the credentials that are known";
const NO_PASSWORD: &str = "it wants user and password, and only an identity token is known";
const UNKNOWN_CHALLENGE: &str = "in a way that is not known here";

/// What is needed to ask, and what was learnt while asking.
#[derive(Debug)]
pub(crate) struct Asker {
    web: Web,
    credentials: Credentials,
    /// The `Authorization` that a repository of a host took.
    accepted: Mutex<BTreeMap<(String, String), Secret>>,
}

/// One reference at one place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) reference: &'a ImageReference,
    pub(crate) place: &'a Place,
}

/// Why a try led to nothing.
enum Trouble {
    /// A status that passes: too many requests, a server's own error.
    Busy {
        status: u16,
        retry_after: Option<Duration>,
    },
    Late,
    Connection(ureq::Error),
    /// No other try would end better.
    Final(ResolveError),
}

impl Question<'_> {
    fn reference(&self) -> ImageReference {
        self.reference.clone()
    }

    fn registry(&self) -> String {
        self.place.registry.clone()
    }

    fn not_an_image(&self, reason: impl Into<String>) -> ResolveError {
        ResolveError::NotAnImage { reference: self.reference(), registry: self.registry(), reason: reason.into() }
    }

    fn unauthorized(&self, reason: &'static str) -> Trouble {
        Trouble::Final(ResolveError::Unauthorized { reference: self.reference(), registry: self.registry(), reason })
    }

    pub(crate) fn unreachable(&self, source: impl Into<Box<dyn Error + Send + Sync>>) -> ResolveError {
        ResolveError::Unreachable { reference: self.reference(), registry: self.registry(), source: source.into() }
    }

    /// What is said when nobody waits any longer.
    fn given_up(&self, trouble: Trouble) -> ResolveError {
        let (reference, registry) = (self.reference(), self.registry());
        match trouble {
            Trouble::Busy { status, .. } => ResolveError::Unavailable { reference, registry, status },
            Trouble::Late => ResolveError::TimedOut { reference, registry },
            Trouble::Connection(source) => self.unreachable(source.into_io()),
            Trouble::Final(error) => error,
        }
    }

    fn path(&self) -> String {
        let tag = || self.reference.tag().unwrap_or_default().to_owned();
        let name = self.reference.digest().map_or_else(tag, |digest| digest.to_string());
        format!("/v2/{}/manifests/{name}", self.place.repository)
    }

    /// The digest of an answer's bytes, if it is what was asked for.
    fn judge(&self, answer: &Answer) -> Result<Digest, ResolveError> {
        match answer.status {
            200 => {}
            403 => return Err(ResolveError::Forbidden { reference: self.reference(), registry: self.registry() }),
            404 => return Err(ResolveError::NotFound { reference: self.reference(), place: self.registry() }),
            status => return Err(self.not_an_image(format!("it has status {status}"))),
        }
        if !is_manifest(&answer.body) {
            return Err(self.not_an_image("it is not the manifest or index of an image"));
        }
        let found = Digest::of(&answer.body);
        let said = answer.content_digest.as_deref().map(|text| {
            text.parse::<Digest>().map_err(|_| self.not_an_image("its `Docker-Content-Digest` is not `sha256:` and 64 hex digits"))
        });
        let expected = [self.reference.digest(), said.transpose()?];
        match expected.into_iter().flatten().find(|expected| *expected != found) {
            Some(said) => Err(ResolveError::Mismatch { reference: self.reference(), registry: self.registry(), said, found }),
            None => Ok(found),
        }
    }
}

impl Asker {
    pub(crate) const fn new(web: Web, credentials: Credentials) -> Self {
        Self { web, credentials, accepted: Mutex::new(BTreeMap::new()) }
    }

    /// The digest of the bytes that the place sends, asked for again where that may help.
    pub(crate) fn digest(&self, question: Question<'_>, limits: Limits) -> Result<Digest, ResolveError> {
        let mut patience = Patience::new(limits);
        loop {
            let (trouble, asked) = match self.try_once(question, &patience) {
                Ok(answer) => return question.judge(&answer),
                Err(Trouble::Final(error)) => return Err(error),
                Err(Trouble::Busy { status, retry_after }) => (Trouble::Busy { status, retry_after }, retry_after),
                Err(trouble) => (trouble, None),
            };
            if !patience.wait(asked) {
                return Err(question.given_up(trouble));
            }
        }
    }

    /// Asks, and once more with credentials where the place wants to know who asks.
    fn try_once(&self, question: Question<'_>, patience: &Patience) -> Result<Answer, Trouble> {
        let place = question.place;
        let key = (place.host.clone(), place.repository.clone());
        let url = self.web.url(&place.host, &question.path());
        let accepted = self.accepted().get(&key).cloned();
        let answer = self.get(question, patience, &url, ACCEPT, accepted.as_ref())?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let authorization = self.authorization(question, patience, &answer.challenges)?;
        let answer = self.get(question, patience, &url, ACCEPT, Some(&authorization))?;
        if answer.status == 401 {
            let known = self.credential(question)?.is_some();
            return Err(question.unauthorized(if known { WRONG_CREDENTIALS } else { NO_CREDENTIALS }));
        }
        self.accepted().insert(key, authorization);
        Ok(answer)
    }

    /// What to answer a challenge with.
    fn authorization(&self, question: Question<'_>, patience: &Patience, challenges: &[String]) -> Result<Secret, Trouble> {
        let challenge = Challenge::choose(challenges).ok_or_else(|| question.unauthorized(UNKNOWN_CHALLENGE))?;
        let credential = self.credential(question)?;
        match challenge {
            Challenge::Basic => match credential {
                Some(Credential::Password { user, password }) => Ok(basic(&user, &password)),
                Some(Credential::IdentityToken(_)) => Err(question.unauthorized(NO_PASSWORD)),
                None => Err(question.unauthorized(NO_CREDENTIALS)),
            },
            Challenge::Bearer { realm, service, scope } => {
                let scope = scope.unwrap_or_else(|| format!("repository:{}:pull", question.place.repository));
                let request = TokenRequest { realm, service, scope };
                let answer = self.ask_for_token(question, patience, &request, credential.as_ref())?;
                self.token(question, &answer, credential.is_some())
            }
        }
    }

    fn ask_for_token(
        &self,
        question: Question<'_>,
        patience: &Patience,
        request: &TokenRequest,
        credential: Option<&Credential>,
    ) -> Result<Answer, Trouble> {
        const JSON: &str = "application/json";
        match credential {
            Some(Credential::IdentityToken(identity)) => {
                let limit = patience.request().ok_or(Trouble::Late)?;
                let asked = Request { url: &request.realm, accept: JSON, authorization: None, limit };
                passed(question, self.web.post_form(&asked, &request.form(identity)))
            }
            Some(Credential::Password { user, password }) => {
                self.get(question, patience, &request.url(), JSON, Some(&basic(user, password)))
            }
            None => self.get(question, patience, &request.url(), JSON, None),
        }
    }

    fn token(&self, question: Question<'_>, answer: &Answer, known: bool) -> Result<Secret, Trouble> {
        match answer.status {
            200 => {
                let token = token_in(&answer.body).ok_or_else(|| question.not_an_image("its realm gives no token"));
                token.map(|token| Secret::new(format!("Bearer {}", token.reveal()))).map_err(Trouble::Final)
            }
            // Those who give tokens say 400 to an identity token that has ended (RFC 6749, section 5.2).
            400 | 401 | 403 => Err(question.unauthorized(if known { WRONG_CREDENTIALS } else { NO_CREDENTIALS })),
            status => Err(Trouble::Final(question.not_an_image(format!("its realm answers with status {status}")))),
        }
    }

    fn credential(&self, question: Question<'_>) -> Result<Option<Credential>, Trouble> {
        self.credentials
            .of(&question.place.credential_names())
            .map_err(|reason| Trouble::Final(ResolveError::Credentials { registry: question.registry(), reason }))
    }

    fn get(
        &self,
        question: Question<'_>,
        patience: &Patience,
        url: &str,
        accept: &str,
        authorization: Option<&Secret>,
    ) -> Result<Answer, Trouble> {
        let limit = patience.request().ok_or(Trouble::Late)?;
        passed(question, self.web.get(&Request { url, accept, authorization, limit }))
    }

    fn accepted(&self) -> MutexGuard<'_, BTreeMap<(String, String), Secret>> {
        self.accepted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that says something, or the trouble that there was.
fn passed(question: Question<'_>, answer: Result<Answer, WebError>) -> Result<Answer, Trouble> {
    match answer {
        Ok(Answer { status: status @ (429 | 500..=599), retry_after, .. }) => Err(Trouble::Busy { status, retry_after }),
        Ok(answer) => Ok(answer),
        Err(WebError::Late) => Err(Trouble::Late),
        Err(WebError::Connection(error)) => Err(Trouble::Connection(error)),
        Err(WebError::Hopeless(error)) => Err(Trouble::Final(question.unreachable(error))),
        Err(WebError::Unfit(reason)) => Err(Trouble::Final(question.not_an_image(reason))),
    }
}

fn basic(user: &str, password: &Secret) -> Secret {
    Secret::new(format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.reveal()))))
}
