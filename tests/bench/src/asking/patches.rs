//! An API server's own rate: a bare client that applies objects.

use camino::Utf8Path;
use serde_json::{Value, json};

use super::AskError;
use super::agent::Question;
use super::load::{self, Pace};
use super::objects::{self, Object};
use super::server::Server;

/// Applies all objects of a directory in a namespace by server-side apply, so many at the same time. Says in JSON how long that
/// took.
pub(crate) fn patch(kubeconfig: &Utf8Path, directory: &Utf8Path, namespace: &str, at_once: usize) -> Result<Value, AskError> {
    let server = Server::of(kubeconfig)?;
    let objects = objects::read(directory)?;
    let patches: Vec<(String, Vec<u8>)> = objects.iter().map(|object| of(&server, object, namespace)).collect::<Result<_, _>>()?;
    let answers = load::run(at_once, Pace::Count(patches.len()), || {
        let asker = server.asker();
        let patches = &patches;
        move |number: usize| {
            let Some((url, body)) = patches.get(number) else { return Ok(()) };
            asker.ask(&Question { method: "PATCH", url, kind: "application/apply-patch+yaml", body }).map(drop)
        }
    });
    let answers = answers.all()?;
    Ok(json!({"objects": patches.len(), "seconds": answers.whole.as_secs_f64()}))
}

fn of(server: &Server, object: &Object, namespace: &str) -> Result<(String, Vec<u8>), AskError> {
    let path = format!("{}/{}", object.collection(namespace), object.name());
    Ok((format!("{}{path}?fieldManager=bench&fieldValidation=Strict", server.url), serde_json::to_vec(&object.body)?))
}
