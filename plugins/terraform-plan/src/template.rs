//! Texts of a configuration that have to be evaluated.

/// Whether there is something to evaluate in a text: `${…}` or `%{…}`, which `$${` and `%%{` are not.
pub(crate) fn is_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    let opens = |sign: u8, at: usize| bytes[at] == sign && bytes.get(at + 1) == Some(&b'{');
    let is_escaped = |sign: u8, at: usize| at > 0 && bytes[at - 1] == sign;
    (0..bytes.len()).any(|at| [b'$', b'%'].into_iter().any(|sign| opens(sign, at) && !is_escaped(sign, at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_to_be_evaluated_is_told_from_what_only_looks_like_it() {
        for text in ["${var.a}", "a-${var.a}", "%{ if x }y%{ endif }", "é${a}", "$${a}${b}"] {
            assert!(is_template(text), "{text}");
        }
        for text in ["", "a", "$${a}", "%%{a}", "$", "{", "$ {a}", "100%", "é"] {
            assert!(!is_template(text), "{text}");
        }
    }
}
