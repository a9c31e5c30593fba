//! Paths of the node.

use tollgate_sdk::Node;

use crate::pod::Pod;
use crate::report::{Judged, Report};

/// A volume that is a path of the node.
#[derive(Debug)]
pub(crate) struct HostPath<'a> {
    /// The name of the volume; empty where it has none.
    pub(crate) volume: &'a str,
    /// As the node reads it: no step is empty, `.` or `..`.
    pub(crate) path: String,
    /// Where the path stands.
    pub(crate) node: Node<'a>,
}

/// Judges each volume of a pod that is a path of the node.
pub(crate) fn each<'a>(pod: &Pod<'a>, report: &mut Report<'_>, mut judge: impl FnMut(&mut Report<'_>, HostPath<'a>)) -> Judged {
    report.each(&pod.spec, &["volumes"], |report, volume| {
        if report.has_object(volume, &["hostPath"])? {
            let path = normalized(report.needed_text(volume, &["hostPath", "path"])?);
            let volume_name = report.text(volume, &["name"])?.unwrap_or_default();
            judge(report, HostPath { volume: volume_name, path, node: volume.walk(&["hostPath", "path"]) });
        }
        Ok(())
    })
}

fn normalized(path: &str) -> String {
    let mut steps = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_is_what_the_node_makes_of_it() {
        for (path, expected) in
            [("/etc/", "/etc"), ("//etc//ssl", "/etc/ssl"), ("/a/../etc/.", "/etc"), ("/..", "/"), ("", "/"), ("/...", "/...")]
        {
            assert_eq!(normalized(path), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_normal_stays_so(path in "[/.a]{0,12}") {
            let once = normalized(&path);
            prop_assert_eq!(normalized(&once), once.clone());
            prop_assert!(once.starts_with('/') && (once == "/" || !once.ends_with('/')));
        }
    }
}
