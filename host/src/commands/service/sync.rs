//! `tollgate service sync`: a service's own repository brings its manifests and its image to the deployment repository.

use tollgate_core::branch::BranchFile;
use tollgate_core::image::ImageReference;
use tollgate_core::pipeline::RegistrySpec;
use tollgate_core::ports::ReadRepository as _;
use tollgate_core::proof::Built;
use tollgate_repo::Transplant;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::build::{Named, append, look_up};
use super::dock::Dock;
use super::put_back;
use super::synced::{RecordedBuild, State, Synced};
use crate::cli::Format;
use crate::cli::service::Sync;
use crate::commands::Outcome;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::services::manifests::files_below;
use crate::services::retag::{OwnImage, Retagged};
use crate::services::route::{Place, Route};
use crate::services::shipment::{SERVICE, Shipment, Shipped};

pub(super) fn sync(invocation: &Invocation, arguments: &Sync) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let dock = Dock::open(invocation, arguments)?;
    let place = dock.place(&arguments.service).map_err(one)?;
    let route = place.route(&arguments.branch, &dock.default_branch).map_err(one)?;
    if arguments.delete {
        return put_back::put_back(&dock, &place, &route, arguments).map_err(one);
    }
    let synced = deliver(invocation, arguments, &dock, &place, &route).map_err(one)?;
    let text = match arguments.output {
        Format::Json => output::json(&synced).map_err(one)?,
        Format::Text => synced.to_text(),
    };
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

fn deliver(invocation: &Invocation, arguments: &Sync, dock: &Dock, place: &Place, route: &Route) -> Result<Synced, Failure> {
    let Sync { service, branch, .. } = arguments;
    let manifests = arguments.manifests.trim_end_matches('/');
    let image = arguments.image.as_deref().unwrap_or_default();
    let built = look_up(invocation, &Named { service, image, branch, manifests }, &dock.clone, &registry(dock))?;
    require_own(place, &built.reference)?;
    let own = OwnImage {
        image: &built.reference,
        pointers: &place.spec.image_pointers,
        render: place.spec.render.as_ref().map(|spec| &spec.how),
    };
    let files = files_below(&dock.clone, &built.commit, manifests).map_err(fail)?;
    let put = own.put_into(&files).map_err(fail)?;
    require_use(&put, &built, manifests)?;
    let changed: Vec<BranchFile> =
        put.changed.iter().map(|file| BranchFile { path: file.path.clone(), bytes: file.bytes.clone() }).collect();
    // Recorded first: whoever promotes when the push is seen finds the record there. If the push does not come to be, all of
    // this is done again by the next run, and the record stands already.
    let recorded = match route {
        Route::Default(_) => Some(append(&dock.opened.ledger, &built, &dock.by)?),
        Route::Feature(_) => None,
    };
    let transplant = Transplant { commit: &built.commit, directory: manifests, files: &changed };
    let message = message(&built);
    let shipped =
        dock.with_harbour(place, |harbour| Shipment { harbour, route, transplant, image: own, message: &message }.ship())?;
    let (state, commit, superseded_by) = match shipped {
        Shipped::Pushed(commit) => (State::Pushed, commit, None),
        Shipped::Unchanged(commit) => (State::Unchanged, commit, None),
        Shipped::Superseded { at, by } => (State::Superseded, at, Some(by)),
    };
    Ok(Synced {
        version: 1,
        service: place.name.clone(),
        branch: branch.clone(),
        source_commit: built.commit,
        deployment: dock.url()?,
        to: route.branch().to_owned(),
        path: place.path.clone(),
        state,
        commit,
        superseded_by,
        signed: dock.signs(),
        image: built.reference.to_string(),
        digest: built.digest,
        recorded: recorded.map(|recorded| RecordedBuild { entry: recorded.entry, new: recorded.is_new }),
        notices: notices(dock, place)?,
    })
}

/// How registries are asked is known from the deployment repository; a directory of layouts is one of its own machine.
fn registry(dock: &Dock) -> RegistrySpec {
    match &dock.pipeline.registry {
        http @ RegistrySpec::Http(_) => http.clone(),
        RegistrySpec::Layout(_) => RegistrySpec::default(),
    }
}

fn require_own(place: &Place, image: &ImageReference) -> Result<(), Failure> {
    if place.spec.owns(image) {
        return Ok(());
    }
    let patterns: Vec<String> = place.spec.own_images.iter().map(|glob| format!("`{}`", glob.as_str())).collect();
    let message = format!("`{}` is none of the own images of `{}`: {}", image.repository(), place.name, patterns.join(", "));
    Err(Failure::of_message(ExitCode::Denied, message).with_hint("`image.own` of tollgate.yaml says which are"))
}

/// Manifests that don't run what was built would deliver something else.
fn require_use(put: &Retagged, built: &Built, manifests: &str) -> Result<(), Failure> {
    if put.places > 0 {
        return Ok(());
    }
    let message = format!(
        "nothing in `{manifests}` of commit `{}` runs the image `{}`, or names it under `images` of a kustomization or in the values of a chart",
        built.commit,
        built.reference.repository()
    );
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
    Err(failure
        .with_hint("name the directory of the manifests with `--manifests`; the tag that the image has there does not matter"))
}

fn message(built: &Built) -> String {
    let Built { service, commit, branch, reference, digest, .. } = built;
    let image = reference.pinned(*digest);
    format!(
        "{service}: commit {} of {branch}\n\nThe manifests of {service} as they are at commit\n{commit},\nwith the image that was built from it.\n\n\
         {SERVICE}: {service}\nSource-Commit: {commit}\nSource-Branch: {branch}\nImage: {image}\n",
        &commit[..12]
    )
}

fn notices(dock: &Dock, place: &Place) -> Result<Vec<String>, Failure> {
    let mut notices = dock.opened.notices.clone();
    if !dock.signs() {
        notices.push("the commit is not signed, because there is no key; name one with `--key`".to_owned());
    }
    let here = dock.clone.remote_url().map_err(fail)?;
    notices.extend(place.other_source(&here));
    Ok(notices)
}
