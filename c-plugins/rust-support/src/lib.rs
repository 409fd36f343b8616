//! What the Rust plugins of this folder share: `abi` mirrors the C header and asserts its sizes, `host` wraps what the host offers, `boundary` keeps
//! panics in, `record` makes the record that the host reads from the file, `table` has the slots that are the same in every plugin.

pub mod abi;
pub mod boundary;
pub mod host;
pub mod record;
pub mod table;
