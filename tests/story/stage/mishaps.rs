//! What befalls targets and the remote.

use super::{Happened, Stage};
use crate::step::Place;

impl Stage {
    pub(super) fn tamper(&mut self, number: usize, place: Place) -> Happened {
        let target = self.signed.shop.target(place.environment());
        let is_tampered = self.tampered.contains_key(&place);
        if is_tampered {
            return Happened::default();
        }
        let path = if number.is_multiple_of(2) {
            target.path().join("current").canonicalize_utf8().unwrap().join(target.files().into_keys().next_back().unwrap())
        } else {
            target.path().join("by-hand.yaml")
        };
        let before = fs_err::read(&path).ok();
        fs_err::write(&path, [before.clone().unwrap_or_default(), b"# by hand\n".to_vec()].concat()).unwrap();
        self.tampered.insert(place, (path, before));
        Happened::default()
    }

    pub(crate) fn mend(&mut self) -> Happened {
        for (path, before) in std::mem::take(&mut self.tampered).into_values() {
            match before {
                // What it was in may be gone.
                Some(bytes) if path.exists() => fs_err::write(&path, bytes).unwrap(),
                None => fs_err::remove_file(&path).unwrap(),
                Some(_) => {}
            }
        }
        Happened::default()
    }

    pub(super) fn refuse(&mut self) -> Happened {
        self.signed.shop.deployment.refuse_pushes("refs/\\(heads/\\)\\?tollgate/");
        self.refuses = true;
        Happened::default()
    }

    /// Takes pushes again. Whoever was refused a record tries again.
    pub(crate) fn relent(&mut self) -> Happened {
        if self.refuses {
            self.signed.shop.deployment.take_all_pushes();
            self.refuses = false;
        }
        Happened::of(self.record_the_rest())
    }
}
