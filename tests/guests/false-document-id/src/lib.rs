//! Blames a document that it was not given.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

guest!(|request: guest::Request| {
    let stranger = request.documents.len() as u32;
    Ok(vec![guest::Finding { document: stranger, ..guest::honest_finding("somebody else") }])
});
