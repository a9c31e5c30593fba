//! Services: the way from a service's own repository to the deployment repository, and which services there are.

pub(crate) mod belongings;
pub(crate) mod chart_values;
pub(crate) mod departure;
pub(crate) mod home;
pub(crate) mod hosts;
pub(crate) mod manifests;
pub(crate) mod mentions;
pub(crate) mod new_files;
pub(crate) mod pipeline_file;
pub(crate) mod references;
pub(crate) mod retag;
pub(crate) mod route;
pub(crate) mod shipment;
pub(crate) mod template;
