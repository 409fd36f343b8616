//! What an author writes.

use crate::context::Context;
use crate::error::Result;
use crate::extension::Extension;
use crate::function::Function;
use crate::host::Host;
use crate::metadata::{Dependency, Incompatibility, Priority, StageRequirement, Text};
use crate::registry::Registry;
use crate::resource::Resource;
use crate::service::Service;
use crate::stage::Stage;

/// A plugin: one value for each opening, made by `new` and dropped at the end. Name and version are those of the manifest that [`export_plugin!`](crate::export_plugin!)
/// compiles in.
///
/// Everything is called on the main thread and alone, but for stages and functions: those may be called on any thread, and at once in a plugin with `threads: Safe`. What
/// changes lies behind a `Mutex`, an atomic or their like.
///
/// Every method may fail: one that returns no `Result` by a panic. The host is told the text, and the place of a panic. A panic outside any call of the
/// host, on a thread of the plugin's own, is printed as always.
///
/// When `drop` runs, the threads that the plugin started must have ended, or end there.
pub trait Plugin: Sized + Send + Sync + 'static {
    /// Makes the plugin's state. A failure refuses the plugin.
    fn new() -> Result<Self>;

    /// The stages that the plugin provides. Asked once, after `new`. They are declared in the metadata, and registered.
    fn stages(&self) -> Vec<Stage<Self>> {
        Vec::new()
    }

    /// The functions that the application, scripts and other plugins may call. Asked once, after `new`.
    fn functions(&self) -> Vec<Function<Self>> {
        Vec::new()
    }

    /// What the plugin uses outside itself. Asked once, after `new`.
    fn resources(&self) -> Vec<Resource> {
        Vec::new()
    }

    /// Whether the plugin asks to be treated as part of the application. Counts only where the host trusts its folder.
    fn is_core(&self) -> bool {
        false
    }

    /// When it is loaded: lower first.
    fn priority(&self) -> Priority {
        Priority::default()
    }

    /// npm ranges of the application's plugin API, of which one must match. None: every application.
    fn compatible_api_versions(&self) -> Vec<Text> {
        Vec::new()
    }

    fn dependencies(&self) -> Vec<Dependency> {
        Vec::new()
    }

    /// Stages of other plugins that this one uses. Those that it provides are added.
    fn required_stages(&self) -> Vec<StageRequirement> {
        Vec::new()
    }

    /// Names of plugins that this one cannot run beside.
    fn conflicts_with(&self) -> Vec<Text> {
        Vec::new()
    }

    /// Versions of plugins that this one cannot run beside.
    fn incompatible_with(&self) -> Vec<Incompatibility> {
        Vec::new()
    }

    /// Called after `stages` were registered. May register more, which are not in the metadata then.
    fn register_stages(&self, registry: &Registry<'_, Self>) -> Result {
        let _ = registry;
        Ok(())
    }

    /// Begins, after the dependencies did. After a failure `shutdown` is not called; the plugin is dropped.
    fn init(&self, host: Host) -> Result {
        let _ = host;
        Ok(())
    }

    /// Tables of functions for other plugins. Asked once, after `init`. After a failure of this, `shutdown` is called, and `init` has failed.
    fn services(&self) -> Vec<Service> {
        Vec::new()
    }

    /// Can it run here? After `init` of all plugins; the context may be read, not written.
    fn preflight(&self, context: &Context<'_>) -> Result {
        let _ = context;
        Ok(())
    }

    /// Stops. Called once if `init` succeeded, when no call is in progress.
    fn shutdown(&self) -> Result {
        Ok(())
    }

    /// A table beyond those that this crate makes, by id: `com.example.clock/1`, or `mortise.health/1` and its like. A table that this crate makes itself counts
    /// after one of that id here, but for `mortise.error/1`, which is always this crate's.
    fn extension(id: &str) -> Option<Extension> {
        let _ = id;
        None
    }
}
