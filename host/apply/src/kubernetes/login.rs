//! Where a cluster is and who asks, as `kubectl` has it.

use std::path::PathBuf;

use kube::Config;
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use tollgate_core::pipeline::KubernetesTarget;

use super::failure::ServerError;
use super::proxy;

/// By a kubeconfig and its context, or from within a cluster.
///
/// # Errors
/// When it is not said where the server is, or how to log in.
pub(super) async fn config(spec: &KubernetesTarget) -> Result<Config, ServerError> {
    let found = match &spec.kubeconfig {
        Some(path) => Kubeconfig::read_from(path).map(Some),
        None => read_default(),
    };
    match found.map_err(ServerError::of_kubeconfig)? {
        Some(kubeconfig) => from_kubeconfig(kubeconfig, spec.context.as_ref()).await,
        None if spec.context.is_some() => Err(ServerError::NoKubeconfig),
        None => Config::incluster().map_err(|_| ServerError::NoKubeconfig),
    }
}

async fn from_kubeconfig(kubeconfig: Kubeconfig, context: Option<&String>) -> Result<Config, ServerError> {
    let options = KubeConfigOptions { context: context.cloned(), ..KubeConfigOptions::default() };
    let own = own_proxy(&kubeconfig, context).map(ToOwned::to_owned);
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(ServerError::of_kubeconfig)?;
    config.proxy_url = proxy::proxy(own.as_deref(), &config.cluster_url, |name| std::env::var(name).ok())?;
    trim_token(&mut config)?;
    Ok(config)
}

/// The `proxy-url` of the cluster that a context names.
fn own_proxy<'a>(kubeconfig: &'a Kubeconfig, context: Option<&String>) -> Option<&'a str> {
    let name = context.or(kubeconfig.current_context.as_ref())?;
    let context = kubeconfig.contexts.iter().find(|context| context.name == *name)?.context.as_ref()?;
    let cluster = kubeconfig.clusters.iter().find(|cluster| cluster.name == context.cluster)?;
    cluster.cluster.as_ref()?.proxy_url.as_deref().filter(|url| !url.is_empty())
}

/// A token that stands in a file may end its line.
fn trim_token(config: &mut Config) -> Result<(), ServerError> {
    let Some(file) = config.auth_info.token_file.as_ref().filter(|_| config.auth_info.token.is_none()) else { return Ok(()) };
    let text = std::fs::read_to_string(file).map_err(|source| ServerError::TokenFile { file: file.clone(), source })?;
    if text.trim() != text {
        config.auth_info.token = Some(text.trim().to_owned().into());
    }
    Ok(())
}

/// The files of `KUBECONFIG`, or the user's own, if there is one.
fn read_default() -> Result<Option<Kubeconfig>, KubeconfigError> {
    if let Some(value) = std::env::var_os("KUBECONFIG").filter(|value| !value.is_empty()) {
        let files: Vec<PathBuf> = std::env::split_paths(&value).filter(|file| !file.as_os_str().is_empty()).collect();
        return read_all(&files).map(Some);
    }
    let own = std::env::home_dir().map(|home| home.join(".kube/config"));
    own.filter(|file| file.exists()).map(Kubeconfig::read_from).transpose()
}

/// All files as one; the first says what counts. One that is missing is left out, but not where all are: then somebody has
/// named a cluster, and it would be another one that is asked.
fn read_all(files: &[PathBuf]) -> Result<Kubeconfig, KubeconfigError> {
    let there: Vec<&PathBuf> = files.iter().filter(|file| file.exists()).collect();
    let read = if there.is_empty() { files.iter().collect() } else { there };
    read.into_iter().try_fold(Kubeconfig::default(), |all, file| all.merge(Kubeconfig::read_from(file)?))
}
