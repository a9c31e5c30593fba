//! `#[settings]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Error, Fields, Ident, Item, ItemEnum, ItemStruct, Result};

use crate::limits::Limits;
use crate::{case, default, doc};

pub(crate) fn expand(arguments: &TokenStream, item: TokenStream) -> Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(arguments, "`#[settings]` takes no arguments"));
    }
    match syn::parse2(item)? {
        Item::Struct(item) => of_struct(item),
        Item::Enum(item) => of_enum(&item),
        other => Err(Error::new_spanned(other, "`#[settings]` is for structs, and for enums that are a choice")),
    }
}

/// One setting: the statements that are made of it.
struct Setting {
    default: TokenStream,
    schema: TokenStream,
    problems: TokenStream,
}

fn of_struct(mut item: ItemStruct) -> Result<TokenStream> {
    let wrong = Error::new_spanned(&item, "settings have names: write a struct with named fields");
    let Fields::Named(fields) = &mut item.fields else { return Err(wrong) };
    let settings: Vec<Setting> = fields.named.iter_mut().map(setting).collect::<Result<_>>()?;
    let defaults = settings.iter().map(|setting| &setting.default);
    let schemas = settings.iter().map(|setting| &setting.schema);
    let problems = settings.iter().map(|setting| &setting.problems);
    let (name, description) = (&item.ident, doc::text(&item.attrs));
    Ok(quote! {
        #[derive(Clone, Debug, ::tollgate_sdk::serde::Deserialize, ::tollgate_sdk::serde::Serialize)]
        #[serde(crate = "::tollgate_sdk::serde", default, deny_unknown_fields, rename_all = "camelCase")]
        #item

        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self { #(#defaults),* }
            }
        }

        impl ::tollgate_sdk::setting::Setting for #name {
            fn schema() -> ::tollgate_sdk::setting::Schema {
                let defaults = Self::default();
                let mut object = ::tollgate_sdk::setting::Schema::object(#description);
                #(#schemas)*
                object
            }

            fn problems(&self, pointer: &str, problems: &mut ::tollgate_sdk::setting::Problems) {
                #(#problems)*
            }
        }

        impl ::tollgate_sdk::Settings for #name {
            fn schema() -> ::std::string::String {
                <Self as ::tollgate_sdk::setting::Setting>::schema().text()
            }

            fn problems(&self) -> ::std::vec::Vec<::tollgate_sdk::SettingsError> {
                ::tollgate_sdk::setting::problems(self)
            }
        }
    })
}

fn setting(field: &mut syn::Field) -> Result<Setting> {
    let description = doc::text(&field.attrs);
    if description.is_empty() {
        return Err(Error::new_spanned(field, "a setting needs a doc comment: it is what the operator reads"));
    }
    let limits = Limits::take(&mut field.attrs)?;
    let wrong = Error::new_spanned(&field, "a setting has a name");
    let name = field.ident.clone().ok_or(wrong)?;
    let (kind, key) = (&field.ty, case::camel(&name.unraw().to_string()));
    let (of_schema, of_problems) = (limits.schema(), limits.problems());
    Ok(Setting {
        default: default::member(&name, limits.default.as_ref()),
        schema: quote! {{
            let mut schema = <#kind as ::tollgate_sdk::setting::Setting>::schema();
            #of_schema
            object.member(#key, schema, #description, &defaults.#name);
        }},
        problems: quote! {{
            let (value, pointer) = (&self.#name, ::std::format!("{pointer}/{}", #key));
            #of_problems
            ::tollgate_sdk::setting::Setting::problems(value, &pointer, problems);
        }},
    })
}

fn of_enum(item: &ItemEnum) -> Result<TokenStream> {
    if let Some(variant) = item.variants.iter().find(|variant| !matches!(variant.fields, Fields::Unit)) {
        return Err(Error::new_spanned(variant, "a choice is among words: a variant holds nothing"));
    }
    if !item.variants.iter().any(|variant| variant.attrs.iter().any(|attribute| attribute.path().is_ident("default"))) {
        return Err(Error::new_spanned(item, "a choice needs one variant with `#[default]`, for when nobody has chosen"));
    }
    let name = &item.ident;
    let words: Vec<String> = item.variants.iter().map(|variant| word(&variant.ident)).collect();
    Ok(quote! {
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ::tollgate_sdk::serde::Deserialize, ::tollgate_sdk::serde::Serialize)]
        #[serde(crate = "::tollgate_sdk::serde", rename_all = "kebab-case")]
        #item

        impl ::tollgate_sdk::setting::Setting for #name {
            fn schema() -> ::tollgate_sdk::setting::Schema {
                ::tollgate_sdk::setting::Schema::words(&[#(#words),*])
            }
        }
    })
}

fn word(variant: &Ident) -> String {
    case::kebab(&variant.to_string())
}
