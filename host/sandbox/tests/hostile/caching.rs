//! Compiled code on disk saves time, and is trusted with nothing.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::evaluate::LoadError;
use tollgate_sandbox::{CompileLimits, Compiler, Notice, Sandbox, SandboxError, SandboxOptions};

use crate::testbed::{check, deployment, load, message, policy};

crate::cases! {
    "honest" => code_in_the_cache_is_not_compiled_again,
    "honest" => damaged_code_is_compiled_again_and_noticed,
    "keeps-state" => code_of_another_plugin_is_never_run,
    "honest" => a_cache_directory_that_others_can_write_is_refused,
}

/// A sandbox that can't compile: what it runs came out of the cache.
fn without_compiler(cache: &Utf8Path) -> Sandbox {
    let compiler = Compiler::Child { program: "/nowhere/tollgate".into(), arguments: Vec::new(), limits: CompileLimits::default() };
    Sandbox::new(SandboxOptions { cache_directory: Some(cache.to_owned()), compiler, ..SandboxOptions::default() }).unwrap()
}

fn with_compiler(cache: &Utf8Path) -> Sandbox {
    Sandbox::new(SandboxOptions { cache_directory: Some(cache.to_owned()), ..SandboxOptions::default() }).unwrap()
}

fn mk_cache() -> (tempfile::TempDir, Utf8PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::try_from(parent.path().join("cache")).unwrap();
    (parent, path)
}

fn entries(cache: &Utf8Path) -> Vec<Utf8PathBuf> {
    cache.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path()).collect()
}

fn code_in_the_cache_is_not_compiled_again() {
    let (_parent, cache) = mk_cache();
    let policy = policy("honest");
    let refused = load(&without_compiler(&cache), &policy).err().unwrap();
    assert!(matches!(refused, LoadError::Compile { .. }), "{refused:?}");
    load(&with_compiler(&cache), &policy).unwrap();
    let validator = load(&without_compiler(&cache), &policy).unwrap();
    assert!(check(validator.as_ref(), deployment()).outcome.is_ok());
}

fn damaged_code_is_compiled_again_and_noticed() {
    let (_parent, cache) = mk_cache();
    let policy = policy("honest");
    load(&with_compiler(&cache), &policy).unwrap();
    let [entry] = entries(&cache).try_into().unwrap();
    let mut code = std::fs::read(&entry).unwrap();
    let middle = code.len() / 2;
    code[middle] ^= 0xff;
    std::fs::write(&entry, code).unwrap();
    let sandbox = with_compiler(&cache);
    sandbox.take_notices();
    load(&sandbox, &policy).unwrap();
    assert_eq!(sandbox.take_notices(), [Notice::CacheEntryReplaced { plugin: policy.digest }]);
    load(&without_compiler(&cache), &policy).unwrap();
}

fn code_of_another_plugin_is_never_run() {
    let (_parent, cache) = mk_cache();
    load(&with_compiler(&cache), &policy("keeps-state")).unwrap();
    let [foreign] = entries(&cache).try_into().unwrap();
    load(&with_compiler(&cache), &policy("honest")).unwrap();
    let honest = entries(&cache).into_iter().find(|entry| *entry != foreign).unwrap();
    std::fs::copy(&foreign, &honest).unwrap();
    let validator = load(&with_compiler(&cache), &policy("honest")).unwrap();
    let evaluation = check(validator.as_ref(), deployment());
    assert_eq!(message(&evaluation), "image `registry.example.com/cart` has no tag that stays");
}

fn a_cache_directory_that_others_can_write_is_refused() {
    let (_parent, cache) = mk_cache();
    with_compiler(&cache);
    std::fs::set_permissions(&cache, std::os::unix::fs::PermissionsExt::from_mode(0o770)).unwrap();
    let refused = Sandbox::new(SandboxOptions { cache_directory: Some(cache), ..SandboxOptions::default() }).unwrap_err();
    assert!(matches!(refused, SandboxError::Cache(_)));
    assert!(refused.to_string().contains("chmod 700"), "{refused}");
}
