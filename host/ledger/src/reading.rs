//! Reading a ledger as its remote has it now: all of it, or what is new since it was read last.

use std::thread;

use tollgate_core::gist::Gist;
use tollgate_core::ports::LedgerError;

use crate::at::At;
use crate::checked_log;
use crate::depth::Depth;
use crate::failure::from_branch;
use crate::gist_file::GistFile;
use crate::ledger::{GitLedger, State};
use crate::memory::Recalled;
use crate::seen::{Known, NotExtended, Seen};
use crate::witness::TrustBasis;

impl GitLedger {
    /// The commit that the branch has now, and what was known of the ledger before. A ledger that is gone is rewritten, not
    /// missing.
    pub(crate) fn fetch(&self) -> Result<(Option<String>, Option<Recalled>), LedgerError> {
        let recalled = self.witness.recall(self.branch.as_ref())?;
        Ok((self.fetch_beside(recalled.as_ref())?, recalled))
    }

    fn fetch_beside(&self, recalled: Option<&Recalled>) -> Result<Option<String>, LedgerError> {
        let tip = self.branch.fetch().map_err(|error| from_branch(self.branch.as_ref(), error))?;
        if tip.is_none() && recalled.is_some() {
            return Err(LedgerError::Rewritten { index: 0 });
        }
        Ok(tip)
    }

    /// Reads all entries, or on from all entries, and checks the whole against the witness. What a machine sees first is
    /// remembered here; what it sees later, by whoever relies on it.
    pub(crate) fn refresh(&self) -> Result<Seen, LedgerError> {
        let (tip, recalled) = self.fetch_tip()?;
        let mut state = self.state();
        let known = match &state.seen.known {
            Known::All(_) => state.seen.clone(),
            Known::Gist(_) => Seen::default(),
        };
        let (seen, basis) = self.read_on(known, &tip, recalled.as_ref()).map_err(never_forgotten)?;
        state.see(seen, basis);
        Ok(state.seen.clone())
    }

    /// Reads what is new since somebody on this machine wrote down what the entries before decide; all of them, where nobody
    /// has, or where anything is odd.
    pub(crate) fn refresh_gist(&self, depth: Depth) -> Result<Seen, LedgerError> {
        let recalled = self.witness.recall(self.branch.as_ref())?;
        let (tip, loaded) = self.fetch_and_load(recalled.as_ref(), depth)?;
        let mut state = self.state();
        let known = known_before(&mut state, loaded);
        let read = match &known.known {
            Known::All(_) => self.read_on(known, &tip, recalled.as_ref()),
            // Whatever is wrong with what was written down or with the branch, all entries tell.
            Known::Gist(_) => {
                self.read_on(known, &tip, recalled.as_ref()).and_then(|read| depth.reach(&read.0).map(|()| read)).or_else(|_| {
                    state.written = 0;
                    self.read_on(Seen::default(), &tip, recalled.as_ref())
                })
            }
        };
        let (seen, basis) = read.map_err(never_forgotten)?;
        let seen = self.write_down(seen, &mut state.written);
        state.see(seen, basis);
        Ok(state.seen.clone())
    }

    /// Reads all entries, since what was written down is damaged. It is written down anew with the next reading.
    pub(crate) fn refresh_damaged(&self) -> Result<(), LedgerError> {
        self.refresh()?;
        self.state().written = 0;
        Ok(())
    }

    fn fetch_tip(&self) -> Result<(String, Option<Recalled>), LedgerError> {
        let (tip, recalled) = self.fetch()?;
        Ok((tip.ok_or_else(|| self.missing())?, recalled))
    }

    /// The commit that the branch has now, and what another process wrote down, where this one has read nothing yet: read while git
    /// asks the remote. A machine that does not remember the ledger has nothing to compare it with.
    fn fetch_and_load(&self, recalled: Option<&Recalled>, depth: Depth) -> Result<(String, Option<Seen>), LedgerError> {
        let has_read = self.state().seen.tip.is_some();
        let trust = recalled.filter(|_| !has_read).map(|recalled| recalled.trust);
        thread::scope(|scope| {
            let load = |trust| {
                let loaded = self.gist_file().load(trust, self.keys.signers.as_ref());
                loaded.filter(|seen| depth.reach(seen).is_ok())
            };
            let loading = trust.map(|trust| scope.spawn(move || load(trust)));
            let tip = self.fetch_beside(recalled)?.ok_or_else(|| self.missing())?;
            Ok((tip, loading.and_then(|loading| loading.join().ok().flatten())))
        })
    }

    fn missing(&self) -> LedgerError {
        LedgerError::Missing { remote: self.branch.remote().to_owned(), branch: self.branch.branch().to_owned() }
    }

    /// Where it is written down what the entries decide.
    fn gist_file(&self) -> GistFile {
        let branch = self.branch.as_ref();
        GistFile::new(self.witness.beside(branch, "gist"), branch.remote(), branch.branch())
    }

    fn read_on(&self, known: Seen, tip: &str, recalled: Option<&Recalled>) -> Result<(Seen, TrustBasis), NotExtended> {
        let mut seen = known;
        let log = match &seen.tip {
            Some(known) if known == tip => None,
            _ => Some(seen.advance(self.branch.as_ref(), tip, self.keys.signers.as_ref())?),
        };
        let basis = self.witness.check(recalled, seen.sight())?;
        if let Some(log) = log {
            checked_log::check(At { branch: self.branch.as_ref(), commit: tip }, &seen.tree, &log)?;
        }
        if basis == TrustBasis::FirstSeen {
            self.remember(&seen)?;
        }
        Ok((seen, basis))
    }

    /// Writes down what was read, once enough is new, and keeps only what was written.
    fn write_down(&self, seen: Seen, written: &mut u64) -> Seen {
        if seen.len() < written.saturating_add(self.gist_every) || seen.tree.edge().is_none() {
            return seen;
        }
        // Nothing is written down that is not remembered: the memory is what it is compared with.
        if self.remember(&seen).is_err() {
            return seen;
        }
        let gist = Gist::clone(seen.gist()).forget();
        let seen = Seen { known: Known::Gist(gist.into()), tree: seen.tree.shortened(), ..seen };
        let _stored = self.gist_file().store(&seen);
        *written = seen.len();
        seen
    }
}

/// What this process knows, or what another wrote down.
fn known_before(state: &mut State, loaded: Option<Seen>) -> Seen {
    match &state.seen.known {
        // It is changed where it is, and not needed where that fails.
        Known::Gist(_) => return std::mem::take(&mut state.seen),
        Known::All(_) if state.seen.tip.is_some() => return state.seen.clone(),
        Known::All(_) => {}
    }
    state.written = loaded.as_ref().map_or(0, Seen::len);
    loaded.unwrap_or_default()
}

/// What has forgotten nothing takes every entry.
fn never_forgotten(error: NotExtended) -> LedgerError {
    match error {
        NotExtended::Ledger(error) => error,
        NotExtended::Forgotten(error) => LedgerError::Local { what: "gist".to_owned(), source: Box::new(error) },
        NotExtended::Unreadable(error) => LedgerError::Local { what: "gist".to_owned(), source: Box::new(error) },
    }
}

#[cfg(test)]
mod tests;
