//! What a layout draws on: SVG, with room for no more than is drawn, and nothing in it that changes from run to run.

use std::fmt::Write as _;

use layout::core::format::{ClipHandle, RenderBackend};
use layout::core::geometry::Point;
use layout::core::style::StyleAttr;

/// Around everything, in pixels.
const MARGIN: f64 = 10.0;

/// The arrowhead that lines end in.
const ARROWHEAD: &str = r#"<defs><marker id="arrow" markerWidth="10" markerHeight="8" refX="9" refY="4" orient="auto"><path d="M 0 0 L 10 4 L 0 8 z"/></marker></defs>"#;

/// An image that is being drawn.
pub(super) struct Canvas {
    title: String,
    body: String,
    width: f64,
    height: f64,
    /// Lines so far, which texts along them name.
    lines: usize,
}

impl Canvas {
    pub(super) fn new(title: &str) -> Self {
        Self { title: title.to_owned(), body: String::new(), width: 0.0, height: 0.0, lines: 0 }
    }

    /// The whole document.
    pub(super) fn finish(&self) -> String {
        let (width, height) = (number(self.width + MARGIN), number(self.height + MARGIN));
        let title = escaped(&self.title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"sans-serif\">\n<title>{title}</title>\n{ARROWHEAD}\n{}</svg>\n",
            self.body
        )
    }

    fn reach(&mut self, x: f64, y: f64) {
        self.width = self.width.max(x);
        self.height = self.height.max(y);
    }

    fn line(&mut self, line: &str) {
        // Writing to a text can't fail.
        let _ = writeln!(self.body, "{line}");
    }
}

impl RenderBackend for Canvas {
    fn draw_rect(&mut self, xy: Point, size: Point, look: &StyleAttr, _: Option<String>, _: Option<ClipHandle>) {
        self.reach(xy.x + size.x, xy.y + size.y);
        let (x, y, width, height) = (number(xy.x), number(xy.y), number(size.x), number(size.y));
        let (rounded, paint) = (look.rounded, paint(look));
        self.line(&format!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{rounded}\" {paint}/>"));
    }

    fn draw_line(&mut self, start: Point, stop: Point, look: &StyleAttr, _: Option<String>) {
        self.reach(start.x.max(stop.x), start.y.max(stop.y));
        let (x1, y1, x2, y2) = (number(start.x), number(start.y), number(stop.x), number(stop.y));
        self.line(&format!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" {}/>", paint(look)));
    }

    fn draw_circle(&mut self, xy: Point, size: Point, look: &StyleAttr, _: Option<String>) {
        self.reach(xy.x + size.x / 2.0, xy.y + size.y / 2.0);
        let (x, y, across, down) = (number(xy.x), number(xy.y), number(size.x / 2.0), number(size.y / 2.0));
        self.line(&format!("<ellipse cx=\"{x}\" cy=\"{y}\" rx=\"{across}\" ry=\"{down}\" {}/>", paint(look)));
    }

    fn draw_text(&mut self, xy: Point, text: &str, look: &StyleAttr) {
        let count = u32::try_from(text.lines().count()).map_or(1.0, f64::from);
        let size = u32::try_from(look.font_size).map_or(1.0, f64::from);
        // The first line stands half of the others above the middle.
        let top = size.mul_add(-0.625 * (count - 1.0), xy.y);
        self.line(&format!("<text font-size=\"{size}\" text-anchor=\"middle\" dominant-baseline=\"central\">"));
        for (index, line) in (0_u32..).zip(text.lines()) {
            let y = number(size.mul_add(1.25 * f64::from(index), top));
            self.line(&format!("<tspan x=\"{}\" y=\"{y}\">{}</tspan>", number(xy.x), escaped(line)));
        }
        self.line("</text>");
    }

    fn draw_arrow(
        &mut self,
        path: &[(Point, Point)],
        dashed: bool,
        head: (bool, bool),
        look: &StyleAttr,
        _: Option<String>,
        text: &str,
    ) {
        let Some(way) = way(path) else { return };
        for (point, control) in path {
            self.reach(point.x.max(control.x), point.y.max(control.y));
        }
        let id = format!("line{}", self.lines);
        self.lines += 1;
        let dashes = if dashed { " stroke-dasharray=\"5 4\"" } else { "" };
        let end = if head.1 { " marker-end=\"url(#arrow)\"" } else { "" };
        let (stroke, width) = (look.line_color.to_web_color(), look.line_width);
        self.line(&format!(
            "<path id=\"{id}\" d=\"{way}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{width}\"{dashes}{end}/>"
        ));
        if !text.is_empty() {
            self.line(&format!("<text font-size=\"{}\" dy=\"-4\" text-anchor=\"middle\">", look.font_size));
            self.line(&format!("<textPath href=\"#{id}\" startOffset=\"50%\">{}</textPath></text>", escaped(text)));
        }
    }

    fn create_clip(&mut self, _: Point, _: Point, _: usize) -> ClipHandle {
        // Only records are cut to a shape, and there are none.
        0
    }
}

/// A path of curves: the first pair of points leaves, each other one arrives.
fn way(path: &[(Point, Point)]) -> Option<String> {
    let point = |point: &Point| format!("{} {}", number(point.x), number(point.y));
    let [first, second, rest @ ..] = path else { return None };
    let mut way = format!("M {} C {}, {}, {}", point(&first.0), point(&first.1), point(&second.0), point(&second.1));
    for (control, end) in rest {
        way.push_str(&format!(" S {}, {}", point(control), point(end)));
    }
    Some(way)
}

fn paint(look: &StyleAttr) -> String {
    let fill = look.fill_color.map_or_else(|| "none".to_owned(), |color| color.to_web_color());
    format!("fill=\"{fill}\" stroke=\"{}\" stroke-width=\"{}\"", look.line_color.to_web_color(), look.line_width)
}

/// To a tenth of a pixel.
fn number(number: f64) -> String {
    format!("{number:.1}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
