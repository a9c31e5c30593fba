//! A registry over TLS, with a certificate of an authority that the operator names.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::child::ask;
use crate::server::Server;

/// This machine by an address that is not the loopback's, so that TLS is asked for.
const ADDRESS: &str = "0.0.0.0";

fn openssl(directory: &Path, arguments: &str) {
    let output = Command::new("openssl").args(arguments.split(' ')).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// An authority, and a certificate of it for the address.
fn write_certificates(directory: &Path) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(directory, &format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=authority -days 2"));
    openssl(directory, &format!("req {key} -keyout server.key -out server.csr -subj /CN=registry"));
    fs::write(directory.join("names"), format!("subjectAltName=IP:{ADDRESS}\n")).unwrap();
    openssl(directory, "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names");
}

fn mk_server() -> Server {
    let tls = |directory: &Path| {
        write_certificates(directory);
        let directory = directory.display();
        format!("http: {{addr: '{ADDRESS}:0', tls: {{certificate: '{directory}/server.pem', key: '{directory}/server.key'}}}}\n")
    };
    Server::configured(ADDRESS, tls, None)
}

#[test]
fn a_registry_is_believed_if_the_operator_believes_its_authority_and_else_not() {
    let server = mk_server();
    let authority = server.directory().join("ca.pem");
    let missing = server.image("cart:v1");
    let believed = ask(&missing, &[("SSL_CERT_FILE", authority.to_str().unwrap())]);
    assert!(believed.contains(&format!("`{missing}` is not in `{}`", server.host)), "{believed}");
    let unbelieved = ask(&missing, &[]);
    assert!(unbelieved.contains("can't be asked") && unbelieved.contains("invalid peer certificate"), "{unbelieved}");
}

#[test]
fn a_registry_without_tls_is_not_spoken_to_where_nobody_allowed_it() {
    let server = Server::configured(ADDRESS, |_| String::new(), None);
    let answer = ask(&server.image("cart:v1"), &[]);
    assert!(answer.contains("can't be asked"), "{answer}");
}
