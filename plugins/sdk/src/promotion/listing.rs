//! Lists in sentences.

/// How many things a sentence names.
pub const NAMED: usize = 10;

/// The first [`NAMED`] of them, and how many more there are.
pub fn listed<T: AsRef<str>>(things: &[T]) -> String {
    let named = things.iter().take(NAMED).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    match things.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize) -> Vec<String> {
        (1..=count).map(|number| number.to_string()).collect()
    }

    #[test]
    fn ten_are_named_and_the_others_counted() {
        assert_eq!(listed::<String>(&[]), "");
        assert_eq!(listed(&["cart", "checkout"]), "cart, checkout");
        assert_eq!(listed(&numbers(10)), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
        assert_eq!(listed(&numbers(12)), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more");
    }
}
