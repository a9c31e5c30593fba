//! Counts its calls, on the heap and in statics, to answer otherwise each time.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

static CALLS: AtomicU32 = AtomicU32::new(0);
static FILES: Mutex<Vec<String>> = Mutex::new(Vec::new());

guest!(|request: guest::Request| {
    let calls = CALLS.fetch_add(1, Ordering::SeqCst) + 1;
    let mut files = FILES.lock().map_err(|_| guest::PluginError::Internal("poisoned".to_owned()))?;
    files.extend(request.documents.into_iter().map(|document| document.file));
    Ok(vec![guest::honest_finding(format!("call {calls}, files {}", files.join(",")))])
});
