//! `plugins.lock` and the policy digest.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

#[path = "support/mod.rs"]
mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use support::{MemoryTree, read_yaml};
use tollgate_config::{
    Configuration, ConfigurationError, LockedPack, LockedPlugin, PluginsLock, UseOfLock, compare_with_lock, policy_digest,
    read_pipeline,
};
use tollgate_core::digest::Digest;
use tollgate_core::pipeline::PluginSource;

const PIPELINE: &str = "\
apiVersion: tollgate.dev/v1alpha1
kind: Pipeline
components: [{path: services/*, type: kubernetes}]
packs: [builtin:recommended]
gates:
  - {name: house-rule, policy: ./rules/house.wasm, grants: {data: {list: rules/list.txt}}}
";

fn mk_tree(lock: Option<&str>) -> MemoryTree {
    let mut tree = MemoryTree::new(&[("tollgate.yaml", PIPELINE), ("rules/house.wasm", "wasm"), ("rules/list.txt", "a")]);
    tree.files.extend(lock.map(|lock| ("plugins.lock".to_owned(), lock.to_owned())));
    tree
}

fn read(tree: &MemoryTree) -> Configuration {
    read_pipeline(tree, "tollgate.yaml", UseOfLock::Obey).unwrap()
}

fn locked(bytes: &[u8]) -> LockedPlugin {
    LockedPlugin { digest: Digest::of(bytes), version: "0.1.0".to_owned(), size: bytes.len() as u64, location: None }
}

/// A lock that holds all that the configuration uses.
fn mk_lock() -> PluginsLock {
    let builtin = |name: &str| PluginSource::Builtin(name.to_owned());
    let plugins = BTreeMap::from([
        (builtin("image-pinned"), locked(b"image-pinned")),
        (builtin("pod-security"), locked(b"pod-security")),
        (PluginSource::File("./rules/house.wasm".to_owned()), locked(b"wasm")),
    ]);
    let pack = LockedPack { digest: Digest::of(support::RECOMMENDED.as_bytes()), location: None };
    PluginsLock { plugins, packs: BTreeMap::from([("recommended".to_owned(), pack)]) }
}

/// What is wrong with a lock, in the words that people see.
fn differences(lock: &PluginsLock) -> Vec<String> {
    let configuration = read(&mk_tree(Some(&lock.to_text().unwrap())));
    compare_with_lock(&configuration).into_vec().iter().map(ToString::to_string).collect()
}

#[test]
fn a_lock_says_that_nobody_should_write_it_by_hand() {
    let text = mk_lock().to_text().unwrap();
    assert!(text.starts_with("# The digests of the plugins"));
    assert!(text.contains("# Written by `tollgate policy update`; changes by hand are lost.\nversion: 1\nplugins:\n"));
    assert!(text.contains("  ./rules/house.wasm:\n    digest: sha256:"));
}

#[test]
fn a_complete_lock_differs_in_nothing() {
    assert_eq!(differences(&mk_lock()), Vec::<String>::new());
}

#[test]
fn without_a_lock_everything_is_missing() {
    let configuration = read(&mk_tree(None));
    assert_eq!(configuration.lock, None);
    let problems = compare_with_lock(&configuration);
    assert_eq!((problems.missing.len(), problems.stale.len(), problems.unused.len()), (4, 0, 0));
    assert!(!problems.is_empty());
}

#[test]
fn missing_plugins_and_packs_are_named_where_they_are_used() {
    let mut lock = mk_lock();
    lock.packs.clear();
    lock.plugins.retain(|source, _| source.to_string() != "builtin:pod-security");
    assert_eq!(
        differences(&lock),
        [
            "builtin:recommended:6:5: plugin `builtin:pod-security` is not in `plugins.lock`; run `tollgate policy update`",
            "tollgate.yaml:4:9: pack `builtin:recommended` is not in `plugins.lock`; run `tollgate policy update`",
        ]
    );
}

#[test]
fn a_plugin_that_has_changed_is_stale() {
    let mut lock = mk_lock();
    lock.plugins.insert(PluginSource::File("./rules/house.wasm".to_owned()), locked(b"other"));
    let (other, wasm) = (Digest::of(b"other"), Digest::of(b"wasm"));
    let message = format!("plugin `./rules/house.wasm` is locked to `{other}`, but it is `{wasm}`");
    assert_eq!(differences(&lock), [format!("tollgate.yaml:6:5: {message}; run `tollgate policy update`")]);
}

#[test]
fn what_nothing_uses_is_named_where_it_is_locked() {
    let mut lock = mk_lock();
    lock.plugins.insert(PluginSource::Builtin("same-image".to_owned()), locked(b"x"));
    let found = differences(&lock);
    assert_eq!(found, ["plugins.lock:17:3: plugin `builtin:same-image` is locked, but not used; run `tollgate policy update`"]);
}

#[test]
fn a_pack_is_the_locked_one_unless_the_lock_is_about_to_be_written() {
    let mut lock = mk_lock();
    lock.packs.insert("recommended".to_owned(), LockedPack { digest: Digest::of(b"older"), location: None });
    let tree = mk_tree(Some(&lock.to_text().unwrap()));
    assert!(matches!(read_pipeline(&tree, "tollgate.yaml", UseOfLock::Obey), Err(ConfigurationError::Invalid(_))));
    let anew = read_pipeline(&tree, "tollgate.yaml", UseOfLock::Ignore).unwrap();
    assert_eq!((anew.lock, anew.pipeline.policies.len()), (None, 3));
}

#[test]
fn a_locked_plugin_may_be_one_that_the_binary_no_longer_brings() {
    let mut tree = mk_tree(Some(&mk_lock().to_text().unwrap()));
    tree.plugins.retain(|plugin| plugin != "pod-security");
    assert_eq!(read(&tree).pipeline.policies.len(), 3);
}

#[test]
fn every_file_that_counts_changes_the_policy_digest() {
    let tree = mk_tree(Some(&mk_lock().to_text().unwrap()));
    let before = read(&tree);
    assert_eq!(before.policy_digest, policy_digest(&before.files));
    for path in ["tollgate.yaml", "plugins.lock", "rules/house.wasm", "rules/list.txt"] {
        let mut changed = tree.clone();
        changed.files.get_mut(path).unwrap().push_str("\n# changed\n");
        assert_ne!(read(&changed).policy_digest, before.policy_digest, "{path}");
    }
}

#[test]
fn what_does_not_count_leaves_the_policy_digest_alone() {
    let mut tree = mk_tree(None);
    let before = read(&tree).policy_digest;
    tree.files.insert("rules/README.md".to_owned(), "words".to_owned());
    assert_eq!(read(&tree).policy_digest, before);
}

#[test]
fn a_missing_configuration_is_no_empty_one() {
    let read = read_pipeline(&MemoryTree::new(&[]), "tollgate.yaml", UseOfLock::Obey);
    assert!(matches!(read, Err(ConfigurationError::Missing { path }) if path == "tollgate.yaml"));
}

fn any_lock() -> impl Strategy<Value = PluginsLock> {
    let source = prop_oneof![
        "[a-z]{1,5}(-[a-z0-9]{1,3})?".prop_map(PluginSource::Builtin),
        "\\./[a-zA-Z0-9 ._-]{1,6}\\.wasm".prop_map(PluginSource::File)
    ];
    let digest = any::<[u8; 32]>().prop_map(Digest::from_bytes);
    let plugin = (digest.clone(), "[0-9]\\.[0-9]\\.[0-9]", any::<u64>());
    let plugin = plugin.prop_map(|(digest, version, size)| LockedPlugin { digest, version, size, location: None });
    let pack = digest.prop_map(|digest| LockedPack { digest, location: None });
    let maps = (prop::collection::btree_map(source, plugin, 0..5), prop::collection::btree_map("[a-z]{1,5}", pack, 0..3));
    maps.prop_map(|(plugins, packs)| PluginsLock { plugins, packs })
}

proptest! {
    #[test]
    fn a_lock_that_is_written_is_read_back_as_it_was(lock in any_lock()) {
        let text = lock.to_text().unwrap();
        let mut read = PluginsLock::read(&read_yaml("plugins.lock", &text).unwrap()).unwrap();
        read.plugins.values_mut().for_each(|plugin| plugin.location = None);
        read.packs.values_mut().for_each(|pack| pack.location = None);
        prop_assert_eq!(&read, &lock);
        prop_assert_eq!(read.to_text().unwrap(), text);
    }
}
