//! The signatures of commits and tags, taken out of their objects. Nobody is believed here.

use git2::{ErrorCode, Oid, Repository};
use tollgate_core::ports::{RawSignature, SignatureKind};

use crate::objects::ObjectError;

/// How armour begins, and what is in it (git's documentation of signature formats).
const ARMOUR: [(&str, SignatureKind); 5] = [
    ("-----BEGIN PGP SIGNATURE-----", SignatureKind::OpenPgp),
    ("-----BEGIN PGP MESSAGE-----", SignatureKind::OpenPgp),
    ("-----BEGIN SIGNED MESSAGE-----", SignatureKind::X509),
    ("-----BEGIN SSH SIGNATURE-----", SignatureKind::Ssh),
    ("-----BEGIN CERTIFICATE-----", SignatureKind::X509),
];

fn kind(armoured: &str) -> Option<SignatureKind> {
    ARMOUR.iter().find(|(begin, _)| armoured.starts_with(begin)).map(|(_, kind)| *kind)
}

/// The signature in the header of a commit.
pub(crate) fn of_commit(repository: &Repository, id: Oid) -> Result<Option<RawSignature>, ObjectError> {
    let (armoured, payload) = match repository.extract_signature(&id, None) {
        Ok(found) => found,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let armoured = String::from_utf8_lossy(&armoured).into_owned();
    let kind = kind(&armoured).unwrap_or(SignatureKind::Unknown);
    Ok(Some(RawSignature { kind, armoured, payload: payload.to_vec() }))
}

/// Splits a tag's object into what is signed and the signature at its end, which starts at the last line that looks like one,
/// as git has it.
pub(crate) fn of_tag(object: &[u8]) -> (&[u8], Option<RawSignature>) {
    let mut start = None;
    let mut position = 0;
    for line in object.split_inclusive(|byte| *byte == b'\n') {
        if ARMOUR.iter().any(|(begin, _)| line.starts_with(begin.as_bytes())) {
            start = Some(position);
        }
        position += line.len();
    }
    let Some(start) = start else { return (object, None) };
    let (payload, armoured) = object.split_at(start);
    let armoured = String::from_utf8_lossy(armoured).into_owned();
    let kind = kind(&armoured).unwrap_or(SignatureKind::Unknown);
    (payload, Some(RawSignature { kind, armoured, payload: payload.to_vec() }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_without_a_signature_is_all_message() {
        for object in ["", "object x\n\nmessage\n", "a\n -----BEGIN SSH SIGNATURE-----\n"] {
            assert_eq!(of_tag(object.as_bytes()), (object.as_bytes(), None));
        }
    }

    #[test]
    fn the_last_armour_is_the_signature_and_all_before_it_is_signed() {
        let quoted = "header\n\n-----BEGIN PGP SIGNATURE-----\nquoted\n";
        let armoured = "-----BEGIN SSH SIGNATURE-----\nx\n-----END SSH SIGNATURE-----\n";
        let object = format!("{quoted}{armoured}");
        let (payload, signature) = of_tag(object.as_bytes());
        let signature = signature.unwrap();
        assert_eq!((payload, signature.payload.as_slice()), (quoted.as_bytes(), quoted.as_bytes()));
        assert_eq!((signature.kind, signature.armoured.as_str()), (SignatureKind::Ssh, armoured));
    }

    proptest! {
        #[test]
        fn payload_and_signature_are_the_whole_object(lines in prop::collection::vec("(-----BEGIN (SSH|PGP) SIGNATURE-----)?[a-z\\-]{0,8}", 0..8)) {
            let object = lines.join("\n");
            let (payload, signature) = of_tag(object.as_bytes());
            let armoured = signature.map(|signature| signature.armoured).unwrap_or_default();
            prop_assert_eq!(format!("{}{armoured}", std::str::from_utf8(payload).unwrap()), object);
        }
    }
}
