//! Where heavy things are kept between runs.

use camino::Utf8PathBuf;

/// `$XDG_CACHE_HOME/tollgate`, or `~/.cache/tollgate`; nothing where neither variable is set.
pub fn cache() -> Option<Utf8PathBuf> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from);
    let cache = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")));
    cache.map(|cache| cache.join("tollgate"))
}
