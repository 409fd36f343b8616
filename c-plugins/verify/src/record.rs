//! The record that the host reads from the file before any code of the plugin runs: how the plugin was built, and its manifest.

use rust_support::abi::THREADS_SAFE;
use rust_support::record::Record;

const MANIFEST: &str = concat!(
    r#"{"name":"verify","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","description":"Compares the CRC-32C of a run with the one that was expected.","author":"Mortise contributors","license":"MIT","kind":"stage","#,
    r#""tags":["checksum","dependencies","example","rust"]}"#
);

#[used]
#[cfg_attr(target_vendor = "apple", link_section = "__DATA,__mortise")]
#[cfg_attr(not(target_vendor = "apple"), link_section = ".mortise")]
static RECORD: Record<{ MANIFEST.len() }> = Record::new(THREADS_SAFE, MANIFEST);
