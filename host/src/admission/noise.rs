//! What is written all the time and runs nothing.

/// Groups and resources. A failure to judge one must not stop a cluster from telling what happens in it, and no policy is about one.
pub(crate) const NOISE: [(&str, &str); 5] = [
    ("", "events"),
    ("", "endpoints"),
    ("events.k8s.io", "events"),
    ("coordination.k8s.io", "leases"),
    ("discovery.k8s.io", "endpointslices"),
];
