//! Puts the commit that was built into the manifests: the tag of the service's own image, wherever it stands.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tollgate_core::document::{Document, SourceFile};
use tollgate_core::image::{ImageReference, find_images};
use tollgate_core::pointer::Pointer;
use tollgate_core::rendering::Render;
use tollgate_manifest::{EditError, ReadLimits, edit_data, read, read_data, replace_texts};
use tollgate_report::exit_code::ExitCode;

use super::chart_values::{ChartValues, is_values};
use super::manifests::is_kustomization;
use crate::exit::MeansExit;

/// An image that can't be put into a file.
#[derive(Debug, thiserror::Error)]
#[error("`{image}` can't be put into `{file}`")]
pub(crate) struct RetagError {
    file: String,
    image: ImageReference,
    #[source]
    source: EditError,
}

impl MeansExit for RetagError {
    fn exit(&self) -> ExitCode {
        ExitCode::InvalidConfiguration
    }
}

/// Files with the image in them.
#[derive(Debug, Default)]
pub(crate) struct Retagged {
    /// Only those that are other than before.
    pub(crate) changed: Vec<Arc<SourceFile>>,
    /// How often the image stands in all of them.
    pub(crate) places: usize,
}

/// An image that is looked for: whatever its tag or digest, it has the same repository.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnImage<'a> {
    /// With the tag that it is to have.
    pub(crate) image: &'a ImageReference,
    /// Where images stand in custom kinds.
    pub(crate) pointers: &'a [Pointer],
    /// How the manifests are rendered, where they are.
    pub(crate) render: Option<&'a Render>,
}

impl OwnImage<'_> {
    /// Sets the tag in all files: in manifests where the image stands, in kustomizations where it is named, and in the values of
    /// charts.
    pub(crate) fn put_into(&self, files: &[Arc<SourceFile>]) -> Result<Retagged, RetagError> {
        let mut all = Retagged::default();
        let values = self.values(files);
        let others = files.iter().filter(|file| !self.is_values(file)).map(|file| {
            let put = if is_kustomization(&file.path) { self.in_kustomization(file) } else { self.in_manifests(file) };
            (file, put)
        });
        for (file, put) in values.with_image().into_iter().chain(others) {
            let failed = |source| RetagError { file: file.path.clone(), image: self.image.clone(), source };
            let (edited, places) = put.map_err(failed)?;
            all.places += places;
            if edited.bytes != file.bytes {
                all.changed.push(edited);
            }
        }
        Ok(all)
    }

    /// The commits that the image stands for in some files: its tags that are commits.
    pub(crate) fn commits_in(&self, files: &[Arc<SourceFile>]) -> BTreeSet<String> {
        let mut tags = self.values(files).tags();
        for file in files.iter().filter(|file| !self.is_values(file)) {
            if is_kustomization(&file.path) {
                tags.extend(
                    self.entries(file).into_iter().filter_map(|(_, entry)| Some(entry.get("newTag")?.as_str()?.to_owned())),
                );
            } else {
                let documents = read(file, &ReadLimits::default()).documents;
                let images = documents.iter().flat_map(|document| self.images(document));
                tags.extend(images.filter_map(|(_, image)| Some(image.parse::<ImageReference>().ok()?.tag()?.to_owned())));
            }
        }
        let is_commit = |tag: &String| {
            format!("{}:{tag}", self.image.repository()).parse().is_ok_and(|image: ImageReference| image.commit().is_some())
        };
        tags.into_iter().filter(is_commit).collect()
    }

    fn is_values(&self, file: &SourceFile) -> bool {
        self.render.is_some_and(|render| is_values(render, &file.path))
    }

    fn values(&self, files: &[Arc<SourceFile>]) -> ChartValues<'_> {
        ChartValues::read(self.image, files.iter().filter(|file| self.is_values(file)))
    }

    fn in_manifests(&self, file: &Arc<SourceFile>) -> Result<(Arc<SourceFile>, usize), EditError> {
        let wanted = self.image.to_string();
        let (mut source, mut places) = (Arc::clone(file), 0);
        let mut reading = read(&source, &ReadLimits::default());
        for index in 0..reading.documents.len() {
            let Some(document) = reading.documents.get(index) else { return Err(EditError::OtherwiseThanMeant) };
            let found = self.images(document);
            places += found.len();
            let others = found.into_iter().filter(|(_, image)| *image != wanted);
            let texts: Vec<(Pointer, String)> = others.map(|(pointer, _)| (pointer, wanted.clone())).collect();
            if !texts.is_empty() {
                source = replace_texts(&source, document, &texts)?;
                reading = read(&source, &ReadLimits::default());
            }
        }
        Ok((source, places))
    }

    /// Where the image stands in a manifest.
    fn images(&self, document: &Document) -> Vec<(Pointer, String)> {
        // The body is JSON that the reader wrote.
        let body: Value = serde_json::from_slice(&document.body).unwrap_or_default();
        let is_it = |text: &str| text.parse().is_ok_and(|image: ImageReference| image.repository() == self.image.repository());
        find_images(&body, self.pointers).into_iter().filter(|(_, text)| is_it(text)).collect()
    }

    fn in_kustomization(&self, file: &Arc<SourceFile>) -> Result<(Arc<SourceFile>, usize), EditError> {
        let tag = self.image.tag().unwrap_or_default();
        let entries = self.entries(file);
        let mut operations = Vec::new();
        for (index, entry) in &entries {
            if entry.get("digest").is_some() {
                operations.push(json!({"op": "remove", "path": format!("/images/{index}/digest")}));
            }
            if entry.get("newTag").and_then(Value::as_str) != Some(tag) {
                let op = if entry.get("newTag").is_some() { "replace" } else { "add" };
                operations.push(json!({"op": op, "path": format!("/images/{index}/newTag"), "value": tag}));
            }
        }
        if operations.is_empty() {
            return Ok((Arc::clone(file), entries.len()));
        }
        let patch = serde_json::from_value(Value::Array(operations)).map_err(|_| EditError::OtherwiseThanMeant)?;
        Ok((edit_data(file, &patch)?, entries.len()))
    }

    /// The entries of `images` that are about the image, with their positions.
    fn entries(&self, file: &SourceFile) -> Vec<(usize, Value)> {
        let Ok(data) = read_data(file) else { return Vec::new() };
        let images = data.value.get("images").and_then(Value::as_array).cloned().unwrap_or_default();
        let name =
            |entry: &Value| entry.get("newName").or_else(|| entry.get("name")).and_then(Value::as_str).map(ToOwned::to_owned);
        images.into_iter().enumerate().filter(|(_, entry)| name(entry).as_deref() == Some(self.image.repository())).collect()
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

    fn put(files: &[(&str, &str)]) -> (Vec<(String, String)>, usize) {
        let image = format!("r.example.com/cart:{COMMIT}").parse().unwrap();
        let put = OwnImage { image: &image, pointers: &["/tool/image".parse().unwrap()], render: None }
            .put_into(&mk_files(files))
            .unwrap();
        let text = |file: Arc<SourceFile>| (file.path.clone(), String::from_utf8(file.bytes.clone()).unwrap());
        (put.changed.into_iter().map(text).collect(), put.places)
    }

    fn commits(files: &[(&str, &str)]) -> Vec<String> {
        let image = format!("r.example.com/cart:{COMMIT}").parse().unwrap();
        OwnImage { image: &image, pointers: &[], render: None }.commits_in(&mk_files(files)).into_iter().collect()
    }

    const POD: &str = "\
apiVersion: v1
kind: Pod
spec:
  initContainers: [{name: db, image: r.example.com/cart}]
  containers:
    # the cart itself
    - image: 'r.example.com/cart:dev'  # set by CI
    - image: redis:7
    - image: r.example.com/cart-proxy:1
---
apiVersion: example.com/v1
kind: Tool
tool: {image: \"r.example.com/cart:dev@sha256:0000000000000000000000000000000000000000000000000000000000000000\"}
";

    #[test]
    fn the_tag_is_set_wherever_the_image_stands_and_nowhere_else() {
        let (changed, places) = put(&[("a.yaml", POD), ("b.yaml", "apiVersion: v1\nkind: Pod\n")]);
        let expected = POD
            .replace("cart}", &format!("cart:{COMMIT}}}"))
            .replace("cart:dev'", &format!("cart:{COMMIT}'"))
            .replace(&format!("cart:dev@sha256:{}", "0".repeat(64)), &format!("cart:{COMMIT}"));
        assert_eq!((changed, places), (vec![("a.yaml".to_owned(), expected)], 3));
    }

    #[test]
    fn what_has_the_tag_already_is_found_and_not_changed() {
        let text = POD.replace("cart}", &format!("cart:{COMMIT}}}"));
        let (changed, _) = put(&[("a.yaml", &text)]);
        let again = put(&[("a.yaml", &changed[0].1)]);
        assert_eq!(again, (Vec::new(), 3));
        assert_eq!(commits(&[("a.yaml", &changed[0].1), ("b.yaml", POD)]), [COMMIT]);
    }

    #[test]
    fn a_kustomization_names_the_tag_of_the_image_that_it_leads_to() {
        let text = |rest: &str| {
            format!(
                "resources: [a.yaml]\nimages:\n  - name: cart # short\n    newName: r.example.com/cart\n{rest}  - name: redis\n    newTag: \"7\"\n"
            )
        };
        let (changed, places) = put(&[("kustomization.yaml", &text("    newTag: dev # by CI\n"))]);
        assert_eq!((changed[0].1.clone(), places), (text(&format!("    newTag: {COMMIT} # by CI\n")), 1));
        assert_eq!(commits(&[("kustomization.yaml", &changed[0].1)]), [COMMIT]);
        let digest = format!("    digest: sha256:{}\n", "0".repeat(64));
        let (changed, _) = put(&[("overlays/prod/kustomization.yml", &text(&digest))]);
        let read_again = read_data(&mk_files(&[("k.yaml", &changed[0].1)])[0]).unwrap().value;
        assert_eq!(read_again["images"][0], json!({"name": "cart", "newName": "r.example.com/cart", "newTag": COMMIT}));
        assert_eq!(put(&[("kustomization.yaml", "images: [{name: other, newTag: x}]\n")]).1, 0);
    }

    #[test]
    fn values_of_a_chart_have_the_image_and_are_no_manifests() {
        let render: Render = serde_json::from_str(r#"{"helm":{"chart":".","includeCrds":true}}"#).unwrap();
        let image = format!("r.example.com/cart:{COMMIT}").parse().unwrap();
        let own = OwnImage { image: &image, pointers: &[], render: Some(&render) };
        let text = "image: {repository: r.example.com/cart, tag: dev}\n";
        let files = mk_files(&[("values.yaml", text), ("crds/a.yaml", POD)]);
        let put = own.put_into(&files).unwrap();
        let changed: Vec<&str> = put.changed.iter().map(|file| file.path.as_str()).collect();
        assert_eq!((changed, put.places), (vec!["values.yaml", "crds/a.yaml"], 3));
        assert_eq!(own.commits_in(&put.changed).into_iter().collect::<Vec<_>>(), [COMMIT]);
        let plain = OwnImage { render: None, ..own };
        assert_eq!(plain.put_into(&files[..1]).unwrap().places, 0);
    }

    #[test]
    fn a_file_that_can_not_be_read_is_left_as_it_is() {
        assert_eq!(put(&[("a.yaml", "a: [\n"), ("kustomization.yaml", "- a\n")]), (Vec::new(), 0));
    }
}
