//! `registry`: where tags are resolved.

use tollgate_core::pipeline::{HttpRegistrySpec, MirrorSpec, RegistrySpec};

use crate::origin::At;
use crate::raw::pipeline as raw;
use crate::reading::Reading;

/// A layout, or what is to be known about registries: both together would leave open who is asked.
pub(crate) fn registry(raw: &raw::Registry, at: &At<'_>, reading: &mut Reading<'_>) -> RegistrySpec {
    if let Some(layout) = &raw.layout {
        for (key, is_used) in [("mirrors", !raw.mirrors.is_empty()), ("insecure", !raw.insecure.is_empty())] {
            if is_used {
                let problem = at.member(key).key_problem(format!("`{key}` is about registries, and with `layout` none is asked"));
                reading.problems.push(problem.hint("leave one of the two out"));
            }
        }
        return RegistrySpec::Layout(layout.as_str().to_owned());
    }
    let mirrors: Vec<MirrorSpec> = raw.mirrors.iter().map(mirror).collect();
    for (position, mirror) in mirrors.iter().enumerate() {
        let is_twice = mirrors[..position].iter().any(|known| (&known.of, &known.at) == (&mirror.of, &mirror.at));
        if is_twice || mirror.of == mirror.at {
            let what = if is_twice { "a mirror already" } else { "the registry itself" };
            reading.problems.push(at.member("mirrors").element(position).problem(format!("`{}` is {what}", mirror.at)));
        }
    }
    RegistrySpec::Http(HttpRegistrySpec { mirrors, insecure: raw.insecure.iter().map(|host| host.as_str().to_owned()).collect() })
}

fn mirror(raw: &raw::Mirror) -> MirrorSpec {
    MirrorSpec { of: raw.of.as_str().to_owned(), at: raw.at.as_str().to_owned(), tags: raw.tags }
}
