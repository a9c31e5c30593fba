//! The attributes `#[validator]`, `#[fixer]` and `#[settings]` of `tollgate-sdk`, which documents them.

mod case;
mod default;
mod doc;
mod fixer;
mod limits;
mod settings;
mod validator;

use proc_macro::TokenStream;

/// Makes a function the plugin's validator. See `tollgate_sdk::validator`.
#[proc_macro_attribute]
pub fn validator(arguments: TokenStream, item: TokenStream) -> TokenStream {
    validator::expand(arguments.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a function the plugin's fixer. See `tollgate_sdk::fixer`.
#[proc_macro_attribute]
pub fn fixer(arguments: TokenStream, item: TokenStream) -> TokenStream {
    fixer::expand(arguments.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a struct the settings of a plugin, or an enum a choice among them. See `tollgate_sdk::settings`.
#[proc_macro_attribute]
pub fn settings(arguments: TokenStream, item: TokenStream) -> TokenStream {
    settings::expand(&arguments.into(), item.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}
