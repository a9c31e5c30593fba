//! Templates of services: files with placeholders.
//!
//! There are three placeholders, `{{name}}`, `{{image}}` and `{{port}}`, in files and in their names. Anything else in double
//! braces is refused: a slip would be delivered otherwise. In templates of a chart, it is Helm's and stays.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::document::{Location, Span};
use tollgate_manifest::CHART_FILE;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

/// What `service add` writes where nobody has a template of their own.
const BUILTIN: [(&str, &str); 3] = [
    ("deployment.yaml", include_str!("template/deployment.yaml")),
    ("kustomization.yaml", include_str!("template/kustomization.yaml")),
    ("service.yaml", include_str!("template/service.yaml")),
];

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// What placeholders stand for.
#[derive(Clone, Debug)]
pub(crate) struct Values {
    pub(crate) name: String,
    /// Nothing where nobody said it.
    pub(crate) image: Option<String>,
    pub(crate) port: u16,
}

/// A file, by its path in the template or in the service's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TemplateFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The files of a template, sorted by path.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// As people know it: a directory, or nothing for the one that comes with the binary.
    directory: Option<Utf8PathBuf>,
    files: Vec<TemplateFile>,
}

impl Template {
    /// The template that comes with the binary.
    pub(crate) fn builtin() -> Self {
        let file = |(path, text): (&str, &str)| TemplateFile { path: path.to_owned(), text: text.to_owned() };
        Self { directory: None, files: BUILTIN.into_iter().map(file).collect() }
    }

    /// The template in a directory.
    pub(crate) fn read(directory: &Utf8Path) -> Result<Self, Failure> {
        let invalid = |message: String| Failure::of_message(ExitCode::InvalidConfiguration, message);
        if !directory.is_dir() {
            return Err(invalid(format!("there is no template `{directory}`: it is a directory of files")));
        }
        let mut files = Vec::new();
        for entry in ignore::WalkBuilder::new(directory).standard_filters(false).sort_by_file_path(Ord::cmp).build() {
            let entry = entry.map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
            let kind = entry.file_type();
            let path = Utf8PathBuf::from_path_buf(entry.into_path());
            let path = path.map_err(|path| invalid(format!("the name `{}` is not UTF-8; rename it", path.display())))?;
            match kind {
                Some(kind) if kind.is_dir() => continue,
                Some(kind) if kind.is_file() => {}
                _ => return Err(invalid(format!("`{path}` is no plain file; a template holds nothing else"))),
            }
            let bytes = fs_err::read(&path).map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
            let text =
                String::from_utf8(bytes).map_err(|_| invalid(format!("`{path}` is not UTF-8, so it can't be a template")))?;
            let inside = path.strip_prefix(directory).unwrap_or(&path).to_string();
            files.push(TemplateFile { path: inside, text });
        }
        if files.is_empty() {
            return Err(invalid(format!("the template `{directory}` holds no files")));
        }
        Ok(Self { directory: Some(directory.to_owned()), files })
    }

    /// The files with all placeholders filled in; all that is wrong with them at once.
    pub(crate) fn fill(&self, values: &Values) -> Result<Vec<TemplateFile>, Vec<Failure>> {
        let (mut filled, mut failures) = (Vec::new(), Vec::new());
        for file in &self.files {
            let shown =
                self.directory.as_ref().map_or_else(|| file.path.clone(), |directory| directory.join(&file.path).into_string());
            let others = if self.is_of_helm(&file.path) { Others::Stay } else { Others::Refused };
            match (fill(&file.path, &shown, values, Others::Refused), fill(&file.text, &shown, values, others)) {
                (Ok(path), Ok(text)) => filled.push(TemplateFile { path, text }),
                (path, text) => failures.extend([path.err(), text.err()].into_iter().flatten()),
            }
        }
        if failures.is_empty() { Ok(filled) } else { Err(failures) }
    }

    /// Whether a file is a template of a chart.
    fn is_of_helm(&self, path: &str) -> bool {
        let charts = self.files.iter().filter_map(|file| file.path.strip_suffix(CHART_FILE));
        charts.into_iter().any(|chart| path.strip_prefix(chart).is_some_and(|inside| inside.starts_with("templates/")))
    }
}

/// What becomes of double braces that are no placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    Refused,
    Stay,
}

/// A text with its placeholders filled in.
fn fill(text: &str, file: &str, values: &Values, others: Others) -> Result<String, Failure> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        let (before, from) = rest.split_at(start);
        let at = || place(text, text.len() - from.len(), file);
        let line = from.lines().next().unwrap_or_default();
        let end = line.find(CLOSE);
        if others == Others::Stay && !end.is_some_and(|end| NAMES.contains(&line[OPEN.len()..end].trim())) {
            filled.push_str(before);
            filled.push_str(OPEN);
            rest = &from[OPEN.len()..];
            continue;
        }
        let Some(end) = end else {
            let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("`{OPEN}` has no `{CLOSE}` on its line"));
            return Err(failure.with_hint(PLACEHOLDERS).at(&at()));
        };
        filled.push_str(before);
        filled.push_str(&value(line[OPEN.len()..end].trim(), values).map_err(|failure| failure.at(&at()))?);
        rest = &from[end + CLOSE.len()..];
    }
    filled.push_str(rest);
    Ok(filled)
}

const NAMES: [&str; 3] = ["name", "image", "port"];

const PLACEHOLDERS: &str = "the placeholders of templates are `{{name}}`, `{{image}}` and `{{port}}`";

fn value(placeholder: &str, values: &Values) -> Result<String, Failure> {
    match (placeholder, &values.image) {
        ("name", _) => Ok(values.name.clone()),
        ("port", _) => Ok(values.port.to_string()),
        ("image", Some(image)) => Ok(image.clone()),
        ("image", None) => {
            let failure = Failure::of_message(ExitCode::Usage, "the template needs an image, and nobody said which");
            Err(failure.with_hint("pass it with `--image`"))
        }
        (unknown, _) => {
            let message = format!("`{OPEN}{unknown}{CLOSE}` is no placeholder");
            Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint(PLACEHOLDERS))
        }
    }
}

fn place(text: &str, offset: usize, file: &str) -> Location {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Location { file: file.to_owned(), span: Span::point(number(line), number(column)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mk_values(image: Option<&str>) -> Values {
        Values { name: "cart".to_owned(), image: image.map(ToOwned::to_owned), port: 8080 }
    }

    fn filled(text: &str) -> Result<String, Failure> {
        fill(text, "a.yaml", &mk_values(Some("r/cart:1")), Others::Refused)
    }

    #[test]
    fn placeholders_are_filled_in_once() {
        assert_eq!(filled("a: {{name}}\nb: [{{ port }}, {{image}}]").unwrap(), "a: cart\nb: [8080, r/cart:1]");
        let values = Values { name: "{{port}}".to_owned(), ..mk_values(None) };
        assert_eq!(fill("{{name}}", "a", &values, Others::Refused).unwrap(), "{{port}}");
    }

    #[test]
    fn what_is_no_placeholder_is_refused_at_its_place() {
        for (text, said, line, column) in [
            ("a: 1\nb: é {{nmae}}\n", "{{nmae}}", 2, 6),
            ("{{name}} {{\n}}", "has no", 1, 10),
            ("{{}}", "{{}}", 1, 1),
            ("{{ .Values.x }}", ".Values.x", 1, 1),
        ] {
            let failure = filled(text).unwrap_err();
            assert!(failure.message.contains(said), "{}", failure.message);
            assert_eq!((failure.file.as_deref(), failure.line, failure.column), (Some("a.yaml"), Some(line), Some(column)));
        }
    }

    #[test]
    fn an_image_is_needed_only_where_the_template_has_one() {
        assert_eq!(fill("{{name}}", "a", &mk_values(None), Others::Refused).unwrap(), "cart");
        let failure = fill("{{image}}", "a", &mk_values(None), Others::Stay).unwrap_err();
        assert_eq!(failure.exit, ExitCode::Usage);
        assert!(failure.hint.unwrap().contains("--image"));
    }

    #[test]
    fn all_that_is_wrong_with_a_template_is_told_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        for (path, text) in [("{{name}}.yaml", "{{a}}"), ("b/{{b}}.yaml", "fine"), ("c.yaml", "{{name}}")] {
            fs_err::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs_err::write(root.join(path), text).unwrap();
        }
        let failures = Template::read(root).unwrap().fill(&mk_values(None)).unwrap_err();
        assert_eq!(failures.len(), 2, "{failures:?}");
        fs_err::write(root.join("{{name}}.yaml"), "x").unwrap();
        fs_err::remove_file(root.join("b/{{b}}.yaml")).unwrap();
        let files = Template::read(root).unwrap().fill(&mk_values(None)).unwrap();
        assert_eq!(files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["c.yaml", "cart.yaml"]);
    }

    #[test]
    fn what_is_helms_stays_in_templates_of_a_chart_and_nowhere_else() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        let text = "name: {{name}}-{{ .Release.Name }}\nports: {{- range\n .Values.ports }}{{ port }}{{ end }}\n";
        fs_err::create_dir_all(root.join("templates")).unwrap();
        for (path, text) in [("Chart.yaml", "name: {{name}}\n"), ("templates/a.yaml", text)] {
            fs_err::write(root.join(path), text).unwrap();
        }
        let filled = Template::read(root).unwrap().fill(&mk_values(None)).unwrap();
        let expected = "name: cart-{{ .Release.Name }}\nports: {{- range\n .Values.ports }}8080{{ end }}\n";
        assert_eq!(filled[1], TemplateFile { path: "templates/a.yaml".to_owned(), text: expected.to_owned() });
        fs_err::write(root.join("values.yaml"), "a: {{ .Values.a }}\n").unwrap();
        assert_eq!(Template::read(root).unwrap().fill(&mk_values(None)).unwrap_err().len(), 1);
    }

    #[test]
    fn a_template_holds_plain_files_and_some() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        assert!(Template::read(root).unwrap_err().message.contains("no files"));
        assert!(Template::read(&root.join("nowhere")).unwrap_err().message.contains("no template"));
        std::os::unix::fs::symlink("/etc/passwd", root.join("link")).unwrap();
        assert!(Template::read(root).unwrap_err().message.contains("no plain file"));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_none_without_braces_changes(text in "[a{} \né]{0,30}") {
            let result = filled(&text);
            if !text.contains(OPEN) {
                prop_assert_eq!(result.unwrap(), text);
            }
        }
    }
}
