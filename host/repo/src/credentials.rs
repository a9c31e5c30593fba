//! Keeps credentials out of what people see and what is written down.

/// Removes user names and passwords from every URL (RFC 3986) in a text: `https://me:secret@host/x` becomes
/// `https://host/x`.
///
/// The user of an `ssh` URL says how to connect and is kept; its password is not. `git@host:path` holds no secret.
pub fn without_credentials(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        clean.push_str(before);
        let end = after.find(|c: char| "/?#'\"".contains(c) || c.is_whitespace()).unwrap_or(after.len());
        let (authority, behind) = after.split_at(end);
        clean.push_str(&plain_authority(authority, before.ends_with("ssh://")));
        rest = behind;
    }
    clean.push_str(rest);
    clean
}

fn plain_authority(authority: &str, ssh: bool) -> String {
    let Some((user_info, host)) = authority.rsplit_once('@') else { return authority.to_owned() };
    let user = user_info.split(':').next().unwrap_or_default();
    if ssh && !user.is_empty() { format!("{user}@{host}") } else { host.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_and_passwords_go_and_the_rest_stays() {
        for (text, clean) in [
            ("https://me:secret@git.example.com/a@b.git", "https://git.example.com/a@b.git"),
            ("https://token@git.example.com:8443/x", "https://git.example.com:8443/x"),
            ("unable to access 'https://me:s@cret@host/x': 403", "unable to access 'https://host/x': 403"),
            ("ssh://git@host:22/x", "ssh://git@host:22/x"),
            ("ssh://git:secret@host/x", "ssh://git@host/x"),
            ("git@host:x.git", "git@host:x.git"),
            ("/srv/git/x.git", "/srv/git/x.git"),
            ("a://u:p@h and b://u:p@h", "a://h and b://h"),
        ] {
            assert_eq!(without_credentials(text), clean);
        }
    }

    proptest! {
        #[test]
        fn no_password_survives(user in "[a-z]{1,8}", password in "[A-Z!@:%]{1,12}", rest in "(/[a-z@]{1,10}){0,3}") {
            let clean = without_credentials(&format!("see https://{user}:{password}@host{rest}"));
            prop_assert_eq!(clean, format!("see https://host{}", rest));
        }

        #[test]
        fn no_text_panics_and_cleaning_twice_is_cleaning_once(text in r"([a-z@:/ 'é]|://){0,40}") {
            let clean = without_credentials(&text);
            prop_assert_eq!(without_credentials(&clean), clean);
        }
    }
}
