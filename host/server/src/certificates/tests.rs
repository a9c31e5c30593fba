use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

use super::own::{Made, Shared};
use super::*;

struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.directory.path().join(name)).unwrap()
    }

    fn write(&self, certificate: &str, key: &str) {
        fs_err::write(self.path("tls.crt"), certificate).unwrap();
        fs_err::write(self.path("tls.key"), key).unwrap();
    }

    fn certificates(&self) -> Certificates {
        Certificates::Files(FromFiles { certificate: self.path("tls.crt"), key: self.path("tls.key") })
    }
}

fn mk_own() -> SelfMade {
    SelfMade {
        namespace: "tollgate".to_owned(),
        service: "admission".to_owned(),
        secret: "admission-certificate".to_owned(),
        configuration: "tollgate".to_owned(),
        life: Duration::from_secs(3_600),
    }
}

fn now() -> i64 {
    tollgate_core::time::Timestamp::now().as_second()
}

fn make() -> Made {
    mk_own().make(now(), None).unwrap()
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// The certificate that a client is shown that trusts these authorities; nothing where it does not trust what it is shown.
async fn shown(current: &Current, authorities: &str) -> Option<CertificateDer<'static>> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = current.acceptor();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _ended = acceptor.accept(stream).await;
    });
    let stream = client(address, authorities).await;
    server.await.unwrap();
    stream.and_then(|stream| stream.get_ref().1.peer_certificates().map(|all| all[0].clone().into_owned()))
}

#[test]
fn what_is_made_is_trusted_by_who_trusts_its_authority_and_by_nobody_else() {
    in_runtime(async {
        let (place, made, other) = (Place::new(), make(), make());
        place.write(&made.certificate, &made.key);
        let current = Current::load(place.certificates(), None).await.unwrap();
        assert!(shown(&current, &made.authorities).await.is_some());
        assert!(shown(&current, &other.authorities).await.is_none());
        assert!((current.ends() - now() - 3_600).abs() < 60);
    });
}

#[test]
fn a_client_that_trusts_the_authorities_of_the_next_certificate_still_trusts_this_one() {
    in_runtime(async {
        let (place, made) = (Place::new(), make());
        let shared = Shared { made: made.clone(), version: "1".to_owned() };
        let next = mk_own().make(now(), Some(&shared)).unwrap();
        place.write(&made.certificate, &made.key);
        let current = Current::load(place.certificates(), None).await.unwrap();
        assert!(shown(&current, &next.authorities).await.is_some());
        place.write(&next.certificate, &next.key);
        assert!(current.reload().await.unwrap());
        assert!(shown(&current, &next.authorities).await.is_some());
        assert!(shown(&current, &made.authorities).await.is_none());
        let third = mk_own().make(now(), Some(&Shared { made: next, version: "2".to_owned() })).unwrap();
        assert_eq!(third.authorities.matches("BEGIN CERTIFICATE").count(), 2, "only the one before is kept");
    });
}

#[test]
fn files_that_do_not_fit_leave_the_certificate_that_is_used() {
    in_runtime(async {
        let (place, made, next) = (Place::new(), make(), make());
        place.write(&made.certificate, &made.key);
        let current = Current::load(place.certificates(), None).await.unwrap();
        assert!(!current.reload().await.unwrap(), "nothing is new");
        place.write(&next.certificate, &made.key);
        assert!(matches!(current.reload().await.unwrap_err(), ServeError::Tls(_)));
        place.write("", &next.key);
        assert!(matches!(current.reload().await.unwrap_err(), ServeError::BadFile { .. }));
        fs_err::remove_file(place.path("tls.crt")).unwrap();
        assert!(matches!(current.reload().await.unwrap_err(), ServeError::Unreadable { .. }));
        assert!(shown(&current, &made.authorities).await.is_some());
        place.write(&next.certificate, &next.key);
        assert!(current.reload().await.unwrap());
        assert!(shown(&current, &next.authorities).await.is_some());
    });
}

#[test]
fn where_clients_need_a_certificate_one_without_is_sent_away() {
    in_runtime(async {
        let (place, made) = (Place::new(), make());
        place.write(&made.certificate, &made.key);
        fs_err::write(place.path("clients.crt"), &made.authorities).unwrap();
        let current = Current::load(place.certificates(), Some(place.path("clients.crt"))).await.unwrap();
        // A client of TLS 1.3 learns of it with the first byte that it reads, so the server's side is asked.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = current.acceptor();
        let server = tokio::spawn(async move { acceptor.accept(listener.accept().await.unwrap().0).await.is_ok() });
        drop(client(address, &made.authorities).await);
        assert!(!server.await.unwrap());
        fs_err::write(place.path("clients.crt"), "nothing").unwrap();
        assert!(current.reload().await.is_err());
    });
}

async fn client(address: std::net::SocketAddr, authorities: &str) -> Option<tokio_rustls::client::TlsStream<TcpStream>> {
    use rustls::pki_types::pem::PemObject as _;
    let mut roots = RootCertStore::empty();
    CertificateDer::pem_slice_iter(authorities.as_bytes()).for_each(|one| roots.add(one.unwrap()).unwrap());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&rustls::version::TLS13]).unwrap();
    let connector = TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()));
    let name = ServerName::try_from("admission.tollgate.svc").unwrap();
    connector.connect(name, TcpStream::connect(address).await.unwrap()).await.ok()
}

#[test]
fn a_certificate_is_due_after_two_thirds_of_its_time() {
    let made = make();
    let pair = made.pair().unwrap();
    let (from, until) = pair.validity().unwrap();
    assert!(!pair.is_due(now()) && pair.is_due(from + (until - from) / 3 * 2) && pair.is_due(until + 1));
}

#[test]
fn the_secret_is_written_only_over_the_version_that_was_read() {
    let secret = secret::secret_of(&mk_own(), &make(), Some("7"));
    assert_eq!((&secret["metadata"]["resourceVersion"], &secret["type"]), (&"7".into(), &"kubernetes.io/tls".into()));
    assert!(secret::secret_of(&mk_own(), &make(), None)["metadata"].get("resourceVersion").is_none());
}
