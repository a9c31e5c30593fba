//! A page that never grows longer than a forge takes.

/// How many rows of a section are shown before the rest is folded.
const OPEN: usize = 10;

/// Room for what is written around the rows of a section, in bytes.
const FRAME: usize = 200;

/// Markdown with room for so much more.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    room: usize,
    left_out: Vec<String>,
}

impl Page {
    /// Begins with `text`, and takes `limit` bytes in all.
    pub(super) fn new(text: String, limit: usize) -> Self {
        let room = limit.saturating_sub(text.len());
        Self { text, room, left_out: Vec::new() }
    }

    /// Adds rows under a heading, and under the header of a table where they are one. Whole rows, as many as fit: one that is
    /// too long does not hide those after it.
    pub(super) fn section(&mut self, heading: &str, header: &str, rows: &[String]) {
        let mut room = self.room.saturating_sub(FRAME + heading.len() + 2 * header.len());
        let fits = |row: &&String| room.checked_sub(row.len()).map(|rest| room = rest).is_some();
        let fitting: Vec<&str> = rows.iter().filter(fits).map(String::as_str).collect();
        if !fitting.is_empty() {
            let text = framed(heading, header, &fitting);
            self.room = self.room.saturating_sub(text.len());
            self.text.push_str(&text);
        }
        if fitting.len() < rows.len() {
            self.left_out.push(format!("{} under \"{heading}\"", rows.len() - fitting.len()));
        }
    }

    /// The page, ended by `end`; where something was left out, it is said before.
    pub(super) fn end(mut self, end: &str) -> String {
        if !self.left_out.is_empty() {
            let left_out = self.left_out.join(", ");
            self.text.push_str(&format!("\n**There is more than a comment holds:** {left_out}. Run the command to see all.\n"));
        }
        self.text + end
    }
}

fn framed(heading: &str, header: &str, rows: &[&str]) -> String {
    let (open, folded) = rows.split_at(rows.len().min(OPEN));
    let mut text = format!("\n#### {heading}\n\n{header}{}", open.concat());
    if !folded.is_empty() {
        let (count, rows) = (folded.len(), folded.concat());
        text.push_str(&format!("\n<details>\n<summary>{count} more</summary>\n\n{header}{rows}\n</details>\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize) -> Vec<String> {
        (0..count).map(|row| format!("- row {row:03}\n")).collect()
    }

    #[test]
    fn a_long_list_is_folded_after_its_first_rows() {
        let mut page = Page::new("begin\n".to_owned(), 10_000);
        page.section("Rows", "", &rows(12));
        let text = page.end("end\n");
        assert!(text.starts_with("begin\n\n#### Rows\n\n- row 000\n") && text.ends_with("</details>\nend\n"), "{text}");
        assert!(text.contains("- row 009\n\n<details>\n<summary>2 more</summary>\n\n- row 010\n"), "{text}");
    }

    #[test]
    fn what_does_not_fit_is_counted_and_nothing_is_cut_in_two() {
        for limit in 0..2_000 {
            let mut page = Page::new("begin\n".to_owned(), limit);
            page.section("Rows", "", &rows(100));
            assert!(page.text.len() <= limit.max("begin\n".len()), "{limit}: {}", page.text.len());
            let text = page.end("");
            let shown = text.matches("- row ").count();
            assert_eq!(text.lines().filter(|line| line.starts_with("- row ") && line.len() == 9).count(), shown);
            assert_eq!(text.contains(&format!("{} under \"Rows\"", 100 - shown)), shown < 100, "{limit}");
        }
    }

    #[test]
    fn a_row_that_is_too_long_hides_no_other() {
        let mut page = Page::new(String::new(), 1_000);
        page.section("Rows", "", &["- first\n".to_owned(), "x".repeat(1_000), "- last\n".to_owned()]);
        let text = page.end("");
        assert!(text.contains("- first\n- last\n") && text.contains("1 under \"Rows\""), "{text}");
    }

    #[test]
    fn a_section_without_rows_has_no_heading() {
        let mut page = Page::new(String::new(), 10_000);
        page.section("Rows", "", &[]);
        assert_eq!(page.end(""), "");
    }
}
