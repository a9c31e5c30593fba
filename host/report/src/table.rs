//! Tables without borders.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use crate::clean;
use crate::style::Style;

/// Rows with aligned columns, indented by one column.
pub(crate) fn plain(rows: impl Iterator<Item = Vec<String>>, style: Style) -> String {
    let mut table = empty(style);
    for row in rows {
        table.add_row(row.iter().map(|cell| clean::text(cell)));
    }
    text(&table)
}

/// Rows under a header.
pub(crate) fn with_header(header: &[&str], rows: impl Iterator<Item = Vec<String>>, style: Style) -> String {
    plain(std::iter::once(header.iter().map(|cell| (*cell).to_owned()).collect()).chain(rows), style)
}

fn empty(style: Style) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(style.width).unwrap_or(u16::MAX));
    table
}

/// Without the spaces that fill the last column.
fn text(table: &Table) -> String {
    table.lines().map(|line| format!(" {}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> impl Iterator<Item = Vec<String>> {
        [["pass", "a", ""], ["error", "a longer name", "why, in so many words that they need a second line"]]
            .into_iter()
            .map(|row| row.map(str::to_owned).to_vec())
    }

    #[test]
    fn columns_are_aligned_and_wrapped_within_the_width() {
        let text = with_header(&["verdict", "gate", "why"], rows(), Style::plain(50));
        assert!(text.lines().all(|line| line.chars().count() <= 51), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn cells_cannot_speak_to_the_terminal() {
        assert_eq!(plain([vec!["a\u{1b}[2J".to_owned()]].into_iter(), Style::plain(50)), "  a\u{fffd}[2J\n");
    }
}
