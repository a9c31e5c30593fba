//! The way from the API server to Services. There is no network for pods, so a proxy stands for it (KEP-1281).

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use camino::Utf8Path;

use super::proxy;

/// What addresses of Services begin with: the API server's `--service-cluster-ip-range`.
const RANGE: &str = "10.0.";

/// Who answers for Services.
#[derive(Debug)]
pub(super) struct Services(Arc<Mutex<Option<SocketAddr>>>);

impl Services {
    /// Writes what tells the API server which way to go, and shows it.
    pub(super) fn start(root: &Utf8Path) -> io::Result<Self> {
        let socket = root.join("services.sock");
        let configuration = format!(
            "apiVersion: apiserver.k8s.io/v1beta1\nkind: EgressSelectorConfiguration\negressSelections:\n- name: cluster\n  \
             connection: {{proxyProtocol: HTTPConnect, transport: {{uds: {{udsName: {socket}}}}}}}\n"
        );
        fs_err::write(root.join("egress.yaml"), configuration)?;
        let served = Arc::new(Mutex::new(None));
        let known = Arc::clone(&served);
        proxy::start_at(&socket, move |asked| {
            let served: Option<SocketAddr> = *known.lock().unwrap_or_else(PoisonError::into_inner);
            served.filter(|_| asked.starts_with(RANGE)).map_or_else(|| asked.to_owned(), |address| address.to_string())
        })?;
        Ok(Self(served))
    }

    pub(super) fn serve_at(&self, address: SocketAddr) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
    }
}
