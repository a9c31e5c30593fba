//! `#[setting(…)]`: what a setting is when nobody sets it, and what it may be.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, Result};

/// What is said of one setting.
#[derive(Default)]
pub(crate) struct Limits {
    pub(crate) default: Option<Expr>,
    min: Option<Expr>,
    max: Option<Expr>,
    not_empty: bool,
    check: Option<Expr>,
}

impl Limits {
    /// Takes the attributes out of a field.
    pub(crate) fn take(attributes: &mut Vec<Attribute>) -> Result<Self> {
        let mut limits = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("setting")) {
            attribute.parse_nested_meta(|meta| limits.take_one(&meta))?;
        }
        attributes.retain(|attribute| !attribute.path().is_ident("setting"));
        Ok(limits)
    }

    fn take_one(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let value = || meta.value()?.parse().map(Some);
        if meta.path.is_ident("default") {
            self.default = value()?;
        } else if meta.path.is_ident("min") {
            self.min = value()?;
        } else if meta.path.is_ident("max") {
            self.max = value()?;
        } else if meta.path.is_ident("check") {
            self.check = value()?;
        } else if meta.path.is_ident("not_empty") {
            self.not_empty = true;
        } else {
            return Err(meta.error("a setting knows `default`, `min`, `max`, `not_empty` and `check`"));
        }
        Ok(())
    }

    /// Statements that put the limits into `schema`.
    pub(crate) fn schema(&self) -> TokenStream {
        let min = self.min.iter().map(|min| quote!(schema.limit("minimum", #min);));
        let max = self.max.iter().map(|max| quote!(schema.limit("maximum", #max);));
        let not_empty = self.not_empty.then(|| quote!(schema.not_empty();));
        quote!(#(#min)* #(#max)* #not_empty)
    }

    /// Statements that look at `value`, and say at `pointer` what is wrong with it.
    pub(crate) fn problems(&self) -> TokenStream {
        let min = self.min.iter().map(|min| quote!(problems.at_least(value, &(#min), &pointer);));
        let max = self.max.iter().map(|max| quote!(problems.at_most(value, &(#max), &pointer);));
        let not_empty = self.not_empty.then(|| quote!(problems.not_empty(value.is_empty(), &pointer);));
        let check = self.check.iter().map(|check| quote!(problems.check((#check)(value), &pointer);));
        quote!(#(#min)* #(#max)* #not_empty #(#check)*)
    }
}
