//! The image of a service in the values of its chart: as one text (`image: registry.example.com/cart:dev`), or as a mapping of
//! `registry`, `repository` and `tag`, of which files of values that come later may have a part.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tollgate_core::document::SourceFile;
use tollgate_core::image::ImageReference;
use tollgate_core::pipeline::Glob;
use tollgate_core::pointer::Pointer;
use tollgate_core::rendering::{HelmRender, PLACEHOLDERS, Render, TargetText};
use tollgate_manifest::{EditError, edit_data, read_data};

/// Keys under which mappings have the image without its tag.
const REPOSITORIES: [&str; 3] = ["repository", "image", "name"];

/// Keys under which they have the tag.
const TAGS: [&str; 2] = ["tag", "imageTag"];

/// Whether a file, by its path in the component's directory, has values of the chart that it is rendered from, for any target.
pub(crate) fn is_values(render: &Render, path: &str) -> bool {
    let Render::Helm(HelmRender { chart, values, .. }) = render else { return false };
    let own = if chart.as_str() == "." { "values.yaml".to_owned() } else { format!("{}/values.yaml", chart.as_str()) };
    is_meant(&own, path) || values.iter().map(TargetText::as_str).any(|text| is_meant(text, path))
}

/// Whether a path is the one that a text means for some target.
fn is_meant(text: &str, path: &str) -> bool {
    let pattern = PLACEHOLDERS.iter().fold(text.to_owned(), |pattern, placeholder| pattern.replace(placeholder, "*"));
    text == path || pattern != text && Glob::new(&pattern).is_ok_and(|glob| glob.matches(path))
}

/// A file with the image in it, and at how many places.
pub(crate) type Put = Result<(Arc<SourceFile>, usize), EditError>;

/// All files of values of one chart.
pub(crate) struct ChartValues<'a> {
    image: &'a ImageReference,
    files: Vec<(Arc<SourceFile>, Value)>,
    /// Mappings that are about the image, in whichever of the files.
    mappings: BTreeSet<Pointer>,
}

impl<'a> ChartValues<'a> {
    /// What can't be read has no values.
    pub(crate) fn read<'f>(image: &'a ImageReference, files: impl Iterator<Item = &'f Arc<SourceFile>>) -> Self {
        let files = files.filter_map(|file| Some((Arc::clone(file), read_data(file).ok()?.value)));
        let mut values = Self { image, files: files.collect(), mappings: BTreeSet::new() };
        let mut mappings = BTreeSet::new();
        for (_, value) in &values.files {
            walk(value, &Pointer::root(), &mut |at, value| mappings.extend(values.is_about(at, value).then(|| at.clone())));
        }
        values.mappings = mappings;
        values
    }

    /// Each file with the image in it, and at how many places.
    pub(crate) fn with_image(&self) -> Vec<(&Arc<SourceFile>, Put)> {
        self.files.iter().map(|(file, value)| (file, self.put_into(file, value))).collect()
    }

    /// The tags that the image has now.
    pub(crate) fn tags(&self) -> BTreeSet<String> {
        let mut tags = BTreeSet::new();
        for (_, value) in &self.files {
            let texts = self.texts(value).into_iter().filter_map(|(_, image)| Some(image.tag()?.to_owned()));
            tags.extend(texts);
            let mappings = self.mappings.iter().filter_map(|at| self.part(value, at));
            tags.extend(mappings.filter_map(|part| Some(part[tag_key(part)?].as_str()?.to_owned())));
        }
        tags
    }

    fn put_into(&self, file: &Arc<SourceFile>, value: &Value) -> Put {
        let tag = self.image.tag().unwrap_or_default();
        let texts = self.texts(value);
        let mut places = texts.len();
        let replace = |at: &Pointer, value: &str| json!({"op": "replace", "path": at.as_str(), "value": value});
        let wanted = self.image.to_string();
        let others = texts.iter().filter(|(_, image)| *image != *self.image);
        let mut operations: Vec<Value> = others.map(|(at, _)| replace(at, &wanted)).collect();
        for (at, part) in self.mappings.iter().filter_map(|at| Some((at, self.part(value, at)?))) {
            match tag_key(part) {
                Some(key) if part[key].as_str() != Some(tag) => operations.push(replace(&at.member(key), tag)),
                Some(_) => {}
                None if self.names_repository(part) && !self.has_tag_elsewhere(at) => {
                    operations.push(json!({"op": "add", "path": at.member(TAGS[0]).as_str(), "value": tag}));
                }
                None => continue,
            }
            places += 1;
            if part["digest"].as_str().is_some_and(|digest| !digest.is_empty()) {
                operations.push(replace(&at.member("digest"), ""));
            }
        }
        if operations.is_empty() {
            return Ok((Arc::clone(file), places));
        }
        let patch = serde_json::from_value(Value::Array(operations)).map_err(|_| EditError::OtherwiseThanMeant)?;
        Ok((edit_data(file, &patch)?, places))
    }

    /// Texts that are the image as a whole, with whatever tag.
    fn texts(&self, value: &Value) -> Vec<(Pointer, ImageReference)> {
        let mut found = Vec::new();
        walk(value, &Pointer::root(), &mut |at, value| {
            let is_part = at.parent().is_some_and(|parent| self.mappings.contains(&parent));
            if let Some(image) = value.as_str().and_then(|text| self.own(text)).filter(|_| !is_part) {
                found.push((at.clone(), image));
            }
        });
        found
    }

    fn own(&self, text: &str) -> Option<ImageReference> {
        // A single word may be anything.
        let image: ImageReference = text.contains('/').then(|| text.parse().ok())??;
        (image.repository() == self.image.repository()).then_some(image)
    }

    /// Whether a mapping has the image in parts.
    fn is_about(&self, at: &Pointer, value: &Value) -> bool {
        let has_tag = || tag_key(value).is_some() || self.has_tag_elsewhere(at);
        let repository = repository_key(value).filter(|key| *key == REPOSITORIES[0] || has_tag());
        repository.is_some() && self.names_repository(value)
    }

    fn names_repository(&self, mapping: &Value) -> bool {
        let Some(text) = repository_key(mapping).and_then(|key| mapping[key].as_str()) else { return false };
        let registry = mapping["registry"].as_str().filter(|registry| !registry.is_empty());
        let whole = registry.map_or_else(|| text.to_owned(), |registry| format!("{registry}/{text}"));
        whole.parse().is_ok_and(|image: ImageReference| {
            image.tag().is_none() && image.digest().is_none() && image.repository() == self.image.repository()
        })
    }

    fn has_tag_elsewhere(&self, at: &Pointer) -> bool {
        self.files.iter().any(|(_, value)| value.pointer(at.as_str()).and_then(tag_key).is_some())
    }

    /// What a file has of a mapping that is about the image; nothing where it is about another one there.
    fn part<'v>(&self, value: &'v Value, at: &Pointer) -> Option<&'v Value> {
        let part = value.pointer(at.as_str()).filter(|part| part.is_object())?;
        (repository_key(part).is_none() || self.names_repository(part)).then_some(part)
    }
}

fn repository_key(mapping: &Value) -> Option<&'static str> {
    REPOSITORIES.into_iter().find(|key| mapping.get(key).is_some_and(Value::is_string))
}

fn tag_key(mapping: &Value) -> Option<&'static str> {
    TAGS.into_iter().find(|key| mapping.get(key).is_some_and(|tag| !tag.is_object() && !tag.is_array()))
}

fn walk(value: &Value, at: &Pointer, visit: &mut dyn FnMut(&Pointer, &Value)) {
    visit(at, value);
    match value {
        Value::Object(members) => members.iter().for_each(|(key, member)| walk(member, &at.member(key), visit)),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| walk(element, &at.element(index), visit));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn mk_files(files: &[(&str, &str)]) -> Vec<Arc<SourceFile>> {
        let file = |(path, text): &(&str, &str)| Arc::new(SourceFile { path: (*path).to_owned(), bytes: text.as_bytes().to_vec() });
        files.iter().map(file).collect()
    }

    fn put(texts: &[&str]) -> (Vec<String>, usize) {
        let image = format!("r.example.com/cart:{COMMIT}").parse().unwrap();
        let files = mk_files(&texts.iter().map(|text| ("values.yaml", *text)).collect::<Vec<_>>());
        let values = ChartValues::read(&image, files.iter());
        let (mut written, mut places) = (Vec::new(), 0);
        for (_, put) in values.with_image() {
            let (file, found) = put.unwrap();
            written.push(String::from_utf8(file.bytes.clone()).unwrap());
            places += found;
        }
        (written, places)
    }

    fn tags(text: &str) -> Vec<String> {
        let image = format!("r.example.com/cart:{COMMIT}").parse().unwrap();
        ChartValues::read(&image, mk_files(&[("values.yaml", text)]).iter()).tags().into_iter().collect()
    }

    #[test]
    fn an_image_in_one_text_is_replaced_wherever_it_stands() {
        let text = "image: r.example.com/cart:dev # by CI\njobs:\n- {image: \"r.example.com/cart\"}\n- {image: r.example.com/carts:dev}\nother: cart\n";
        let image = format!("\"r.example.com/cart:{COMMIT}\"");
        let expected = text.replace("r.example.com/cart:dev", &image).replace("\"r.example.com/cart\"", &image);
        assert_eq!(put(&[text]), (vec![expected], 2));
        assert_eq!(tags(text), ["dev"]);
    }

    #[test]
    fn an_image_in_parts_gets_its_tag_and_loses_its_digest() {
        for (before, after) in [
            (
                "image:\n  repository: r.example.com/cart\n  tag: \"\" # by CI\n",
                "image:\n  repository: r.example.com/cart\n  tag: \"COMMIT\" # by CI\n",
            ),
            (
                "image: {registry: r.example.com, repository: cart, tag: dev}\n",
                "image: {registry: r.example.com, repository: cart, tag: COMMIT}\n",
            ),
            ("cart:\n  image: r.example.com/cart\n  imageTag: dev\n", "cart:\n  image: r.example.com/cart\n  imageTag: COMMIT\n"),
            (
                "image: {repository: r.example.com/cart, tag: dev, digest: 'sha256:0'}\n",
                "image: {repository: r.example.com/cart, tag: COMMIT, digest: ''}\n",
            ),
            ("image:\n  repository: r.example.com/cart\n", "image:\n  repository: r.example.com/cart\n  tag: COMMIT\n"),
        ] {
            let (written, places) = put(&[before]);
            let value = |text: &str| read_data(&mk_files(&[("values.yaml", text)])[0]).unwrap().value;
            assert_eq!((value(&written[0]), places), (value(&after.replace("COMMIT", COMMIT)), 1), "{before}");
            assert_eq!(put(&[written[0].as_str()]), (written.clone(), 1), "{before}");
            assert_eq!(tags(&written[0]), [COMMIT]);
        }
    }

    #[test]
    fn a_later_file_that_has_the_tag_alone_gets_it_too_and_one_with_another_image_does_not() {
        let base = "image: {repository: r.example.com/cart, tag: dev}\nproxy: {repository: r.example.com/proxy, tag: dev}\n";
        let (written, places) =
            put(&[base, "image: {tag: old}\n", "image: {repository: r.example.com/mock, tag: old}\n", "replicas: 2\n"]);
        assert_eq!(written[0], base.replacen("dev", COMMIT, 1));
        assert_eq!(written[1], format!("image: {{tag: {COMMIT}}}\n"));
        assert_eq!(written[2..], ["image: {repository: r.example.com/mock, tag: old}\n", "replicas: 2\n"]);
        assert_eq!(places, 2);
        // Where the tag stands in another file alone, it stays there alone.
        let (written, places) = put(&["image: {repository: r.example.com/cart}\n", "image: {tag: old}\n"]);
        assert_eq!(written, ["image: {repository: r.example.com/cart}\n".to_owned(), format!("image: {{tag: {COMMIT}}}\n")]);
        assert_eq!(places, 1);
    }

    #[test]
    fn the_files_of_values_are_those_of_the_chart_and_of_all_targets() {
        let render: Render = serde_json::from_str(
            r#"{"helm":{"chart":"chart","values":["values-{environment}.yaml","common.yaml"],"includeCrds":true}}"#,
        )
        .unwrap();
        for path in ["chart/values.yaml", "values-prod.yaml", "common.yaml"] {
            assert!(is_values(&render, path), "{path}");
        }
        for path in ["values.yaml", "chart/values-prod.yaml", "a/values-prod.yaml", "chart/templates/a.yaml"] {
            assert!(!is_values(&render, path), "{path}");
        }
        let kustomize: Render = serde_json::from_str(r#"{"kustomize":{"path":"."}}"#).unwrap();
        assert!(!is_values(&kustomize, "values.yaml"));
    }
}
