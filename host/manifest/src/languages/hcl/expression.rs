//! Expressions: what is literal as a value, the rest as its source.

use hcl_edit::expr::{Array, Expression, Object, ObjectKey, UnaryOperator};

use super::template::{escape, heredoc, quoted};
use super::{place, source};
use crate::lines::Lines;
use crate::placed::{Member, Placed, Value};

/// The value of an expression.
pub(super) fn value(expression: &Expression, lines: &Lines<'_>) -> Placed {
    let span = place(lines, expression);
    let read = match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(bool) => Value::Bool(*bool.value()),
        Expression::Number(number) => Value::Number(number.value().to_string()),
        Expression::String(text) => Value::Text(escape(text.as_str())),
        Expression::StringTemplate(template) => Value::Text(quoted(template.iter(), lines)),
        Expression::HeredocTemplate(template) => Value::Text(heredoc(template, lines)),
        Expression::Array(array) => elements(array, lines),
        Expression::Object(object) => entries(object, lines),
        Expression::UnaryOp(operation) => match (*operation.operator.value(), &operation.expr) {
            (UnaryOperator::Neg, Expression::Number(number)) => Value::Number(format!("-{}", number.value())),
            _ => evaluated(expression, lines),
        },
        _ => evaluated(expression, lines),
    };
    Placed::new(span, read)
}

fn evaluated(expression: &Expression, lines: &Lines<'_>) -> Value {
    Value::Text(format!("${{{}}}", source(lines, expression)))
}

fn elements(array: &Array, lines: &Lines<'_>) -> Value {
    Value::List(array.iter().map(|element| value(element, lines)).collect())
}

fn entries(object: &Object, lines: &Lines<'_>) -> Value {
    let member = |(key, entry): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
        let span = place(lines, key);
        Member::new(key_text(key, lines), span, value(entry.expr(), lines))
    };
    Value::Map(object.iter().map(member).collect())
}

/// A key is a name, or any expression.
fn key_text(key: &ObjectKey, lines: &Lines<'_>) -> String {
    match key {
        ObjectKey::Ident(ident) => ident.as_str().to_owned(),
        ObjectKey::Expression(Expression::Parenthesis(_)) => format!("${{{}}}", source(lines, key)),
        ObjectKey::Expression(expression) => match value(expression, lines).value {
            Value::Text(text) => text,
            _ => source(lines, key).to_owned(),
        },
    }
}
