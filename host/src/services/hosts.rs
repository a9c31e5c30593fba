//! Names of Services in texts: URLs, hosts with ports, and names by themselves.

/// A Service as others reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostName {
    pub(crate) name: String,
    /// Nothing where the manifest leaves it to the target.
    pub(crate) namespace: Option<String>,
}

/// How short a name still means the Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shortest {
    /// With its namespace: said in another one.
    Domain,
    /// As a host, in a URL or before a port.
    Host,
    /// By itself.
    Name,
}

/// What may stand around a host in a list or an assignment.
const SEPARATORS: &[char] = &[',', ';', '=', '"', '\'', '(', ')', '[', ']', '{', '}', '|', '<', '>'];

fn separates(character: char) -> bool {
    character.is_whitespace() || SEPARATORS.contains(&character)
}

impl HostName {
    /// Whether a text leads to the Service: as the host of a URL, with a port or a domain behind it, or by the name alone,
    /// as far as names so short mean it.
    ///
    /// `my-cart`, `cart-db`, `/cart` and `registry.example.com/cart:1` are other things. A name with a domain is the
    /// Service's if the next label is its namespace; where nobody knows the namespace, if it is a host for sure.
    pub(crate) fn is_in(&self, text: &str, shortest: Shortest) -> bool {
        !self.name.is_empty() && text.match_indices(&self.name).any(|(at, _)| self.stands(text, at, shortest))
    }

    fn stands(&self, text: &str, at: usize, shortest: Shortest) -> bool {
        let (before, after) = (&text[..at], &text[at + self.name.len()..]);
        let is_host = before.ends_with("//") || before.ends_with('@');
        if !is_host && !before.chars().next_back().is_none_or(separates) {
            return false;
        }
        let mut rest = after.chars();
        let next = rest.next();
        if next == Some('.') {
            return self.is_domain(&after[1..], is_host);
        }
        let may_be_host = shortest >= Shortest::Host;
        let may_be_name = shortest == Shortest::Name && is_value(before);
        match next {
            None => is_host && may_be_host || may_be_name,
            Some(':') => may_be_host && rest.next().is_some_and(|digit| digit.is_ascii_digit()),
            Some('/' | '?' | '#') => is_host && may_be_host,
            Some(next) => separates(next) && (is_host && may_be_host || may_be_name && next == '\n'),
        }
    }

    /// Whether what follows the name and a dot is the Service's domain.
    fn is_domain(&self, rest: &str, is_host: bool) -> bool {
        let is_label = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let end = rest.find(|character: char| !is_label(character)).unwrap_or(rest.len());
        let (label, behind) = rest.split_at(end);
        if label.is_empty() {
            return false;
        }
        let is_cluster =
            behind == ".svc" || behind.starts_with(".svc.") || behind.starts_with(".svc:") || behind.starts_with(".svc/");
        match &self.namespace {
            Some(namespace) => label == namespace,
            None => is_cluster || is_host && !behind.starts_with('.') || behind.starts_with(':'),
        }
    }
}

/// Whether what stands before a name leaves it alone: all of a text, or what a variable is set to.
fn is_value(before: &str) -> bool {
    before.trim_start().is_empty() || before.ends_with('=') || before.ends_with(": ") || before.ends_with('\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mk_host(namespace: Option<&str>) -> HostName {
        HostName { name: "cart".to_owned(), namespace: namespace.map(ToOwned::to_owned) }
    }

    #[test]
    fn urls_ports_and_domains_lead_to_the_service() {
        for text in [
            "http://cart",
            "http://cart/items?x=1",
            "grpc://user:pass@cart:7070",
            "cart:7070",
            "mail:1,cart:7070",
            "CART_ADDR=cart:7070",
            "http://cart.shop",
            "cart.shop.svc",
            "https://cart.shop.svc.cluster.local:443/x",
            "cart.shop.svc.cluster.local",
            "upstream cart.shop:80;",
        ] {
            assert!(mk_host(Some("shop")).is_in(text, Shortest::Host), "{text}");
            assert!(mk_host(None).is_in(text, Shortest::Host), "{text}");
        }
    }

    #[test]
    fn other_things_that_hold_the_name_do_not() {
        for text in [
            "",
            "carts",
            "my-cart:80",
            "cart-db:80",
            "http://cart-db/",
            "http://shop.example.com/cart",
            "/cart/items",
            "registry.example.com/cart:1",
            "the cart is full",
            "cart",
            "cart.yaml",
            "cart: the service",
            "http://cart.other.svc",
            "redis.cart:80",
        ] {
            assert!(!mk_host(Some("shop")).is_in(text, Shortest::Host), "{text}");
        }
        for text in ["cart.yaml", "cart.example.com", "http://cart.example.com/"] {
            assert!(!mk_host(None).is_in(text, Shortest::Host), "{text}");
        }
    }

    #[test]
    fn a_name_alone_counts_where_it_means_a_host() {
        for text in ["cart", " cart", "HOST=cart", "a: 1\nhost: cart\nport: 80\n", "cart\n"] {
            assert!(mk_host(None).is_in(text, Shortest::Name), "{text}");
            assert!(!mk_host(None).is_in(text, Shortest::Host), "{text}");
        }
        for text in ["the cart is full", "cart-db", "cart is full"] {
            assert!(!mk_host(None).is_in(text, Shortest::Name), "{text}");
        }
    }

    #[test]
    fn in_another_namespace_only_the_domain_means_the_service() {
        let host = mk_host(Some("shop"));
        assert!(host.is_in("http://cart.shop:80", Shortest::Domain));
        for text in ["http://cart", "cart:80", "cart"] {
            assert!(!host.is_in(text, Shortest::Domain), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_url_is_always_found(before in "[a-z:/.@ é]{0,12}", after in "[a-z:/.@ é]{0,12}") {
            for shortest in [Shortest::Domain, Shortest::Host, Shortest::Name] {
                let _ = mk_host(None).is_in(&format!("{before}cart{after}"), shortest);
            }
            let text = format!("{before} http://cart/{after}");
            prop_assert!(mk_host(Some("shop")).is_in(&text, Shortest::Host));
        }
    }
}
