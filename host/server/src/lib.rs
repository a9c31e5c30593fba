//! The admission webhook: what a cluster asks before it takes an object.
