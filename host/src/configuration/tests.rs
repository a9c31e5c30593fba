//! Where configurations and plugins come from, and what is refused.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use tollgate_config::{LockedPlugin, PIPELINE_FILE, PluginsLock, ReadConfiguration, UseOfLock, read_pipeline};
use tollgate_core::digest::Digest;
use tollgate_core::pipeline::PluginSource;
use tollgate_core::ports::ReadLedger;
use tollgate_gate::Policies;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::in_force::{self, InForce};
use super::plugins::{Lock, Shelf};
use super::reader::{Reader, Tree};
use super::{Failures, builtin, local};
use crate::delivery::tests::world::{Loader, MemoryLedger, MemoryRepository, mk_accept, mk_tree, suspicious};

const HOUSE: &[u8] = b"the house's own plugin";

/// Without targets, so that no gate is implied.
fn pipeline_text(plugin: &str) -> String {
    format!(
        "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents: [{{path: services/*, type: kubernetes}}]\n\
         policies: [{{name: house, policy: {plugin}}}]\ngates: [{{name: house, policy: house}}]\n"
    )
}

fn lock_text(source: PluginSource, digest: Digest) -> String {
    let plugin = LockedPlugin { digest, version: "1.0.0".to_owned(), size: 1, location: None };
    PluginsLock { plugins: BTreeMap::from([(source, plugin)]), packs: BTreeMap::new() }.to_text().unwrap()
}

fn file_source() -> PluginSource {
    PluginSource::File("./plugins/house.wasm".to_owned())
}

/// A repository with one commit.
struct Place {
    repository: MemoryRepository,
    commit: String,
    ledger: MemoryLedger,
}

impl Place {
    /// A configuration with a plugin of its own, locked with this digest, beside these bytes.
    fn new(locked: Option<Digest>, bytes: Option<&[u8]>) -> Self {
        let lock = locked.map(|digest| lock_text(file_source(), digest));
        Self::with_files(&pipeline_text("./plugins/house.wasm"), lock.as_deref(), bytes)
    }

    fn with_files(pipeline: &str, lock: Option<&str>, bytes: Option<&[u8]>) -> Self {
        let mut files = vec![(PIPELINE_FILE, pipeline)];
        files.extend(lock.map(|lock| ("plugins.lock", lock)));
        files.extend(bytes.map(|bytes| ("plugins/house.wasm", std::str::from_utf8(bytes).unwrap())));
        let repository = MemoryRepository::default();
        let commit = repository.commit_tree(mk_tree(&files), &[]);
        let reader = Reader { tree: Tree::Commit { repository: &repository, commit: &commit }, ledger: None };
        let read = read_pipeline(&reader, PIPELINE_FILE, UseOfLock::Obey);
        let digest = read.map_or(Digest::of(b"unreadable"), |configuration| configuration.policy_digest);
        let ledger = MemoryLedger::with_trust(&commit, digest);
        Self { repository, commit, ledger }
    }

    fn read(&self) -> Result<InForce, Failures> {
        let loader = Loader(BTreeMap::from([("house".to_owned(), suspicious())]));
        in_force::read(&self.ledger.history().unwrap(), &self.repository, &self.ledger, &loader)
    }

    fn refused(&self) -> Failure {
        let mut failures = self.read().unwrap_err();
        assert_eq!(failures.len(), 1, "{failures:?}");
        failures.remove(0)
    }
}

#[test]
fn a_locked_plugin_is_taken_from_the_tree() {
    let place = Place::new(Some(Digest::of(HOUSE)), Some(HOUSE));
    let in_force = place.read().unwrap();
    assert_eq!(in_force.policies.get("house").unwrap().plugin, Digest::of(HOUSE));
    assert_eq!(in_force.blobs.values().collect::<Vec<_>>(), [HOUSE], "a decision keeps its plugins");
}

/// Loads the policies of a place past the comparison with the lock, which would tell of a file that changed.
fn load(place: &Place) -> Result<Policies, Failures> {
    let ledger: &dyn ReadLedger = &place.ledger;
    let tree = Tree::Commit { repository: &place.repository, commit: &place.commit };
    let reader = Reader { tree, ledger: Some(ledger) };
    let configuration = local::of_tree(&reader, UseOfLock::Obey)?;
    let loader = Loader(BTreeMap::from([("house".to_owned(), suspicious())]));
    Shelf { reader: &reader, ledger: Some(ledger), lock: Lock::Required }.load(&configuration, &loader)
}

#[test]
fn bytes_of_another_digest_are_never_taken_and_the_ledger_is_asked() {
    let place = Place::new(Some(Digest::of(HOUSE)), Some(b"a newer one"));
    let failure = load(&place).unwrap_err().remove(0);
    assert!(failure.message.ends_with("which neither this tollgate nor the ledger has"), "{}", failure.message);
    place.ledger.put_blob(HOUSE);
    assert_eq!(load(&place).unwrap().get("house").unwrap().plugin, Digest::of(HOUSE));
}

#[test]
fn a_locked_plugin_that_nobody_has_is_refused_by_its_digest() {
    let failure = Place::new(Some(Digest::of(HOUSE)), Some(b"a newer one")).refused();
    assert_eq!(failure.exit, ExitCode::InvalidConfiguration);
    assert!(failure.message.contains(&Digest::of(HOUSE).to_string()), "{}", failure.message);
    assert_eq!(failure.file.as_deref(), Some(PIPELINE_FILE));
}

#[test]
fn a_ledger_that_can_not_be_read_is_no_ledger_without_the_plugin() {
    let place = Place::new(Some(Digest::of(HOUSE)), Some(b"a newer one"));
    place.ledger.set_unreadable(true);
    assert_eq!(load(&place).unwrap_err()[0].exit, ExitCode::LedgerUnavailable);
}

/// What there is of a place for people who recover, with why it can't judge.
fn recover(place: &Place, plugins: &[&str]) -> Result<(InForce, Failures), Failures> {
    let loader = Loader(plugins.iter().map(|name| ((*name).to_owned(), suspicious())).collect());
    in_force::read_to_recover(&place.ledger.history().unwrap(), &place.repository, &place.ledger, &loader)
}

#[test]
fn a_policy_that_can_not_be_loaded_is_read_without_its_plugins_and_says_why() {
    let place = Place::new(Some(Digest::of(HOUSE)), Some(b"a newer one"));
    let (in_force, failures) = recover(&place, &["house"]).unwrap();
    assert!(failures[0].message.contains(&Digest::of(HOUSE).to_string()), "{failures:?}");
    assert!(in_force.policies.is_empty() && in_force.blobs.is_empty());
    assert_eq!(in_force.configuration.pipeline.policies.len(), 1, "it is known what it would ask");
    let place = Place::new(Some(Digest::of(HOUSE)), Some(HOUSE));
    let (in_force, failures) = recover(&place, &["house"]).unwrap();
    assert_eq!((failures.len(), in_force.policies.is_empty()), (0, false));
}

#[test]
fn what_can_not_be_read_at_all_is_nothing_to_recover_from() {
    let place = Place::with_files("kind: [", None, None);
    assert_eq!(recover(&place, &[]).unwrap_err()[0].exit, ExitCode::InvalidConfiguration);
    // An older built-in plugin, which only the ledger may have.
    let lock = lock_text(PluginSource::Builtin("soak".to_owned()), Digest::of(HOUSE));
    let place = Place::with_files(&pipeline_text("builtin:soak"), Some(&lock), None);
    place.ledger.set_unreadable(true);
    let loader = Loader(BTreeMap::new());
    let history = tollgate_core::history::History::new(place.ledger.seen().entries().to_vec()).unwrap();
    let unreachable = in_force::read_to_recover(&history, &place.repository, &place.ledger, &loader).unwrap_err();
    assert_eq!(unreachable[0].exit, ExitCode::LedgerUnavailable);
}

#[test]
fn a_promotion_takes_no_plugin_that_is_not_locked() {
    for lock in [None, Some(lock_text(PluginSource::File("plugins/other.wasm".to_owned()), Digest::of(HOUSE)))] {
        let place = Place::with_files(&pipeline_text("./plugins/house.wasm"), lock.as_deref(), Some(HOUSE));
        let failure = place.refused();
        assert_eq!(failure.exit, ExitCode::InvalidConfiguration);
    }
}

#[test]
fn a_built_in_plugin_is_taken_from_the_binary_by_its_locked_digest_alone() {
    let name = builtin::plugin_names().next().expect("tests need the plugins: run `cargo xtask plugins`");
    let bytes = builtin::plugin(name).unwrap();
    let source = || PluginSource::Builtin(name.to_owned());
    let text = pipeline_text(&format!("builtin:{name}"));
    let own = Place::with_files(&text, Some(&lock_text(source(), Digest::of(bytes))), None);
    assert_eq!(own.read().unwrap().blobs.into_values().collect::<Vec<_>>(), [bytes]);
    let older = Place::with_files(&text, Some(&lock_text(source(), Digest::of(HOUSE))), None);
    assert!(older.refused().message.contains(&Digest::of(HOUSE).to_string()));
    older.ledger.put_blob(HOUSE);
    assert_eq!(older.read().unwrap().policies.get("house").unwrap().plugin, Digest::of(HOUSE), "the lock decides, not the binary");
}

#[test]
fn a_policy_of_another_digest_than_the_ledger_accepted_is_refused() {
    let place = Place::new(Some(Digest::of(HOUSE)), Some(HOUSE));
    let accepted = Digest::of(b"accepted");
    let mut accept = mk_accept(accepted);
    if let tollgate_core::entry::Body::PolicyAccept(accept) = &mut accept {
        accept.commit.clone_from(&place.commit);
    }
    place.ledger.write(tollgate_core::entry::EntrySubject::default(), accept);
    let failure = place.refused();
    assert_eq!(failure.exit, ExitCode::InvalidConfiguration);
    assert!(failure.message.contains(&accepted.to_string()) && failure.message.contains(&place.commit), "{}", failure.message);
}

#[test]
fn the_commit_in_force_is_fetched_where_this_clone_lacks_it() {
    let place = Place::new(Some(Digest::of(HOUSE)), Some(HOUSE));
    place.repository.forget(&place.commit);
    place.read().unwrap();
    place.repository.lose(&place.commit);
    assert_eq!(place.refused().exit, ExitCode::SourceUnreadable);
}

#[test]
fn check_alone_takes_plugins_as_they_are() {
    let place = Place::new(None, Some(HOUSE));
    let reader = Reader { tree: Tree::Commit { repository: &place.repository, commit: &place.commit }, ledger: None };
    let configuration = local::of_tree(&reader, UseOfLock::Obey).unwrap();
    let loader = Loader(BTreeMap::from([("house".to_owned(), suspicious())]));
    let load = |lock| Shelf { reader: &reader, ledger: None, lock }.load(&configuration, &loader);
    assert_eq!(load(Lock::Optional).unwrap().get("house").unwrap().plugin, Digest::of(HOUSE));
    let failures = load(Lock::Required).unwrap_err();
    assert!(failures[0].hint.as_ref().unwrap().contains("tollgate policy update"), "{failures:?}");
}

#[test]
fn a_plugin_that_does_not_exist_is_refused_where_it_is_named() {
    for plugin in ["./plugins/house.wasm", "builtin:no-such-plugin"] {
        let failure = Place::with_files(&pipeline_text(plugin), None, None).refused();
        assert_eq!((failure.exit, failure.line), (ExitCode::InvalidConfiguration, Some(4)), "{failure:?}");
    }
}

#[test]
fn a_directory_and_a_commit_are_read_alike() {
    let directory = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
    let place = Place::new(None, Some(HOUSE));
    fs_err::write(root.join(PIPELINE_FILE), pipeline_text("./plugins/house.wasm")).unwrap();
    fs_err::create_dir(root.join("plugins")).unwrap();
    fs_err::write(root.join("plugins/house.wasm"), HOUSE).unwrap();
    let of_directory = Reader { tree: Tree::Directory(root.clone()), ledger: None };
    let of_commit = Reader { tree: Tree::Commit { repository: &place.repository, commit: &place.commit }, ledger: None };
    for reader in [&of_directory, &of_commit] {
        assert_eq!(reader.bytes("./plugins/house.wasm").unwrap().as_deref(), Some(HOUSE));
        assert_eq!(reader.bytes("nowhere").unwrap(), None);
        assert!(reader.file("nowhere").unwrap().is_none());
    }
    let digest = |reader: &Reader<'_>| local::of_tree(reader, UseOfLock::Obey).unwrap().policy_digest;
    assert_eq!(digest(&of_directory), digest(&of_commit));
    assert_eq!(local::root_above(&root.join("plugins")), Some(root));
}

#[test]
fn a_file_that_is_no_yaml_is_refused_at_its_place() {
    let place = Place::with_files("a: 1\na: 2\n", None, None);
    let failure = place.refused();
    assert_eq!(
        (failure.exit, failure.file.as_deref(), failure.line),
        (ExitCode::InvalidConfiguration, Some(PIPELINE_FILE), Some(2))
    );
}

#[test]
fn a_pack_is_what_the_lock_says_and_else_the_binarys_own() {
    let place = Place::new(None, None);
    let pack = |ledger: Option<&dyn ReadLedger>, locked| {
        let tree = Tree::Commit { repository: &place.repository, commit: &place.commit };
        Reader { tree, ledger }.builtin_pack("recommended", locked).unwrap().map(|file| file.bytes)
    };
    let own = builtin::pack("recommended").unwrap();
    assert_eq!(pack(None, None).as_deref(), Some(own));
    assert_eq!(pack(None, Some(Digest::of(own))).as_deref(), Some(own));
    let older = b"kind: Pack\n";
    assert_eq!(pack(Some(&place.ledger), Some(Digest::of(older))), None);
    place.ledger.put_blob(older);
    assert_eq!(pack(Some(&place.ledger), Some(Digest::of(older))).as_deref(), Some(&older[..]));
}

#[test]
fn a_file_of_signers_that_can_not_be_used_is_refused_at_its_line_in_force_and_in_the_work_tree() {
    let pipeline = pipeline_text("./plugins/house.wasm") + "people: {signers: signers}\n";
    let lock = lock_text(file_source(), Digest::of(HOUSE));
    let house = std::str::from_utf8(HOUSE).unwrap();
    let signers = "# people\ndev@example.com ssh-ed25519 no-key\n";
    let files = [(PIPELINE_FILE, pipeline.as_str()), ("plugins.lock", &lock), ("plugins/house.wasm", house), ("signers", signers)];
    let repository = MemoryRepository::default();
    let commit = repository.commit_tree(mk_tree(&files), &[]);
    let ledger = MemoryLedger::with_trust(&commit, Digest::of(b"policy"));
    let failure = Place { repository, commit, ledger }.refused();
    assert_eq!(failure.exit, ExitCode::InvalidConfiguration);
    assert_eq!((failure.file.as_deref(), failure.line), (Some("signers"), Some(2)));

    let directory = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
    fs_err::create_dir(root.join("plugins")).unwrap();
    files.iter().for_each(|(path, text)| fs_err::write(root.join(path), text).unwrap());
    let reader = Reader { tree: Tree::Directory(root), ledger: None };
    let failures = local::of_tree(&reader, UseOfLock::Obey).unwrap_err();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0].exit, ExitCode::InvalidConfiguration);
}
