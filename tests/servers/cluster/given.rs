//! A cluster that is there already, by the kubeconfig that names it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use serde_yaml::Value;
use ureq::tls::{Certificate, ClientCert, PrivateKey};

use super::NoCluster;
use super::asker::Asker;

/// Names the kubeconfig of a cluster to test with.
const VARIABLE: &str = "TOLLGATE_TEST_KUBECONFIG";

/// The kubeconfig that is named, if one is.
pub(super) fn named() -> Option<Utf8PathBuf> {
    std::env::var(VARIABLE).ok().filter(|file| !file.is_empty()).map(Utf8PathBuf::from)
}

/// Who asks by a kubeconfig. It logs in by a token or by a certificate.
pub(super) fn asker(kubeconfig: &Utf8Path) -> Result<Asker, NoCluster> {
    let all = read(kubeconfig)?;
    let of = |list: &str, name: &Value, member: &str| {
        let named = all[list].as_sequence().into_iter().flatten().find(|entry| entry["name"] == *name);
        named.map_or(Value::Null, |entry| entry[member].clone())
    };
    let context = of("contexts", &all["current-context"], "context");
    let (cluster, user) = (of("clusters", &context["cluster"], "cluster"), of("users", &context["user"], "user"));
    let server = cluster["server"].as_str().ok_or_else(|| unusable(kubeconfig, "it names no server"))?;
    let certificate = match (pem(kubeconfig, &user, "client-certificate"), pem(kubeconfig, &user, "client-key")) {
        (Some(certificate), Some(key)) => Some(client(kubeconfig, &certificate, &key)?),
        _ => None,
    };
    let token = user["token"].as_str();
    if token.is_none() && certificate.is_none() {
        return Err(unusable(kubeconfig, "its user has neither a token nor a certificate"));
    }
    Ok(Asker::new(server, token, certificate))
}

/// The same kubeconfig for the user `limited`, who may do nothing but what roles say.
pub(super) fn limited(kubeconfig: &Utf8Path) -> Result<String, NoCluster> {
    let mut all = read(kubeconfig)?;
    for user in all["users"].as_sequence_mut().into_iter().flatten() {
        user["user"]["as"] = "limited".into();
    }
    serde_yaml::to_string(&all).map_err(|error| unusable(kubeconfig, &error.to_string()))
}

fn read(kubeconfig: &Utf8Path) -> Result<Value, NoCluster> {
    serde_yaml::from_str(&fs_err::read_to_string(kubeconfig)?).map_err(|_| unusable(kubeconfig, "it is no YAML"))
}

fn client(kubeconfig: &Utf8Path, certificate: &[u8], key: &[u8]) -> Result<ClientCert, NoCluster> {
    let bad = |_| unusable(kubeconfig, "its certificate is none");
    Ok(ClientCert::new_with_certs(&[Certificate::from_pem(certificate).map_err(bad)?], PrivateKey::from_pem(key).map_err(bad)?))
}

/// What stands in `MEMBER-data`, or in the file that `MEMBER` names.
fn pem(kubeconfig: &Utf8Path, user: &Value, member: &str) -> Option<Vec<u8>> {
    if let Some(data) = user[format!("{member}-data")].as_str() {
        return BASE64_STANDARD.decode(data).ok();
    }
    fs_err::read(kubeconfig.parent()?.join(user[member].as_str()?)).ok()
}

fn unusable(kubeconfig: &Utf8Path, why: &str) -> NoCluster {
    NoCluster::Given { kubeconfig: kubeconfig.to_owned(), why: why.to_owned() }
}
