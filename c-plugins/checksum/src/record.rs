//! The record that the host reads from the file before any code of the plugin runs: how the plugin was built, and its manifest.

use rust_support::abi::THREADS_SAFE;
use rust_support::record::Record;

const MANIFEST: &str = concat!(
    r#"{"name":"checksum","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","description":"CRC-32C and xxHash64 of the content of a run.","author":"Mortise contributors","license":"MIT","kind":"stage","#,
    r#""tags":["checksum","example","rust"]}"#
);

#[used]
#[cfg_attr(target_vendor = "apple", link_section = "__DATA,__mortise")]
#[cfg_attr(not(target_vendor = "apple"), link_section = ".mortise")]
static RECORD: Record<{ MANIFEST.len() }> = Record::new(THREADS_SAFE, MANIFEST);
