//! `#[fixer]`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::Parser as _;
use syn::{Error, Ident, ItemFn, LitStr, Result, Type};

use crate::case;
use crate::validator::{kind, list, referenced};

/// What the attribute says.
struct Arguments {
    name: Option<LitStr>,
    validator: LitStr,
    rules: Vec<LitStr>,
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let arguments = parse(arguments)?;
    let function: ItemFn = syn::parse2(item)?;
    let parameters: Vec<&Type> = function.sig.inputs.iter().filter_map(kind).collect();
    let settings = match parameters.as_slice() {
        [_] => None,
        [_, second] => Some(referenced(second)?),
        _ => {
            let wrong = "a fixer takes what was found, and the validator's settings where it looks at them";
            return Err(Error::new_spanned(&function.sig, wrong));
        }
    };
    Ok(fixer(&arguments, &function, settings))
}

fn parse(tokens: TokenStream) -> Result<Arguments> {
    let (mut name, mut validator, mut rules) = (None, None, Vec::new());
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("name") {
            name = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("validator") {
            validator = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("rules") {
            rules = list(meta.value()?)?;
        } else {
            return Err(meta.error("a fixer knows `validator`, `rules` and `name`"));
        }
        Ok(())
    });
    parser.parse2(tokens)?;
    let missing = "a fixer needs a validator and rules of it: `#[fixer(validator = \"…\", rules = [\"…\"])]`";
    match validator {
        Some(validator) if !rules.is_empty() => Ok(Arguments { name, validator, rules }),
        _ => Err(Error::new(Span::call_site(), missing)),
    }
}

fn fixer(arguments: &Arguments, function: &ItemFn, settings: Option<&Type>) -> TokenStream {
    let (mend, visibility) = (&function.sig.ident, &function.vis);
    let plugin = Ident::new(&case::pascal(&mend.to_string()), mend.span());
    let unread = syn::parse_quote!(::tollgate_sdk::serde::de::IgnoredAny);
    let settings_type = settings.unwrap_or(&unread);
    let read = settings.map(|_| quote!(settings)).into_iter();
    let ignored = settings.is_none().then(|| quote!(let _ = settings;));
    let Arguments { name, validator, rules } = arguments;
    let name = name.as_ref().map_or_else(|| quote!(::core::env!("CARGO_PKG_NAME")), |name| quote!(#name));
    let document = format!("The fixer that [`{mend}`] is made into, for tests.");
    quote! {
        #function

        #[doc = #document]
        #[derive(Clone, Copy, Debug)]
        #visibility struct #plugin;

        impl ::tollgate_sdk::Fixer for #plugin {
            type Settings = #settings_type;

            const DESCRIPTION: ::tollgate_sdk::FixerDescription = ::tollgate_sdk::FixerDescription {
                name: #name,
                version: ::core::env!("CARGO_PKG_VERSION"),
                validator: #validator,
                rules: &[#(#rules),*],
            };

            fn propose(
                found: &::tollgate_sdk::Found<'_>,
                settings: &Self::Settings,
            ) -> ::core::result::Result<::std::vec::Vec<::tollgate_sdk::Fix>, ::tollgate_sdk::PluginError> {
                #ignored
                ::tollgate_sdk::Proposed::fixes(#mend(found #(, #read)*))
            }
        }

        ::tollgate_sdk::export_fixer!(#plugin);
    }
}
