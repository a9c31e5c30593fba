//! Deployments with violations that are known, the same ones every time.

use camino::Utf8Path;

use super::deployment::Deployment;
use super::found::{Finding, Rule};

/// Of ten thousand Deployments, how many break each rule.
const PLANTED: usize = 365;
const SEED: u64 = 20_261_124;

/// Writes Deployments, one file each, into a directory that is made anew. Returns the violations in them, sorted.
pub(super) fn write(directory: &Utf8Path, count: usize) -> std::io::Result<Vec<Finding>> {
    if directory.exists() {
        fs_err::remove_dir_all(directory)?;
    }
    fs_err::create_dir_all(directory)?;
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut planted = Vec::new();
    for number in 0..count {
        let broken: Vec<Rule> = Rule::ALL.into_iter().filter(|_| random.usize(..10_000) < PLANTED).collect();
        let deployment = Deployment { number, broken: &broken };
        let file = format!("{}.yaml", deployment.name());
        fs_err::write(directory.join(&file), deployment.yaml(&mut random))?;
        planted.extend(broken.into_iter().map(|rule| Finding { file: file.clone(), rule: rule.name().to_owned() }));
    }
    planted.sort();
    Ok(planted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workload_is_the_same_every_time_and_of_the_size_that_it_says() {
        let directory = tempfile::tempdir().unwrap();
        let directory = Utf8Path::from_path(directory.path()).unwrap().join("workload");
        let planted = write(&directory, 100).unwrap();
        let first = fs_err::read_to_string(directory.join("service-00007.yaml")).unwrap();
        assert_eq!(write(&directory, 100).unwrap(), planted);
        assert_eq!(fs_err::read_to_string(directory.join("service-00007.yaml")).unwrap(), first);
        let files: Vec<_> = fs_err::read_dir(&directory).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).collect();
        assert_eq!(files.len(), 100);
        assert!(files.iter().all(|bytes| (2_000..=3_100).contains(bytes)), "{files:?}");
        assert!((5..30).contains(&planted.len()), "{}", planted.len());
    }
}
