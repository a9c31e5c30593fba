//! How long files and functions are, and how much of them is tests.

use std::ops::RangeInclusive;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::lint::rust_files::{RustFile, is_for_tests};

/// A function with its length.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The line of its signature, from 1.
    pub(crate) line: usize,
    /// From the signature to the closing brace.
    pub(crate) lines: usize,
    pub(crate) is_test: bool,
}

/// What a file is made of.
#[derive(Debug, Default)]
pub(crate) struct Measure {
    pub(crate) functions: Vec<Function>,
    /// Lines of code of what is compiled for tests only; empty lines and comments don't count.
    pub(crate) test_lines: usize,
}

/// Measures a file.
pub(crate) fn measure(file: &RustFile) -> Measure {
    let mut visitor = Visitor { functions: Vec::new(), tests: Vec::new(), is_test: file.is_test };
    visitor.visit_file(&file.syntax);
    let is_in_tests = |line: &&usize| file.is_test || visitor.tests.iter().any(|tests| tests.contains(line));
    let test_lines = file.code.iter().filter(is_in_tests).count();
    Measure { functions: visitor.functions, test_lines }
}

struct Visitor {
    functions: Vec<Function>,
    /// Lines of what is for tests.
    tests: Vec<RangeInclusive<usize>>,
    is_test: bool,
}

/// The first and the last line, from 1.
fn lines_of(node: &dyn Spanned) -> (usize, usize) {
    let span = node.span();
    (span.start().line, span.end().line)
}

impl Visitor {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block, is_test: bool) {
        let (line, last) = (lines_of(signature).0, lines_of(block).1);
        let is_test = self.is_test || is_test;
        self.functions.push(Function { name: signature.ident.to_string(), line, lines: last + 1 - line, is_test });
    }

    /// Goes on into something that is for tests.
    fn within_tests(&mut self, node: &dyn Spanned, go_on: impl FnOnce(&mut Self)) {
        let was_test = std::mem::replace(&mut self.is_test, true);
        let (first, last) = lines_of(node);
        self.tests.push(first..=last);
        go_on(self);
        self.is_test = was_test;
    }
}

impl<'ast> Visit<'ast> for Visitor {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if is_for_tests(&module.attrs) {
            self.within_tests(module, |visitor| visit::visit_item_mod(visitor, module));
        } else {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block, is_for_tests(&function.attrs));
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block, is_for_tests(&function.attrs));
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.add(&function.sig, block, false);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::rust_files::parse;
    use camino::Utf8Path;

    fn measured(path: &str, text: &str) -> Measure {
        measure(&parse(Utf8Path::new(path), text).unwrap())
    }

    const TEXT: &str = "\
/// Not counted.
#[inline]
fn one() {}

impl X {
    fn two(
        a: u8,
    ) -> u8 {
        a
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn three() {
        fn four() {}
    }
}
";

    #[test]
    fn functions_are_measured_from_signature_to_brace() {
        let functions = measured("a/src/x.rs", TEXT).functions;
        let brief: Vec<_> = functions.iter().map(|f| (f.name.as_str(), f.line, f.lines, f.is_test)).collect();
        assert_eq!(brief, [("one", 3, 1, false), ("two", 6, 5, false), ("three", 16, 3, true), ("four", 17, 1, true)]);
    }

    #[test]
    fn lines_of_tests_are_counted_without_comments_and_empty_ones() {
        assert_eq!(measured("a/src/x.rs", TEXT).test_lines, 7);
        assert_eq!(measured("a/tests/x.rs", TEXT).test_lines, 16);
    }
}
