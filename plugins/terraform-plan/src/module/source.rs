//! Addresses of modules, as Terraform and OpenTofu read them.

/// Where a module comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// A directory beside.
    Local,
    Registry,
    /// A repository, and what of it.
    Repository {
        reference: Option<&'a str>,
    },
    /// A file that is fetched, and what would pin it.
    Download {
        is_pinned: bool,
        pin: &'static str,
    },
}

impl<'a> Source<'a> {
    /// Reads an address; nothing of one that is none.
    pub(super) fn read(address: &'a str) -> Option<Self> {
        if [".", "/", "file:"].iter().any(|start| address.starts_with(start)) {
            return Some(Self::Local);
        }
        if let Some((getter, rest)) =
            address.split_once("::").filter(|(getter, _)| getter.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        {
            return Self::forced(getter, rest);
        }
        if let Some((scheme, _)) = address.split_once("://") {
            return Self::of_scheme(scheme, address);
        }
        let host = address.split('/').next().unwrap_or_default();
        match host {
            "github.com" | "bitbucket.org" => Some(Self::repository(address)),
            host if host.starts_with("git@") => Some(Self::repository(address)),
            host if host.ends_with(".amazonaws.com") => Self::forced("s3", address),
            host if host.ends_with(".googleapis.com") => Self::forced("gcs", address),
            _ => is_of_registry(address).then_some(Self::Registry),
        }
    }

    /// What `getter::` says.
    fn forced(getter: &str, address: &'a str) -> Option<Self> {
        match getter {
            "git" => Some(Self::repository(address)),
            "hg" => Some(Self::Repository { reference: parameter(address, "rev") }),
            "s3" => Some(Self::download(address, parameter(address, "version").is_some(), "`version`")),
            "gcs" => Some(Self::download(address, generation(address), "generation (`#…`)")),
            "file" => Some(Self::Local),
            "http" | "https" => Self::of_scheme(getter, address),
            _ => None,
        }
    }

    fn of_scheme(scheme: &str, address: &'a str) -> Option<Self> {
        match scheme {
            "http" | "https" => Some(Self::download(address, false, "`checksum`")),
            "oci" => Some(Self::download(address, parameter(address, "digest").is_some(), "`digest`")),
            _ => None,
        }
    }

    fn repository(address: &'a str) -> Self {
        Self::Repository { reference: parameter(address, "ref") }
    }

    fn download(address: &str, is_pinned: bool, pin: &'static str) -> Self {
        // A checksum that is fetched as well pins nothing.
        let has_checksum = parameter(address, "checksum").is_some_and(|sum| !sum.starts_with("file:"));
        Self::Download { is_pinned: is_pinned || has_checksum, pin }
    }
}

/// A parameter of an address that is not empty.
fn parameter<'a>(address: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = address.split('#').next()?.split_once('?')?;
    let mut values = query.split('&').filter_map(|parameter| parameter.split_once('=')).filter(|(key, _)| *key == name);
    values.next().map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// Whether an address names the generation of an object.
fn generation(address: &str) -> bool {
    let fragment = address.split_once('#').map_or("", |(_, fragment)| fragment);
    !fragment.is_empty() && fragment.bytes().all(|byte| byte.is_ascii_digit())
}

/// `NAMESPACE/NAME/PROVIDER`, with a host before it or not, and a directory after `//` or not.
fn is_of_registry(address: &str) -> bool {
    let address = address.split("//").next().unwrap_or_default();
    let parts: Vec<&str> = address.split('/').collect();
    let names = match parts.as_slice() {
        [host, names @ ..] if names.len() == 3 && host.contains(['.', ':']) => names,
        names if names.len() == 3 => names,
        _ => return false,
    };
    let is_name =
        |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    names.iter().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn repository(reference: Option<&str>) -> Option<Source<'_>> {
        Some(Source::Repository { reference })
    }

    #[test]
    fn a_module_of_a_registry_is_told_from_a_repository() {
        for address in ["a/b/c", "app.example.com/a/b/c", "localhost:8080/a/b/c", "a/b/c//modules/d", "hashicorp/consul-x/aws_y"] {
            assert_eq!(Source::read(address), Some(Source::Registry), "{address}");
        }
        for address in ["a/b", "a/b/c/d", "a.b/c/d", "a//b/c", "gitlab.com/a/b", "a b/c/d", "example.com/a/b/c.d", "é/b/c"] {
            assert_eq!(Source::read(address), None, "{address}");
        }
    }

    #[test]
    fn the_reference_of_a_repository_is_its_first_parameter_of_that_name() {
        assert_eq!(Source::read("github.com/a/b"), repository(None));
        assert_eq!(Source::read("github.com/a/b//c?ref=x&ref=y"), repository(Some("x")));
        assert_eq!(Source::read("git::https://example.com/a.git?depth=1&ref=x#y"), repository(Some("x")));
        assert_eq!(Source::read("git@github.com:a/b.git?ref="), repository(None));
        assert_eq!(Source::read("hg::https://example.com/a?rev=x"), repository(Some("x")));
    }

    #[test]
    fn what_is_fetched_is_pinned_by_what_its_store_knows() {
        let is_pinned = |address| match Source::read(address) {
            Some(Source::Download { is_pinned, .. }) => is_pinned,
            other => panic!("{address}: {other:?}"),
        };
        let bucket = "www.googleapis.com/storage/v1/a/b.zip";
        for address in ["https://example.com/a.zip", "s3.amazonaws.com/a/b.zip", bucket, "oci://example.com/a?tag=1.0.0"] {
            assert!(!is_pinned(address), "{address}");
        }
        assert!(is_pinned("oci://example.com/a?digest=sha256:01"));
        assert!(is_pinned("s3.amazonaws.com/a/b.zip?version=x"));
        assert!(is_pinned("gcs::https://www.googleapis.com/storage/v1/a/b.zip#1664558"));
        assert!(is_pinned("https://example.com/a.zip?archive=zip&checksum=sha256:01"));
        assert!(!is_pinned("https://example.com/a.zip?checksum=file:https://example.com/sums"));
        assert!(!is_pinned("gcs::https://www.googleapis.com/storage/v1/a/b.zip#x"));
    }

    #[test]
    fn a_directory_is_local_and_what_nobody_can_fetch_is_nothing() {
        for address in ["./a", "../a", ".", "/a", "file:///a", "file::/a"] {
            assert_eq!(Source::read(address), Some(Source::Local), "{address}");
        }
        for address in ["", "ftp://a/b", "x::y", "::", "a"] {
            assert_eq!(Source::read(address), None, "{address}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(address in "\\PC{0,24}|[a-z/:?#=&.@0-9]{0,32}") {
            let _ = Source::read(&address);
        }
    }
}
