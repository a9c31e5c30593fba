//! Annotated tags at the remote.

use git2::{ObjectType, Oid, Repository};
use tollgate_core::ports::{SourceError, Tag};

use crate::commits::stamp;
use crate::kept::KeepError;
use crate::objects::ObjectError;
use crate::reading::parse;
use crate::remote::RemoteReference;
use crate::repository::{GitRepository, failed};
use crate::signed;

const TAGS: &str = "refs/tags/";

impl GitRepository {
    pub(crate) fn find_tag(&self, name: &str) -> Result<Option<Tag>, SourceError> {
        let full = format!("{TAGS}{name}");
        let found = self.remote.find(&[&full]).map_err(|said| self.unreachable(said))?.pop();
        let unknown = || SourceError::UnknownReference { name: name.to_owned(), remote: self.remote.name() };
        let found = found.ok_or_else(unknown)?;
        if found.object == found.commit {
            return Ok(None);
        }
        Ok(self.read_tags(&[found])?.pop())
    }

    pub(crate) fn find_tags(&self, commits: &[&str], prefix: &str) -> Result<Vec<Tag>, SourceError> {
        let mut found = self.remote.below(&format!("{TAGS}{prefix}")).map_err(|said| self.unreachable(said))?;
        found.retain(|one| one.object != one.commit && commits.contains(&one.commit.as_str()));
        found.sort_by(|one, other| one.name.cmp(&other.name));
        self.read_tags(&found)
    }

    /// The tags themselves, which a fetch of what they lead to does not bring.
    fn read_tags(&self, found: &[RemoteReference]) -> Result<Vec<Tag>, SourceError> {
        let ids: Vec<Oid> = found.iter().map(|one| parse(&one.object)).collect::<Result<_, _>>()?;
        let has = |repository: &Repository| {
            let odb = repository.odb()?;
            Ok::<_, git2::Error>(ids.iter().map(|id| odb.exists(*id)).collect::<Vec<_>>())
        };
        let here = self.handles.with(has).map_err(|error| failed("tags", error.into()))?;
        let missing: Vec<&str> = found.iter().zip(here).filter(|(_, here)| !here).map(|(one, _)| one.name.as_str()).collect();
        if !missing.is_empty() {
            self.remote.fetch(&missing).map_err(|said| self.unreachable(said))?;
        }
        found.iter().zip(ids).map(|(one, id)| self.read_tag(one, id)).collect()
    }

    fn read_tag(&self, found: &RemoteReference, id: Oid) -> Result<Tag, SourceError> {
        let moved = || SourceError::Git { what: found.name.clone(), source: Box::new(KeepError::Moved(found.name.clone())) };
        let read = |repository: &Repository| {
            let odb = repository.odb()?;
            if !odb.exists(id) {
                return Ok(None);
            }
            let (tag, object) = (repository.find_tag(id)?, odb.read(id)?);
            let (payload, signature) = signed::of_tag(object.data());
            Ok::<_, ObjectError>(Some(Tag {
                id: id.to_string(),
                name: found.name.strip_prefix(TAGS).unwrap_or(&found.name).to_owned(),
                own_name: String::from_utf8_lossy(tag.name_bytes()).into_owned(),
                commit: (tag.target_type() == Some(ObjectType::Commit)).then(|| tag.target_id().to_string()),
                tagger: tag.tagger().map(|tagger| stamp(&tagger)),
                message: message(payload),
                signature,
            }))
        };
        self.handles.with(read).map_err(|error| failed(&found.name, error))?.ok_or_else(moved)
    }
}

/// What follows the header.
fn message(payload: &[u8]) -> String {
    let text = String::from_utf8_lossy(payload);
    text.split_once("\n\n").map_or("", |(_, message)| message).to_owned()
}

#[cfg(test)]
mod tests {
    use tollgate_core::ports::{ReadRepository as _, SignatureKind};

    use super::*;
    use crate::testing::Scene;

    #[test]
    fn a_plain_tag_is_but_a_name_and_an_annotated_one_has_a_maker() {
        let scene = Scene::new();
        scene.clone_to("clone");
        let commit = scene.push("seed", "two", "master");
        scene.git("seed", &["tag", "plain"]);
        scene.git("seed", &["tag", "--annotate", "--message", "first\n\nsecond", "v1"]);
        scene.git("seed", &["push", "--quiet", "origin", "plain", "v1"]);
        let repository = scene.repository("clone");
        assert_eq!(repository.resolve_at_remote("v1").unwrap().commit, commit);
        assert_eq!(repository.tag_at_remote("plain").unwrap(), None);
        let tag = repository.tag_at_remote("v1").unwrap().unwrap();
        assert_eq!((tag.name.as_str(), tag.own_name.as_str(), tag.commit.as_deref()), ("v1", "v1", Some(commit.as_str())));
        assert_eq!((tag.tagger.unwrap().mail.as_str(), tag.message.as_str()), ("tester@example.com", "first\n\nsecond\n"));
        assert_eq!((tag.id, tag.signature), (scene.git("seed", &["rev-parse", "v1"]), None));
        let error = repository.tag_at_remote("v2").unwrap_err();
        assert!(matches!(error, SourceError::UnknownReference { .. }), "{error}");
        assert_eq!(scene.git("clone", &["tag"]), "");
    }

    #[test]
    fn a_signed_tag_is_split_into_its_bytes_and_its_signature() {
        let scene = Scene::new();
        let key = scene.ssh_key("dev");
        scene.sign_tag("seed", "v1", &key);
        scene.git("seed", &["push", "--quiet", "origin", "v1"]);
        let tag = scene.repository("seed").tag_at_remote("v1").unwrap().unwrap();
        let signature = tag.signature.unwrap();
        assert_eq!((signature.kind, tag.message.as_str()), (SignatureKind::Ssh, "v1\n"));
        assert!(signature.payload.starts_with(b"object ") && signature.payload.ends_with(b"\nv1\n"));
        assert!(signature.armoured.ends_with("-----END SSH SIGNATURE-----\n"));
    }

    #[test]
    fn a_tag_of_a_tag_is_on_no_commit() {
        let scene = Scene::new();
        scene.git("seed", &["tag", "--annotate", "--message", "x", "inner"]);
        scene.git("seed", &["tag", "--annotate", "--message", "x", "outer", "inner"]);
        scene.git("seed", &["push", "--quiet", "origin", "inner", "outer"]);
        assert_eq!(scene.repository("seed").tag_at_remote("outer").unwrap().unwrap().commit, None);
    }

    #[test]
    fn a_name_that_another_tag_was_put_under_shows_both_names() {
        let scene = Scene::new();
        scene.git("seed", &["tag", "--annotate", "--message", "x", "v1"]);
        scene.git("seed", &["push", "--quiet", "origin", "refs/tags/v1:refs/tags/approve/v1"]);
        let tag = scene.repository("seed").tag_at_remote("approve/v1").unwrap().unwrap();
        assert_eq!((tag.name.as_str(), tag.own_name.as_str()), ("approve/v1", "v1"));
    }

    #[test]
    fn tags_on_commits_are_found_at_any_depth_of_their_names() {
        let scene = Scene::new();
        scene.clone_to("clone");
        let first = scene.git("seed", &["rev-parse", "HEAD"]);
        let second = scene.push("seed", "two", "master");
        for (name, commit) in [("approve/b/c", &second), ("approve/a", &first), ("approved", &first), ("x/approve/a", &first)] {
            scene.git("seed", &["tag", "--annotate", "--message", "x", name, commit]);
        }
        scene.git("seed", &["tag", "approve/plain"]);
        scene.git("seed", &["push", "--quiet", "--tags", "origin"]);
        let repository = scene.repository("clone");
        repository.resolve_at_remote("master").unwrap();
        let names = |commits: &[&str]| {
            let tags = repository.tags_on(commits, "approve/").unwrap();
            tags.into_iter().map(|tag| tag.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&[&first]), ["approve/a"]);
        assert_eq!(names(&[&second, &first]), ["approve/a", "approve/b/c"]);
        assert!(names(&["0123456789012345678901234567890123456789"]).is_empty());
    }
}
