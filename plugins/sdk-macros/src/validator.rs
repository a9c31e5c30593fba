//! `#[validator]`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Error, Expr, FnArg, Ident, ItemFn, LitStr, Result, Token, Type, bracketed};

use crate::case;

/// What the attribute says.
#[derive(Default)]
struct Arguments {
    name: Option<LitStr>,
    rules: Vec<Expr>,
    kinds: Vec<LitStr>,
    secret_values: bool,
}

/// What the function's first parameter is, and with it how much the validator sees at once.
enum Asked {
    Document,
    Set,
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let arguments = parse(arguments)?;
    let function: ItemFn = syn::parse2(item)?;
    let parameters: Vec<&Type> = function.sig.inputs.iter().filter_map(kind).collect();
    let (asked, settings) = match parameters.as_slice() {
        [first] => (asked(first)?, None),
        [first, second] => (asked(first)?, Some(referenced(second)?)),
        _ => {
            let wrong = "a validator takes a document, or a slice of all, and its settings where it has some";
            return Err(Error::new_spanned(&function.sig, wrong));
        }
    };
    Ok(validator(&arguments, &function, &asked, settings))
}

fn parse(tokens: TokenStream) -> Result<Arguments> {
    let mut arguments = Arguments::default();
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("name") {
            arguments.name = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("rules") {
            arguments.rules = list(meta.value()?)?;
        } else if meta.path.is_ident("kinds") {
            arguments.kinds = list(meta.value()?)?;
        } else if meta.path.is_ident("secret_values") {
            arguments.secret_values = true;
        } else {
            return Err(meta.error("a validator knows `rules`, `kinds`, `name` and `secret_values`"));
        }
        Ok(())
    });
    parser.parse2(tokens)?;
    if arguments.rules.is_empty() {
        return Err(Error::new(Span::call_site(), "a validator needs rules: `#[validator(rules = [RULE])]`"));
    }
    Ok(arguments)
}

pub(crate) fn list<T: syn::parse::Parse>(input: syn::parse::ParseStream<'_>) -> Result<Vec<T>> {
    let content;
    bracketed!(content in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

pub(crate) fn kind(parameter: &FnArg) -> Option<&Type> {
    if let FnArg::Typed(parameter) = parameter { Some(&parameter.ty) } else { None }
}

pub(crate) fn referenced(kind: &Type) -> Result<&Type> {
    if let Type::Reference(reference) = kind {
        Ok(&reference.elem)
    } else {
        Err(Error::new_spanned(kind, "take this by reference"))
    }
}

fn asked(kind: &Type) -> Result<Asked> {
    Ok(if matches!(referenced(kind)?, Type::Slice(_)) { Asked::Set } else { Asked::Document })
}

fn validator(arguments: &Arguments, function: &ItemFn, asked: &Asked, settings: Option<&Type>) -> TokenStream {
    let (judge, visibility) = (&function.sig.ident, &function.vis);
    let plugin = Ident::new(&case::pascal(&judge.to_string()), judge.span());
    let no_settings = syn::parse_quote!(::tollgate_sdk::NoSettings);
    let settings_type = settings.unwrap_or(&no_settings);
    let settings = settings.map(|_| quote!(check.settings)).into_iter();
    let (scope, body) = match asked {
        Asked::Document => (
            quote!(document),
            quote! {
                for document in check.documents {
                    findings.extend(::tollgate_sdk::Judged::findings(#judge(document #(, #settings)*))?);
                }
            },
        ),
        Asked::Set => {
            (quote!(set), quote!(findings.extend(::tollgate_sdk::Judged::findings(#judge(check.documents #(, #settings)*))?);))
        }
    };
    let Arguments { name, rules, kinds, secret_values } = arguments;
    let name = name.as_ref().map_or_else(|| quote!(::core::env!("CARGO_PKG_NAME")), |name| quote!(#name));
    let kinds = kinds.iter().map(LitStr::value).map(|kind| {
        let (kind, group) = kind.split_once('.').map_or((kind.as_str(), ""), |(kind, group)| (kind, group));
        quote!(.of(#group, #kind))
    });
    let (document, made) = (
        format!("The validator that [`{judge}`] is made into, for tests."),
        quote!(::tollgate_sdk::Needs { secret_values: #secret_values, ..::tollgate_sdk::Needs::#scope() #(#kinds)* }),
    );
    quote! {
        #function

        #[doc = #document]
        #[derive(Clone, Copy, Debug)]
        #visibility struct #plugin;

        impl ::tollgate_sdk::Validator for #plugin {
            type Settings = #settings_type;

            const DESCRIPTION: ::tollgate_sdk::Description = ::tollgate_sdk::Description {
                name: #name,
                version: ::core::env!("CARGO_PKG_VERSION"),
                rules: &[#(&#rules),*],
            };

            fn needs(_: &Self::Settings) -> ::tollgate_sdk::Needs {
                #made
            }

            fn check(
                check: &::tollgate_sdk::Check<'_, Self::Settings>,
                findings: &mut ::tollgate_sdk::Findings,
            ) -> ::core::result::Result<(), ::tollgate_sdk::PluginError> {
                #body
                ::core::result::Result::Ok(())
            }
        }

        ::tollgate_sdk::export_validator!(#plugin);
    }
}
