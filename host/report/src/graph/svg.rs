//! The graph as an SVG image. Where things are is worked out by `layout-rs`, in layers from left to right.

use std::collections::BTreeMap;

use layout::adt::dag::NodeHandle;
use layout::core::base::Orientation;
use layout::core::color::Color;
use layout::core::geometry::Point;
use layout::core::style::{LineStyleKind, StyleAttr};
use layout::std_shapes::shapes::{Arrow, Element, LineEndKind, ShapeKind};
use layout::topo::layout::VisualGraph;

use super::canvas::Canvas;
use super::edges::{Edge, Start, edges};
use super::{GraphReport, TriggerNode};
use crate::clean;

/// Of texts in nodes, in pixels.
const FONT: usize = 14;

/// How wide a character is, compared with how high: no font is asked, so it is on the safe side.
const ASPECT: f64 = 0.62;

/// Between a text and the line around it, in pixels.
const PADDING: f64 = 12.0;

impl GraphReport {
    /// An SVG image, the same for the same graph.
    pub fn to_svg(&self) -> String {
        let title = format!("Promotion graph; policy revision: {}", clean::line(&self.policy_revision));
        let mut canvas = Canvas::new(&title);
        if self.targets().next().is_none() {
            return canvas.finish();
        }
        let mut drawing = Drawing::default();
        for trigger in self.triggers() {
            drawing.trigger(trigger);
        }
        for (environment, target) in self.targets() {
            let what = if environment.promotable { "" } else { ", nothing is promoted from here" };
            let lines = target.lines().into_iter().chain([format!("in {}{what}", environment.name)]);
            drawing.target(&target.name, &lines.collect::<Vec<_>>(), environment.promotable);
        }
        for edge in edges(self) {
            drawing.edge(&edge);
        }
        drawing.graph.do_it(false, false, false, &mut canvas);
        canvas.finish()
    }
}

/// The graph as the layout knows it.
struct Drawing<'g> {
    graph: VisualGraph,
    triggers: Vec<(&'g TriggerNode, NodeHandle)>,
    targets: BTreeMap<&'g str, NodeHandle>,
}

impl Default for Drawing<'_> {
    fn default() -> Self {
        Self { graph: VisualGraph::new(Orientation::LeftToRight), triggers: Vec::new(), targets: BTreeMap::new() }
    }
}

impl<'g> Drawing<'g> {
    fn trigger(&mut self, trigger: &'g TriggerNode) {
        let text = clean::line(&trigger.phrase());
        let look = look("white", FONT);
        let size = size(&text, 2.0 * PADDING);
        let node = self.graph.add_node(Element::create(ShapeKind::new_circle(&text), look, Orientation::LeftToRight, size));
        self.triggers.push((trigger, node));
    }

    fn target(&mut self, name: &'g str, lines: &[String], promotable: bool) {
        let text = lines.iter().map(|line| clean::line(line)).collect::<Vec<_>>().join("\n");
        let look = look(if promotable { "aliceblue" } else { "whitesmoke" }, FONT);
        let size = size(&text, PADDING);
        let node = self.graph.add_node(Element::create(ShapeKind::new_box(&text), look, Orientation::LeftToRight, size));
        self.targets.insert(name, node);
    }

    fn edge(&mut self, edge: &Edge<'g>) {
        let from = match edge.from {
            Start::Trigger(trigger) => self.triggers.iter().find(|(other, _)| *other == trigger).map(|(_, node)| *node),
            Start::Target(name) => self.targets.get(name).copied(),
        };
        let (Some(from), Some(to)) = (from, self.targets.get(edge.to).copied()) else { return };
        let line = if edge.kind.is_dashed() { LineStyleKind::Dashed } else { LineStyleKind::Normal };
        let look = look("white", FONT - 2);
        let arrow = Arrow::new(LineEndKind::None, LineEndKind::Arrow, line, &edge.kind.label(), &look, &None, &None);
        self.graph.add_edge(arrow, from, to);
    }
}

fn look(fill: &str, font: usize) -> StyleAttr {
    StyleAttr::new(Color::fast("black"), 1, Some(Color::fast(fill)), 4, font)
}

/// How much room a text of one or more lines needs.
#[expect(clippy::cast_precision_loss, reason = "no text is so long that a pixel is lost")]
fn size(text: &str, padding: f64) -> Point {
    let longest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    let font = FONT as f64;
    let (width, height) = (longest as f64 * font * ASPECT, text.lines().count() as f64 * font * 1.25);
    Point::new(2.0f64.mul_add(padding, width), 2.0f64.mul_add(padding, height))
}
