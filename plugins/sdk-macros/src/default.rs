//! The settings that nobody has set.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprArray, ExprLit, Ident, Lit};

/// A member of the struct's `default`. Texts and lists may be written as literals, whatever owns them.
pub(crate) fn member(name: &Ident, default: Option<&Expr>) -> TokenStream {
    match default {
        None => quote!(#name: ::core::default::Default::default()),
        Some(expression) => {
            let value = owned(expression);
            quote!(#name: #value)
        }
    }
}

fn owned(expression: &Expr) -> TokenStream {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => quote!(::std::string::String::from(#text)),
        Expr::Array(ExprArray { elems, .. }) => {
            let elements = elems.iter().map(owned);
            quote!(::std::vec::Vec::from([#(#elements),*]))
        }
        other => quote!(#other),
    }
}
