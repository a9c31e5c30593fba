//! The fields of a kustomization, by what stands in them.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// Nothing that leads anywhere.
    Plain,
    /// Paths.
    Paths,
    /// Paths, or patches themselves.
    PathsOrPatches,
    /// Paths, or configurations of plugins.
    Plugins,
    /// Mappings with these fields.
    Mappings(&'static [(&'static str, Self)]),
    /// One path, by its key.
    Path,
    /// Paths that may have a key before them: `name=path`.
    KeyedPaths,
    /// It makes kustomize start something.
    Denied,
}

use Field::{Denied, KeyedPaths, Mappings, Path, Paths, PathsOrPatches, Plain, Plugins};

const PATCH: Field = Mappings(&[("path", Path), ("patch", Plain), ("target", Plain), ("options", Plain)]);
const GENERATOR: Field = Mappings(&[
    ("name", Plain),
    ("namespace", Plain),
    ("behavior", Plain),
    ("type", Plain),
    ("literals", Plain),
    ("files", KeyedPaths),
    ("envs", Paths),
    ("env", Path),
    ("options", Plain),
]);

/// All fields of `kustomize.config.k8s.io/v1beta1` and `v1alpha1`, as they are documented.
const FIELDS: &[(&str, Field)] = &[
    ("apiVersion", Plain),
    ("kind", Plain),
    ("metadata", Plain),
    ("openapi", Mappings(&[("path", Path), ("version", Plain)])),
    ("namePrefix", Plain),
    ("nameSuffix", Plain),
    ("namespace", Plain),
    ("commonLabels", Plain),
    ("labels", Plain),
    ("commonAnnotations", Plain),
    ("patchesStrategicMerge", PathsOrPatches),
    ("patchesJson6902", PATCH),
    ("patches", PATCH),
    ("images", Plain),
    ("imageTags", Plain),
    ("replacements", Mappings(&[("path", Path), ("source", Plain), ("targets", Plain)])),
    ("replicas", Plain),
    ("vars", Plain),
    ("sortOptions", Plain),
    ("resources", Paths),
    ("components", Paths),
    ("crds", Paths),
    ("bases", Paths),
    ("configMapGenerator", GENERATOR),
    ("secretGenerator", GENERATOR),
    ("helmGlobals", Denied),
    ("helmCharts", Denied),
    ("helmChartInflationGenerator", Denied),
    ("generatorOptions", Plain),
    ("configurations", Paths),
    ("generators", Plugins),
    ("transformers", Plugins),
    ("validators", Plugins),
    ("buildMetadata", Plain),
];

/// What a field of a kustomization holds; nothing for one that is not known.
pub(crate) fn field(name: &str) -> Option<Field> {
    within(FIELDS, name)
}

/// The same for a field of a mapping.
pub(crate) fn within(fields: &[(&'static str, Field)], name: &str) -> Option<Field> {
    fields.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
}
