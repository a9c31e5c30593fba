//! The commits of a change, with what is said in them.

use git2::{ErrorCode, Oid, Repository, Signature, Sort};
use tollgate_core::ports::{Commit, CommitRange, ReadRepository as _, SourceError, Stamp};
use tollgate_core::time::Timestamp;

use crate::objects::ObjectError;
use crate::reading::parse;
use crate::repository::{GitRepository, failed};
use crate::{shallow, signed};

impl GitRepository {
    pub(crate) fn walk_since(&self, tip: &str, base: Option<&str>, limit: usize) -> Result<CommitRange, SourceError> {
        let known = |commit: &str| self.commit(commit).and_then(|id| parse(&id));
        let (tip_id, base_id) = (known(tip)?, base.map(known).transpose()?);
        let read = |repository: &Repository| {
            let cut = shallow::cut_between(repository, &[tip_id], base_id)?;
            Ok::<_, ObjectError>((range(repository, tip_id, base_id, limit)?, cut))
        };
        match self.handles.with(read).map_err(|error| failed(&format!("commits of {tip}"), error))? {
            (_, Some(depth)) => Err(SourceError::Shallow { depth }),
            (range, None) => Ok(range),
        }
    }
}

fn range(repository: &Repository, tip: Oid, base: Option<Oid>, limit: usize) -> Result<CommitRange, ObjectError> {
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME)?;
    walk.push(tip)?;
    base.map_or(Ok(()), |base| walk.hide(base))?;
    let mut commits = Vec::new();
    for id in walk {
        if commits.len() == limit {
            return Ok(CommitRange { commits, is_complete: false });
        }
        commits.push(commit(repository, id?)?);
    }
    Ok(CommitRange { commits, is_complete: true })
}

fn commit(repository: &Repository, id: Oid) -> Result<Commit, ObjectError> {
    let found = repository.find_commit(id).map_err(|error| match error.code() {
        ErrorCode::NotFound => ObjectError::Missing(id),
        _ => error.into(),
    })?;
    let message = String::from_utf8_lossy(found.message_bytes()).into_owned();
    Ok(Commit {
        id: id.to_string(),
        parents: found.parent_ids().map(|parent| parent.to_string()).collect(),
        tree: found.tree_id().to_string(),
        author: stamp(&found.author()),
        committer: stamp(&found.committer()),
        trailers: trailers(&message)?,
        message,
        signature: signed::of_commit(repository, id)?,
    })
}

/// A time that no calendar has is the first or the last that there is.
pub(crate) fn stamp(signature: &Signature<'_>) -> Stamp {
    let second = signature.when().seconds();
    let end = if second < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Stamp { mail: String::from_utf8_lossy(signature.email_bytes()).into_owned(), at: Timestamp::from_second(second).unwrap_or(end) }
}

fn trailers(message: &str) -> Result<Vec<(String, String)>, git2::Error> {
    let found = git2::message_trailers_strs(message)?;
    Ok(found.iter().map(|(key, value)| (key.to_owned(), unfolded(value))).collect())
}

/// The lines of a value, joined.
fn unfolded(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::TestRunner;
    use tollgate_core::ports::SignatureKind;

    use super::*;
    use crate::testing::Scene;

    fn ids(range: &CommitRange) -> Vec<&str> {
        range.commits.iter().map(|commit| commit.id.as_str()).collect()
    }

    #[test]
    fn a_change_is_what_its_tip_has_and_its_base_has_not_children_first() {
        let scene = Scene::new();
        let base = scene.git("seed", &["rev-parse", "HEAD"]);
        let one = scene.commit("seed", "one", "1");
        scene.git("seed", &["checkout", "--quiet", &base]);
        let other = scene.commit("seed", "other", "2");
        scene.git("seed", &["merge", "--quiet", "--no-ff", "--message", "merge", &one]);
        let merge = scene.git("seed", &["rev-parse", "HEAD"]);
        let repository = scene.repository("seed");
        let range = repository.commits_since(&merge, Some(&base), 10).unwrap();
        let found = ids(&range);
        assert_eq!((found[0], found.len()), (merge.as_str(), 3));
        assert!(found.contains(&one.as_str()) && found.contains(&other.as_str()) && range.is_complete);
        assert_eq!(range.commits[0].parents, [other.clone(), one]);
        assert!(range.commits[0].is_merge() && !range.commits[1].is_merge());
        assert_eq!(range.commits[0].tree, scene.git("seed", &["rev-parse", "HEAD^{tree}"]));
        assert_eq!(repository.commits_since(&merge, None, 10).unwrap().commits.len(), 4);
        assert_eq!(repository.commits_since(&base, Some(&merge), 10).unwrap(), CommitRange { commits: vec![], is_complete: true });
        assert_eq!(ids(&repository.commits_since(&merge, Some(&other), 10).unwrap()).len(), 2);
    }

    #[test]
    fn a_limit_that_is_reached_and_one_that_is_exceeded_differ() {
        let scene = Scene::new();
        let commits: Vec<String> = ["a", "b", "c"].iter().map(|text| scene.commit("seed", "README", text)).collect();
        let range = |limit| scene.repository("seed").commits_since(&commits[2], Some(&commits[0]), limit).unwrap();
        assert!(range(2).is_complete && range(3).is_complete);
        assert_eq!((ids(&range(1)), range(1).is_complete), (vec![commits[2].as_str()], false));
    }

    #[test]
    fn history_that_is_cut_off_is_no_short_history() {
        let scene = Scene::new();
        let first = scene.git("seed", &["rev-parse", "HEAD"]);
        scene.push("seed", "two", "master");
        let last = scene.push("seed", "three", "master");
        scene.git(".", &["clone", "--quiet", "--depth=2", &scene.url(), "shallow"]);
        let error = scene.repository("shallow").commits_since(&last, None, 10).unwrap_err();
        assert!(matches!(error, SourceError::Shallow { depth: 2 }), "{error}");
        let error = scene.repository("shallow").commits_since(&last, Some(&first), 10).unwrap_err();
        assert!(matches!(error, SourceError::Shallow { .. }), "{error}");
        let parent = scene.git("seed", &["rev-parse", "HEAD~1"]);
        let before = scene.repository("shallow").commits_since(&last, Some(&parent), 10).unwrap();
        assert_eq!(before.commits.len(), 1);
    }

    #[test]
    fn author_committer_dates_and_message_are_what_the_commit_says() {
        let scene = Scene::new();
        let message = "subject\n\nbody\n\nTicket: OPS-1\nImpact: some\n  more of it\nReviewed-by: A <a@example.com>";
        fs_err::write(scene.path("seed/message"), message).unwrap();
        let who = ["-c", "author.email=Author@Example.com", "-c", "committer.email=c@example.com"];
        let what = ["commit", "--quiet", "--allow-empty", "--date=1767225600 +0900", "--file=message"];
        scene.git("seed", &[&who[..], &what[..]].concat());
        let commit = scene.git("seed", &["rev-parse", "HEAD"]);
        let range = scene.repository("seed").commits_since(&commit, None, 1).unwrap();
        let found = &range.commits[0];
        assert_eq!((found.author.mail.as_str(), found.committer.mail.as_str()), ("Author@Example.com", "c@example.com"));
        assert_eq!(found.author.at, Timestamp::from_second(1_767_225_600).unwrap());
        assert_eq!(found.message.lines().next(), Some("subject"));
        let trailer = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let expected =
            [trailer("Ticket", "OPS-1"), trailer("Impact", "some more of it"), trailer("Reviewed-by", "A <a@example.com>")];
        assert_eq!(found.trailers, expected);
        assert_eq!(found.signature, None);
    }

    #[test]
    fn a_date_before_or_after_all_calendars_is_the_first_or_last() {
        let far = |second| stamp(&Signature::new("x", "x@example.com", &git2::Time::new(second, 0)).unwrap()).at;
        assert_eq!((far(i64::MIN / 4), far(i64::MAX / 4)), (Timestamp::MIN, Timestamp::MAX));
    }

    #[test]
    fn the_signed_bytes_are_the_commit_without_its_signature() {
        let scene = Scene::new();
        let commit = scene.sign_commit("seed", "README", "signed", &scene.ssh_key("dev"));
        let range = scene.repository("seed").commits_since(&commit, None, 1).unwrap();
        let signature = range.commits[0].signature.clone().unwrap();
        assert_eq!(signature.kind, SignatureKind::Ssh);
        assert!(signature.armoured.starts_with("-----BEGIN SSH SIGNATURE-----\n"), "{}", signature.armoured);
        let payload = String::from_utf8(signature.payload).unwrap();
        assert!(payload.starts_with("tree ") && payload.ends_with("\nsigned\n") && !payload.contains("gpgsig"), "{payload}");
    }

    #[test]
    fn only_the_last_paragraph_has_trailers() {
        for (message, expected) in [
            ("subject\n\nTicket: 1\n\nbody\n", 0),
            ("subject\n\nbody\n\nTicket: 1\n", 1),
            ("Ticket: 1\n", 0),
            ("", 0),
            ("subject\n\nTicket: 1\nTicket: 2\n", 2),
        ] {
            assert_eq!(trailers(message).unwrap().len(), expected, "{message:?}");
        }
    }

    /// git-interpret-trailers(1) is the authority.
    #[test]
    fn trailers_are_those_that_git_finds() {
        let scene = Scene::new();
        let lines = prop::collection::vec("(Ticket: [a-z]{1,4}|Signed-off-by: x|[a-z]{1,5}|)", 0..6);
        let mut runner = TestRunner::new(ProptestConfig { cases: 64, ..ProptestConfig::default() });
        let found = runner.run(&lines, |lines| {
            let message = format!("subject\n\n{}\n", lines.join("\n"));
            fs_err::write(scene.path("message"), &message).unwrap();
            let theirs = scene.git(".", &["interpret-trailers", "--only-trailers", "--unfold", "message"]);
            let own: Vec<String> = trailers(&message).unwrap().iter().map(|(key, value)| format!("{key}: {value}")).collect();
            prop_assert_eq!(own.join("\n"), theirs);
            Ok(())
        });
        found.unwrap();
    }

    proptest! {
        #[test]
        fn no_message_panics(message in "[^\0]{0,60}") {
            let _ = trailers(&message);
        }
    }
}
