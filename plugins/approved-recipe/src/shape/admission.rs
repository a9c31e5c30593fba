//! Webhooks.

use super::added::Literal;
use super::cluster::{CLIENT, RULE_FIELD};
use super::field::{Field, List, PLAIN, Shape};
use super::metadata::{ROOT, SELECTOR};
use Literal::{Int, Object, Text};

/// Webhooks of both sorts.
pub(super) static WEBHOOK_CONFIGURATION: Shape = Shape::new(&[("webhooks", Field::list(&WEBHOOKS))]).like(&ROOT);
static WEBHOOKS: List = List { key: &[("name", "")], element: Field::object(&WEBHOOK) };

static WEBHOOK: Shape = Shape::new(&[
    ("failurePolicy", PLAIN.is(&[Text("Fail")])),
    ("matchPolicy", PLAIN.is(&[Text("Equivalent")])),
    ("reinvocationPolicy", PLAIN.is(&[Text("Never")])),
    ("timeoutSeconds", PLAIN.is(&[Int(10)])),
    ("namespaceSelector", SELECTOR.is(&[Object(&[])])),
    ("objectSelector", SELECTOR.is(&[Object(&[])])),
    ("clientConfig", Field::object(&CLIENT)),
    ("rules", Field::sequence(&RULE_FIELD)),
]);
