use std::process::{Command, Stdio};

use super::*;
use crate::testing::{Scene, make_hook};

const BRANCH: &str = "deploy/prod";

fn mk_branch(scene: &Scene, clone: &str, path: Option<&str>, key: Option<Arc<dyn SignBytes>>) -> PublishedBranch {
    if !scene.path(clone).exists() {
        scene.clone_to(clone);
    }
    let (remote, branch) = ("origin".to_owned(), BRANCH.to_owned());
    let target = GitTarget { remote, branch, path: path.map(ToOwned::to_owned), plan_key: None };
    PublishedBranch::in_clone(&scene.repository(clone), &target, key).unwrap()
}

fn mk_publication(changes: &[(&str, Option<&str>)]) -> Publication {
    let change = |(path, text): &(&str, Option<&str>)| ((*path).to_owned(), text.map(|text| text.as_bytes().to_vec()));
    Publication { changes: changes.iter().map(change).collect(), message: "deliver\n\nTollgate-Promotion: P-1\n".to_owned() }
}

fn won(branch: &PublishedBranch, parent: Option<&str>, changes: &[(&str, Option<&str>)]) -> String {
    match branch.publish(parent, &mk_publication(changes)).unwrap() {
        Published::Won(commit) => commit,
        Published::Lost => panic!("it was lost"),
    }
}

fn paths(branch: &PublishedBranch) -> Vec<String> {
    branch.head().unwrap().unwrap().files.into_keys().collect()
}

/// Signs with OpenSSH's own program.
struct KeyFile(camino::Utf8PathBuf);

impl SignBytes for KeyFile {
    fn key(&self) -> &str {
        self.0.as_str()
    }

    fn public_key(&self) -> &str {
        ""
    }

    fn sign(&self, namespace: &str, message: &[u8]) -> Result<String, SignError> {
        use std::io::Write as _;
        let arguments = ["-Y", "sign", "-f", self.0.as_str(), "-n", namespace];
        let mut signing = Command::new("ssh-keygen");
        signing.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = signing.spawn().unwrap();
        child.stdin.take().unwrap().write_all(message).unwrap();
        Ok(String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap())
    }
}

#[test]
fn a_branch_that_is_not_there_is_made_with_nothing_but_what_is_published() {
    let scene = Scene::new();
    let branch = mk_branch(&scene, "one", None, None);
    assert_eq!(branch.head().unwrap(), None);
    let commit = won(&branch, None, &[("a/b.yaml", Some("b")), ("c.yaml", Some("c"))]);
    let head = branch.head().unwrap().unwrap();
    assert_eq!((head.commit.as_str(), head.files.len()), (commit.as_str(), 2));
    assert_eq!(head.files["a/b.yaml"], PublishedFile::Plain(b"b".to_vec()));
    assert_eq!(scene.git("remote.git", &["rev-list", "--count", BRANCH]), "1");
}

#[test]
fn files_are_put_and_removed_and_others_stay() {
    let scene = Scene::new();
    let branch = mk_branch(&scene, "one", None, None);
    let first = won(&branch, None, &[("a/b.yaml", Some("b")), ("a.yaml", Some("a")), ("same", Some("same"))]);
    let second = won(&branch, Some(&first), &[("a/b.yaml", None), ("a.yaml", None), ("a.yaml/deep", Some("d"))]);
    assert_eq!(paths(&branch), ["a.yaml/deep", "same"]);
    assert_eq!(scene.git("remote.git", &["rev-parse", &format!("{second}^")]), first);
}

#[test]
fn a_path_is_the_target_s_own_and_what_is_beside_it_stays() {
    let scene = Scene::new();
    let seed = scene.push("seed", "beside", BRANCH);
    let branch = mk_branch(&scene, "one", Some("clusters/prod"), None);
    assert_eq!(paths(&branch), [""; 0]);
    won(&branch, Some(&seed), &[("a.yaml", Some("a"))]);
    assert_eq!(paths(&branch), ["a.yaml"]);
    assert_eq!(scene.git("remote.git", &["ls-tree", "-r", "--name-only", BRANCH]), "README\nclusters/prod/a.yaml");
    let place = branch.place();
    assert!(place.starts_with("branch `deploy/prod` of file:///") && place.ends_with(", directory `clusters/prod`"), "{place}");
}

#[test]
fn what_is_no_file_is_told_as_such_also_in_place_of_the_directory() {
    let scene = Scene::new();
    std::os::unix::fs::symlink("/etc", scene.path("seed/link")).unwrap();
    scene.push("seed", "linked", BRANCH);
    let head = mk_branch(&scene, "one", None, None).head().unwrap().unwrap();
    assert_eq!(head.files["link"], PublishedFile::Other("a symlink"));
    for path in ["link", "README"] {
        let head = mk_branch(&scene, "one", Some(path), None).head().unwrap().unwrap();
        assert_eq!(head.files[""], PublishedFile::Other("no directory"), "{path}");
    }
}

#[test]
fn who_was_overtaken_loses_and_nothing_of_the_faster_one_is_lost() {
    let scene = Scene::new();
    let (one, other) = (mk_branch(&scene, "one", None, None), mk_branch(&scene, "other", None, None));
    let first = won(&one, None, &[("a", Some("1"))]);
    other.head().unwrap();
    let second = won(&one, Some(&first), &[("a", Some("2"))]);
    assert_eq!(other.publish(Some(&first), &mk_publication(&[("a", Some("3"))])).unwrap(), Published::Lost);
    assert_eq!(other.publish(None, &mk_publication(&[("a", Some("3"))])).unwrap(), Published::Lost);
    assert_eq!(other.head().unwrap().unwrap().commit, second);
}

#[test]
fn a_branch_that_somebody_set_back_is_looked_at_anew_and_no_obstacle() {
    let scene = Scene::new();
    let branch = mk_branch(&scene, "one", None, None);
    let first = won(&branch, None, &[("a", Some("1"))]);
    won(&branch, Some(&first), &[("a", Some("2"))]);
    scene.git("remote.git", &["update-ref", &format!("refs/heads/{BRANCH}"), &first]);
    assert_eq!(branch.head().unwrap().unwrap().commit, first);
    won(&branch, Some(&first), &[("a", Some("3"))]);
}

#[test]
fn a_commit_is_signed_so_that_git_itself_accepts_it() {
    let scene = Scene::new();
    let key = scene.ssh_key("deployer");
    let public = fs_err::read_to_string(format!("{key}.pub")).unwrap();
    fs_err::write(scene.path("allowed"), format!("deployer@example.com namespaces=\"git\" {public}")).unwrap();
    let branch = mk_branch(&scene, "one", None, Some(Arc::new(KeyFile(key))));
    let commit = won(&branch, None, &[("a", Some("1"))]);
    let allowed = format!("gpg.ssh.allowedSignersFile={}", scene.path("allowed"));
    scene.git("one", &["-c", &allowed, "verify-commit", &commit]);
    assert_eq!(scene.git("one", &["-c", &allowed, "log", "-1", "--format=%G? %GS", &commit]), "G deployer@example.com");
    assert_eq!(scene.git("one", &["log", "-1", "--format=%(trailers:key=Tollgate-Promotion,valueonly)", &commit]), "P-1");
}

#[test]
fn a_rule_of_the_remote_is_a_refusal_with_its_words_and_a_lost_remote_is_told() {
    let scene = Scene::new();
    let branch = mk_branch(&scene, "one", None, None);
    make_hook(&scene.path("remote.git/hooks/pre-receive"), "echo branch is protected >&2; exit 1");
    match branch.publish(None, &mk_publication(&[("a", Some("1"))])) {
        Err(BranchError::Refused { message }) => assert!(message.contains("branch is protected"), "{message}"),
        other => panic!("{other:?}"),
    }
    fs_err::remove_dir_all(scene.path("remote.git")).unwrap();
    assert!(matches!(branch.head(), Err(BranchError::Unreachable { .. })));
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    let scene = Scene::new();
    let branch = mk_branch(&scene, "one", Some("prod"), None);
    for path in ["../a", "a//b", "/a", ".git/config", "a/.git/b"] {
        assert!(branch.publish(None, &mk_publication(&[(path, Some("x"))])).is_err(), "{path}");
    }
    assert_eq!(branch.head().unwrap(), None);
}

#[test]
fn publishing_leaves_the_clone_s_branches_and_work_tree_alone() {
    let scene = Scene::new();
    let branch = mk_branch(&scene, "one", None, None);
    let before = scene.belongings("one");
    won(&branch, None, &[("a", Some("1"))]);
    branch.head().unwrap();
    // Git itself notes where a remote's branch is after a push to it.
    scene.git("one", &["update-ref", "-d", &format!("refs/remotes/origin/{BRANCH}")]);
    assert_eq!(scene.belongings("one"), before);
    assert_eq!(scene.git("one", &["status", "--porcelain"]), "");
}
