//! Whose a key is (GnuPG's `doc/DETAILS`, "Format of the colon listings").

use std::collections::BTreeMap;

/// The mail address of each key's first valid user id, by the fingerprint of the primary key.
pub(crate) fn mails(listing: &str) -> BTreeMap<String, String> {
    let mut mails = BTreeMap::new();
    let mut primary: Option<String> = None;
    let mut awaits_fingerprint = false;
    for line in listing.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        let field = |index: usize| fields.get(index).copied().unwrap_or_default();
        match field(0) {
            "pub" => (primary, awaits_fingerprint) = (None, is_valid(field(1))),
            "sub" => awaits_fingerprint = false,
            "fpr" if awaits_fingerprint => (primary, awaits_fingerprint) = (Some(field(9).to_owned()), false),
            "uid" if is_valid(field(1)) => {
                if let (Some(key), Some(mail)) = (&primary, mail(field(9))) {
                    mails.entry(key.clone()).or_insert(mail);
                }
            }
            _ => {}
        }
    }
    mails
}

/// Neither invalid, disabled, revoked nor expired.
fn is_valid(validity: &str) -> bool {
    !validity.contains(['i', 'd', 'r', 'e'])
}

/// The address in `Name (comment) <address>`, or a user id that is nothing but an address. Letters that look alike could speak
/// for another, so an address is printable ASCII, as in a file of signers.
fn mail(user_id: &str) -> Option<String> {
    let address = match user_id.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>')?,
        None => user_id,
    };
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\,".contains(&byte));
    let is_address = matches!(address.split_once('@'), Some((name, domain)) if !name.is_empty() && !domain.is_empty());
    (is_plain && is_address).then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_valid_user_id_with_an_address_counts() {
        let listing = "tru::1:1:0:3:1:5
pub:-:255:22:AA:1:::-:::scESC:::::ed25519:::0:
fpr:::::::::AAAA:
uid:r::::1::H::Old <old@example.com>::::::::::0:
uid:-::::1::H::Robot::::::::::0:
uid:-::::1::H::Dev (work) <dev@example.com>::::::::::0:
uid:-::::1::H::Dev <other@example.com>::::::::::0:
sub:-:255:18:BB:1::::::e:::::cv25519::
fpr:::::::::BBBB:
pub:e:255:22:CC:1:2::-:::sc:::::ed25519:::0:
fpr:::::::::CCCC:
uid:-::::1::H::late@example.com::::::::::0:
pub:-:255:22:DD:1:::-:::sc:::::ed25519:::0:
fpr:::::::::DDDD:
uid:-::::1::H::plain@example.com::::::::::0:
";
        let found: Vec<(String, String)> = mails(listing).into_iter().collect();
        let expected = [("AAAA", "dev@example.com"), ("DDDD", "plain@example.com")];
        assert_eq!(found, expected.map(|(key, mail)| (key.to_owned(), mail.to_owned())));
    }

    #[test]
    fn what_is_no_plain_address_is_nobody() {
        for user_id in
            ["", "Dev", "Dev <dev>", "Dev <@>", "Dev <dev@example.com", "<d v@example.com>", "d\u{435}v@example.com", "<a@b>x"]
        {
            assert_eq!(mail(user_id), None, "{user_id}");
        }
    }

    proptest! {
        #[test]
        fn no_listing_panics(listing in "((pub|fpr|uid|sub)?[:a-z@<>\\-]{0,20}\n?){0,8}") {
            let _ = mails(&listing);
        }
    }
}
