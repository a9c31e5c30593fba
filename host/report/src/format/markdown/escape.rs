//! Text from elsewhere, as Markdown that says the same and does nothing.

/// What GitHub's and GitLab's Markdown takes for markup somewhere in a line, and what ends a table's cell.
const MARKUP: &str = r"&<>\*_~|[]!#@:`$^{}%";

/// The same for CommonMark with tables, in a cell.
const MARKUP_OF_PAGE: &str = r"&<>\*_~|[]`";

/// What begins a mention or a reference: `@name`, `#12`, `!12`, `$12`, `&12`, `%12`, `~label`, `:emoji:`. These are found after
/// Markdown is rendered, so that writing them as entities is not enough.
const SIGILS: &str = "@#!$&%~:^";

/// Stands between a sigil and what follows, and is not seen.
const GAP: &str = "&#8203;";

/// Clean text for one line. What it has between backticks is code.
pub(crate) fn text(text: &str) -> String {
    with_code(text, plain)
}

/// The same for a page that no forge renders: nothing is looked for there, and addresses can be copied as they are.
pub(crate) fn text_of_page(text: &str) -> String {
    with_code(text, |part| part.chars().map(|c| if MARKUP_OF_PAGE.contains(c) { entity(c) } else { c.to_string() }).collect())
}

fn with_code(text: &str, plain: impl Fn(&str) -> String) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let last = parts.len() - 1;
    let part = |(index, part): (usize, &&str)| match index % 2 {
        0 => plain(part),
        // A last backtick that has no partner.
        _ if index == last => format!("{}{}", entity('`'), plain(part)),
        _ => code(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// Clean text as code, in which nothing is markup and nothing is looked for.
pub(crate) fn code(text: &str) -> String {
    format!("<code>{}</code>", text.chars().map(escaped).collect::<String>())
}

fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    let mut before = String::new();
    while let Some(c) = characters.next() {
        // `www.example.com` and `GH-12` are a link and a reference without any sigil.
        let is_joint = (c == '.' && before.ends_with("www")) || (c == '-' && before.ends_with("gh"));
        if is_joint {
            plain.push_str(GAP);
        }
        plain.push_str(&escaped(c));
        let is_followed = characters.peek().is_some_and(|next| !next.is_whitespace());
        if SIGILS.contains(c) && is_followed {
            plain.push_str(GAP);
        }
        before.push(c.to_ascii_lowercase());
    }
    plain
}

fn escaped(c: char) -> String {
    if MARKUP.contains(c) { entity(c) } else { c.to_string() }
}

fn entity(c: char) -> String {
    format!("&#{};", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    /// What a reader sees, and whether there was any markup but ours.
    fn rendered(markdown: &str) -> (String, bool) {
        let mut seen = String::new();
        let mut is_inert = true;
        for event in Parser::new_ext(markdown, Options::all().difference(Options::ENABLE_SMART_PUNCTUATION)) {
            match event {
                Event::Text(text) => seen.push_str(&text),
                Event::InlineHtml(html) => is_inert &= ["<code>", "</code>"].contains(&&*html),
                Event::Start(Tag::Paragraph) | Event::End(_) => {}
                _ => is_inert = false,
            }
        }
        (seen, is_inert)
    }

    #[test]
    fn what_stands_between_backticks_is_code() {
        assert_eq!(text("image `a:b` is not"), "image <code>a&#58;b</code> is not");
        assert_eq!(text("a ` b"), "a &#96; b");
        assert_eq!(text("`a` `b"), "<code>a</code> &#96;b");
    }

    #[test]
    fn mentions_references_and_links_are_broken() {
        assert_eq!(text("@here"), "&#64;&#8203;here");
        assert_eq!(text("#12 GH-12 www.example.com"), "&#35;&#8203;12 GH&#8203;-12 www&#8203;.example.com");
        assert_eq!(text("https://example.com"), "https&#58;&#8203;//example.com");
        assert_eq!(text("why: because"), "why&#58; because");
    }

    proptest! {
        #[test]
        fn any_text_is_seen_as_it_is_and_does_nothing(hostile in r#"[-a-zA-Z0-9 @#!<>|\\`*_~\[\](){}$&%:;"'+=.,/^?é]{0,60}"#) {
            // Something before it, as a cell has: a page never begins a line with what others wrote.
            let (seen, is_inert) = rendered(&format!("x {}", text(&hostile)));
            prop_assert!(is_inert, "{hostile:?}");
            let expected: String = format!("x {hostile}").replace('`', "");
            let seen = seen.replace(['\u{200b}', '`'], "");
            // Markdown drops spaces at the end of a line.
            prop_assert_eq!(seen.trim_end(), expected.trim_end());
        }
    }
}
