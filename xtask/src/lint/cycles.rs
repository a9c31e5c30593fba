//! Modules that need each other.
//!
//! Siblings are compared with siblings: a path from `a::b` to `c::d` makes `a` need `c`. A module and what is below it
//! belong together, so paths between those don't count. Paths in tests and in macros are not looked at.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use syn::visit::{self, Visit};

use crate::lint::LintError;
use crate::lint::rust_files::{self, RustFile, is_for_tests};
use crate::workspaces::Repository;

/// Which modules a module needs, and a file that says so.
type Needs = BTreeMap<Module, BTreeMap<Module, Utf8PathBuf>>;

/// A crate's sources and a path in it.
type Module = (Utf8PathBuf, Vec<String>);

/// Every cycle, once.
pub(crate) fn check(repository: &Repository) -> Result<Vec<String>, LintError> {
    let rust = rust_files::read(repository)?;
    Ok(rust.problems.into_iter().chain(cycles(&needs(&rust.files))).collect())
}

fn needs(files: &[RustFile]) -> Needs {
    let mut needs = Needs::new();
    for file in files.iter().filter(|file| !file.is_test) {
        let mut paths = Paths { module: file.module.clone(), found: Vec::new() };
        paths.visit_file(&file.syntax);
        for path in paths.found {
            if let Some((from, to)) = siblings(&file.module, &path) {
                let found = needs.entry((file.sources.clone(), from)).or_default();
                found.entry((file.sources.clone(), to)).or_insert_with(|| file.path.clone());
            }
        }
    }
    needs
}

/// The two modules at which the ways from the crate's root part; nothing where one is above the other.
fn siblings(from: &[String], to: &[String]) -> Option<(Vec<String>, Vec<String>)> {
    let shared = from.iter().zip(to).take_while(|(one, other)| one == other).count();
    if shared == from.len() || shared == to.len() {
        return None;
    }
    Some((from[..=shared].to_vec(), to[..=shared].to_vec()))
}

/// Each cycle as its modules, from the first by name back to it, with the files that lead from one to the next.
fn cycles(needs: &Needs) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut cycles = Vec::new();
    for start in needs.keys() {
        if seen.contains(start) {
            continue;
        }
        if let Some(mut way) = way_back(start, needs) {
            seen.extend(way.iter().cloned());
            way.push(start.clone());
            cycles.push(format!("{}: {}", start.0, describe(&way, needs)));
        }
    }
    cycles
}

/// `a -> b (a.rs) -> a (b.rs)`
fn describe(way: &[Module], needs: &Needs) -> String {
    let mut text = way.first().map(|(_, module)| module.join("::")).unwrap_or_default();
    for pair in way.windows(2) {
        let file = needs.get(&pair[0]).and_then(|needs| needs.get(&pair[1]));
        let file = file.and_then(|file| file.strip_prefix(&pair[0].0).ok()).map(Utf8PathBuf::from).unwrap_or_default();
        text.push_str(&format!(" -> {} ({file})", pair[1].1.join("::")));
    }
    text
}

/// The shortest way from a module to itself.
fn way_back(start: &Module, needs: &Needs) -> Option<Vec<Module>> {
    let mut ways = vec![vec![start.clone()]];
    let mut visited = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in way.last().and_then(|last| needs.get(last)).into_iter().flat_map(BTreeMap::keys) {
                if next == start {
                    return Some(way);
                }
                if visited.insert(next.clone()) {
                    longer.push([way.as_slice(), std::slice::from_ref(next)].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

/// Collects the paths within the crate that a file names, from the crate's root.
struct Paths {
    module: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Paths {
    fn add(&mut self, path: &[String]) {
        let Some((first, rest)) = path.split_first() else { return };
        let up = path.iter().take_while(|part| *part == "super").count();
        let from_root = match first.as_str() {
            "crate" => rest.to_vec(),
            "super" => {
                let kept = self.module.len().saturating_sub(up);
                [&self.module[..kept], &path[up..]].concat()
            }
            "self" => [&self.module, rest].concat(),
            _ => return,
        };
        self.found.push(from_root);
    }

    fn add_tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&path.tree, &[before, &[path.ident.to_string()]].concat()),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(tree, before)),
            syn::UseTree::Name(name) => self.add(&[before, &[name.ident.to_string()]].concat()),
            syn::UseTree::Rename(rename) => self.add(&[before, &[rename.ident.to_string()]].concat()),
            syn::UseTree::Glob(_) => self.add(before),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if parts.len() > 1 {
            self.add(&parts);
        }
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if is_for_tests(&module.attrs) || module.content.is_none() {
            return;
        }
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_item_fn(self, function);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use camino::Utf8Path;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let parse = |(path, text): &(&str, &str)| rust_files::parse(Utf8Path::new(path), text).unwrap();
        cycles(&needs(&files.iter().map(parse).collect::<Vec<_>>()))
    }

    #[test]
    fn two_modules_that_use_each_other_are_a_cycle() {
        let cycles = found(&[("a/src/b.rs", "use crate::c::C;"), ("a/src/c.rs", "fn f() -> crate::b::B { todo() }")]);
        assert_eq!(cycles, ["a/src: b -> c (b.rs) -> b (c.rs)"]);
    }

    #[test]
    fn a_long_way_round_is_a_cycle_too_and_told_once() {
        let files = [("a/src/b.rs", "use crate::{c::C, x};"), ("a/src/c.rs", "use super::d::D;"), ("a/src/d.rs", "use crate::b;")];
        assert_eq!(found(&files), ["a/src: b -> c (b.rs) -> d (c.rs) -> b (d.rs)"]);
    }

    #[test]
    fn what_is_below_a_module_belongs_to_it() {
        let one = [("a/src/t/mod.rs", "use self::s::S;"), ("a/src/t/s.rs", "use crate::t::T; use super::U;")];
        assert_eq!(found(&one), Vec::<String>::new());
        let through = [("a/src/t/s.rs", "use crate::u::v::V;"), ("a/src/u/v.rs", "use crate::t::T;")];
        assert_eq!(found(&through), ["a/src: t -> u (t/s.rs) -> t (u/v.rs)"]);
        let within = [("a/src/t/s.rs", "use crate::t::r::R;"), ("a/src/t/r.rs", "use super::s;")];
        assert_eq!(found(&within), ["a/src: t::r -> t::s (t/r.rs) -> t::r (t/s.rs)"]);
    }

    #[test]
    fn tests_and_other_crates_may_use_what_they_like() {
        let files = [
            ("a/src/b.rs", "use crate::c::C;"),
            ("a/src/c.rs", "#[cfg(test)] mod tests { use crate::b::B; } #[test] fn t() { crate::b::f() }"),
            ("b/src/c.rs", "use crate::b::B;"),
            ("a/src/lib.rs", "use crate::b::B;"),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }
}
