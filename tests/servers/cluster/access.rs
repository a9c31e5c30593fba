//! How a cluster is reached, and by whom.

use std::io;
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};

use super::NoCluster;
use super::asker::Asker;
use super::clients::ClientAuthority;
use crate::ports::ports;

/// Ports, tokens and files of one cluster.
#[derive(Debug)]
pub(super) struct Access {
    root: Utf8PathBuf,
    pub(super) clients: ClientAuthority,
    pub(super) store: u16,
    pub(super) store_peer: u16,
    pub(super) api: u16,
    pub(super) asker: Asker,
}

/// The token of who may do everything.
pub(super) const ADMIN: &str = "token-of-the-admin";

/// The token of who may do what roles say.
const LIMITED: &str = "token-of-the-limited";

impl Access {
    /// Finds ports and makes what the API server reads.
    pub(super) fn new(root: &Utf8Path) -> Result<Self, NoCluster> {
        let [store, store_peer, api] = ports()?;
        let tokens = format!("{ADMIN},admin,admin,\"system:masters\"\n{LIMITED},limited,limited,\n");
        fs_err::write(root.join("tokens.csv"), tokens)?;
        let clients = ClientAuthority::new()?;
        fs_err::write(root.join("clients.crt"), &clients.certificate)?;
        make_key(&root.join("sa.key"))?;
        let asker = Asker::new(&format!("https://127.0.0.1:{api}"), Some(ADMIN), None);
        Ok(Self { root: root.to_owned(), clients, store, store_peer, api, asker })
    }

    pub(super) fn kubeconfig(&self) -> Utf8PathBuf {
        self.root.join("kubeconfig")
    }

    pub(super) fn limited_kubeconfig(&self) -> Utf8PathBuf {
        self.root.join("kubeconfig-limited")
    }

    /// By whom the server's certificate is signed, in PEM.
    pub(super) fn authority(&self) -> io::Result<String> {
        fs_err::read_to_string(self.root.join("certificates/apiserver.crt"))
    }

    /// Writes the files, once the server has made its certificate.
    pub(super) fn write(&self) -> io::Result<()> {
        let authority = BASE64_STANDARD.encode(self.authority()?);
        let server = self.asker.server();
        for (file, user, token) in [(self.kubeconfig(), "admin", ADMIN), (self.limited_kubeconfig(), "limited", LIMITED)] {
            let text = format!(
                "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
                 clusters: [{{name: test, cluster: {{server: '{server}', certificate-authority-data: {authority}}}}}]\n\
                 users: [{{name: {user}, user: {{token: {token}}}}}]\n\
                 contexts: [{{name: test, context: {{cluster: test, user: {user}}}}}]\n"
            );
            fs_err::write(file, text)?;
        }
        Ok(())
    }
}

/// The key that the server signs the tokens of service accounts with.
fn make_key(file: &Utf8Path) -> Result<(), NoCluster> {
    let arguments = ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file.as_str()];
    let output = Command::new("openssl").args(arguments).output()?;
    let said = || String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(NoCluster::Program { program: "openssl", said: said() }) }
}
