//! Plugins for Mortise in Rust: the C contract declared again ([`abi`]), and a safe interface over it.
//!
//! ```
//! use mortise::{export_plugin, Plugin, Result, Stage};
//!
//! struct Greeter;
//!
//! impl Plugin for Greeter {
//!     fn new() -> Result<Self> {
//!         Ok(Self)
//!     }
//!
//!     fn stages(&self) -> Vec<Stage<Self>> {
//!         vec![Stage::new("greeter:greet", |_, context| {
//!             let who = context.string("who")?;
//!             context.set("greeting", format!("Hello, {who}"))
//!         })]
//!     }
//! }
//!
//! export_plugin!(Greeter, manifest: r#"{"name": "greeter", "version": "1.0.0"}"#, threads: Safe);
//! # fn main() {}
//! ```
//!
//! What fails, and what panics, goes to the host as a code and a text. Rust itself ends the process at a panic while another one unwinds (two fields
//! that both panic in `drop` are enough), and at a panic in a panic hook that the plugin set. [`Plugin`] says who calls what, and when.
#![deny(unsafe_op_in_unsafe_fn)]

#[cfg(panic = "abort")]
compile_error!("a Mortise plugin reports panics to its host: remove `panic = \"abort\"` from the profile");

pub mod abi;
pub mod boundary;
mod call;
mod code;
mod context;
mod error;
#[doc(hidden)]
pub mod export;
mod extension;
mod function;
mod host;
mod instance;
mod json;
mod last_message;
mod log;
#[doc(hidden)]
pub mod manifest;
mod metadata;
mod panics;
mod plugin;
mod record;
mod registry;
mod resource;
mod service;
mod slots;
mod stage;
mod table;
mod text;
mod typed;
mod value;

pub use call::Call;
pub use code::Code;
pub use context::{Cancellation, Context, Entries, Mode};
pub use error::{Error, Result};
pub use extension::Extension;
pub use function::Function;
pub use host::Host;
pub use instance::plugin_of;
pub use log::{HasHost, Level};
pub use metadata::{Dependency, Incompatibility, Priority, StageRequirement, Text};
pub use plugin::Plugin;
pub use record::Threads;
pub use registry::Registry;
pub use resource::{Access, Resource};
pub use service::Service;
pub use stage::{Operation, Stage};
pub use table::Table;
pub use typed::FromValue;
pub use value::{Json, ToValue, Value, ValueRef};
