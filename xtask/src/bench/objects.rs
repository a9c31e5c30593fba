//! The objects that are brought into a cluster: services, each with a ConfigMap, a Deployment and a Service.

use camino::{Utf8Path, Utf8PathBuf};
use fastrand::Rng;

use super::BenchError;
use super::deployment::Deployment;

/// How many services a directory holds.
const TOGETHER: usize = 10;

/// Whose they are, until somebody changes that.
const OWNER: &str = "platform-lead@example.com";

/// What each of them says of itself, and nothing else in the cluster says, as JSON.
pub(super) const MARK: &str = r#""app.kubernetes.io/part-of":"shop""#;

/// Objects in files, one in each.
pub(super) struct Objects {
    files: Vec<Utf8PathBuf>,
}

impl Objects {
    /// Writes so many into directories below this one, which is made anew.
    pub(super) fn write(directory: &Utf8Path, count: usize) -> std::io::Result<Self> {
        Self::of(directory, count, |number, random| {
            let (service, kind) = (number / 3, number % 3);
            let name = Deployment { number: service, broken: &[] }.name();
            match kind {
                0 => (format!("part-{:03}/{name}-deployment", service / TOGETHER), deployment(service, random)),
                1 => (format!("part-{:03}/{name}-configmap", service / TOGETHER), config_map(&name, random)),
                _ => (format!("part-{:03}/{name}-service", service / TOGETHER), service_of(&name)),
            }
        })
    }

    /// Writes Deployments alone.
    pub(super) fn write_deployments(directory: &Utf8Path, count: usize) -> std::io::Result<Self> {
        Self::of(directory, count, |number, random| (format!("part-{number:03}/deployment"), deployment(number, random)))
    }

    fn of(directory: &Utf8Path, count: usize, object: impl Fn(usize, &mut Rng) -> (String, String)) -> std::io::Result<Self> {
        if directory.exists() {
            fs_err::remove_dir_all(directory)?;
        }
        let mut random = Rng::with_seed(1);
        let mut objects = Self { files: Vec::new() };
        for number in 0..count {
            let (path, text) = object(number, &mut random);
            let file = directory.join(format!("{path}.yaml"));
            fs_err::create_dir_all(file.parent().unwrap_or(directory))?;
            fs_err::write(&file, &text)?;
            objects.files.push(file);
        }
        Ok(objects)
    }

    /// Pins each image to what it is told of it.
    pub(super) fn pin(&self, digest: impl Fn(&str) -> Result<String, BenchError>) -> Result<(), BenchError> {
        for file in &self.files {
            let text = fs_err::read_to_string(file)?;
            if let Some(image) = image(&text) {
                let pinned = format!("{image}@{}", digest(image)?);
                fs_err::write(file, text.replace(image, &pinned))?;
            }
        }
        Ok(())
    }

    pub(super) const fn count(&self) -> usize {
        self.files.len()
    }

    /// Gives so many of them, evenly spread, to another owner.
    pub(super) fn change(&self, count: usize, owner: &str) -> std::io::Result<()> {
        let count = count.min(self.files.len());
        for place in 0..count {
            let file = &self.files[self.files.len() / count * place];
            let text = fs_err::read_to_string(file)?;
            fs_err::write(file, text.lines().map(|line| line_of(line, owner)).collect::<String>())?;
        }
        Ok(())
    }
}

/// In whatever namespace it is put.
fn deployment(number: usize, random: &mut Rng) -> String {
    Deployment { number, broken: &[] }.yaml(random).replace("  namespace: shop\n", "")
}

fn line_of(line: &str, owner: &str) -> String {
    let key = "    example.com/owner: ";
    if line.starts_with(key) { format!("{key}\"{owner}\"\n") } else { format!("{line}\n") }
}

fn image(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.trim_start().strip_prefix("image: "))
}

fn metadata(name: &str) -> String {
    format!(
        "metadata:\n  name: {name}\n  labels:\n    app.kubernetes.io/name: {name}\n    app.kubernetes.io/part-of: shop\n  \
         annotations:\n    example.com/owner: \"{OWNER}\"\n"
    )
}

fn config_map(name: &str, random: &mut Rng) -> String {
    let setting = |number| format!("  setting-{number}: \"{}\"\n", random.u64(..1_000_000_000));
    let data: String = (0..16).map(setting).collect();
    format!("apiVersion: v1\nkind: ConfigMap\n{}data:\n{data}", metadata(&format!("{name}-config")))
}

/// Without an address: there are fewer of them than objects in a long run.
fn service_of(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\n{}spec:\n  clusterIP: None\n  selector:\n    app.kubernetes.io/name: {name}\n  ports:\n  \
         - name: http\n    port: 80\n    protocol: TCP\n    targetPort: http\n",
        metadata(name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_directory() -> (tempfile::TempDir, Utf8PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(directory.path()).unwrap().join("objects");
        (directory, path)
    }

    #[test]
    fn there_are_as_many_of_each_kind_and_images_are_pinned() {
        let (_directory, path) = mk_directory();
        let objects = Objects::write(&path, 60).unwrap();
        let of_kind = |kind: &str| objects.files.iter().filter(|file| file.as_str().ends_with(&format!("-{kind}.yaml"))).count();
        assert_eq!((["configmap", "deployment", "service"].map(of_kind), objects.count()), ([20; 3], 60));
        objects.pin(|image| Ok(format!("sha256:{}", image.len()))).unwrap();
        let texts: Vec<String> = objects.files.iter().map(|file| fs_err::read_to_string(file).unwrap()).collect();
        assert_eq!(texts.iter().filter_map(|text| image(text)).filter(|image| image.contains("@sha256:")).count(), 20);
    }

    #[test]
    fn as_many_are_changed_as_were_asked_for_whatever_their_kind() {
        let (_directory, path) = mk_directory();
        let objects = Objects::write(&path, 60).unwrap();
        let before: Vec<String> = objects.files.iter().map(|file| fs_err::read_to_string(file).unwrap()).collect();
        objects.change(10, "other@example.com").unwrap();
        let changed = objects.files.iter().zip(before).filter(|(file, before)| fs_err::read_to_string(file).unwrap() != *before);
        assert_eq!(changed.count(), 10);
    }
}
