//! The C header (`mortise.h`, ABI 1.0) declared again, under the same names and in the same order, one file for each header. What a thing means, on
//! which thread a function is called and who owns what is said there. `examples/layout.rs` prints what Rust makes of it, and a test compares that with C.

mod context;
mod error;
mod extension;
mod host;
mod plugin;
mod record;
mod result;
mod stage;
mod value;
mod version;

pub use context::*;
pub use error::*;
pub use extension::*;
pub use host::*;
pub use plugin::*;
pub use record::*;
pub use result::*;
pub use stage::*;
pub use value::*;
pub use version::*;
