//! The slots of the base table, for a plugin of type `P`.

use crate::abi::*;
use crate::boundary::{kept, or_else_keep, run, with_last_message};
use crate::context::Context;
use crate::error::Result;
use crate::export::Exported;
use crate::host::Host;
use crate::instance::Instance;
use crate::metadata::{self, take_back, Item, Priority, Text, EMPTY};
use crate::plugin::Plugin;
use crate::registry::Registry;
use std::os::raw::{c_char, c_void};
use std::ptr::{self, NonNull};

pub(crate) const fn table<P: Exported>() -> PluginVTable {
    PluginVTable {
        instance: ptr::null_mut(),
        destroy: destroy::<P>,
        name: name::<P>,
        free_name: free_text,
        version: version::<P>,
        free_version: free_text,
        is_core: is_core::<P>,
        priority: priority::<P>,
        compatible_api_versions: compatible_api_versions::<P>,
        free_compatible_api_versions: free_slice::<FfiVersionRange>,
        dependencies: dependencies::<P>,
        free_dependencies: free_slice::<FfiPluginDependency>,
        required_stages: required_stages::<P>,
        free_required_stages: free_slice::<FfiStageRequirement>,
        conflicts_with: conflicts_with::<P>,
        free_conflicts_with: free_slice::<*const c_char>,
        incompatible_with: incompatible_with::<P>,
        free_incompatible_with: free_slice::<FfiPluginDependency>,
        init: init::<P>,
        preflight_check: preflight_check::<P>,
        register_stages: register_stages::<P>,
        shutdown: shutdown::<P>,
    }
}

/// Asks the plugin of `instance`; a failure is kept, and `fallback` returned.
fn asked<P: Plugin, T>(instance: *const c_void, fallback: T, ask: impl FnOnce(&Instance<P>) -> Result<T>) -> T {
    // SAFETY: every slot is called with the instance that `_plugin_init` put in the table, between that and `destroy`.
    or_else_keep(fallback, || ask(unsafe { Instance::<P>::at(instance) }?))
}

/// The same for a slot that returns a code.
fn done<P: Plugin>(instance: *const c_void, work: impl FnOnce(&Instance<P>) -> Result) -> FfiResult {
    // SAFETY: as `asked`.
    with_last_message(|| work(unsafe { Instance::<P>::at(instance) }?))
}

unsafe extern "C" fn destroy<P: Plugin>(instance: *mut c_void) {
    // SAFETY: the last call with this instance.
    kept(|| unsafe { Instance::<P>::close(instance) });
}

// ---- metadata ----

unsafe extern "C" fn name<P: Exported>(_instance: *const c_void) -> *const c_char {
    P::NAME.as_ptr().cast()
}

unsafe extern "C" fn version<P: Exported>(_instance: *const c_void) -> *const c_char {
    P::VERSION.as_ptr().cast()
}

/// Both are static.
unsafe extern "C" fn free_text(_text: *mut c_char) {}

unsafe extern "C" fn is_core<P: Plugin>(instance: *const c_void) -> bool {
    asked::<P, _>(instance, false, |instance| Ok(instance.plugin.is_core()))
}

unsafe extern "C" fn priority<P: Plugin>(instance: *const c_void) -> FfiPluginPriority {
    asked::<P, _>(instance, Priority::default().to_raw(), |instance| Ok(instance.plugin.priority().to_raw()))
}

unsafe extern "C" fn compatible_api_versions<P: Plugin>(instance: *const c_void) -> FfiSlice {
    asked::<P, _>(instance, EMPTY, |instance| metadata::give_ranges(&instance.plugin.compatible_api_versions()))
}

unsafe extern "C" fn dependencies<P: Plugin>(instance: *const c_void) -> FfiSlice {
    asked::<P, _>(instance, EMPTY, |instance| metadata::give_dependencies(&instance.plugin.dependencies()))
}

unsafe extern "C" fn required_stages<P: Plugin>(instance: *const c_void) -> FfiSlice {
    asked::<P, _>(instance, EMPTY, |instance| {
        let needed = instance.plugin.required_stages();
        let provided: Vec<Text> = instance.stages().iter().map(|stage| stage.id.clone()).collect();
        metadata::give_stage_requirements(&needed, &provided)
    })
}

unsafe extern "C" fn conflicts_with<P: Plugin>(instance: *const c_void) -> FfiSlice {
    asked::<P, _>(instance, EMPTY, |instance| metadata::give_names(&instance.plugin.conflicts_with()))
}

unsafe extern "C" fn incompatible_with<P: Plugin>(instance: *const c_void) -> FfiSlice {
    asked::<P, _>(instance, EMPTY, |instance| metadata::give_incompatibilities(instance.plugin.incompatible_with()))
}

unsafe extern "C" fn free_slice<T: Item>(slice: FfiSlice) {
    // SAFETY: the host gives back what the getter of this pair returned, once and unchanged.
    kept(|| unsafe { take_back::<T>(slice) });
}

// ---- lifecycle ----

unsafe extern "C" fn register_stages<P: Plugin>(instance: *const c_void, registry: *mut c_void) -> FfiResult {
    done::<P>(instance, |this| {
        // SAFETY: the host passes its registry, valid for the call. The instance outlives its stages.
        let registry = unsafe { Registry::from_raw(registry.cast::<MortiseRegistry>(), NonNull::from(this))? };
        this.meet(registry.host());
        // One by one, so that those behind one that is refused are dropped one by one too.
        let mut stages = this.take_stages().into_iter();
        let registered = stages.try_for_each(|stage| registry.add(stage));
        stages.for_each(|stage| stage.drop_kept());
        registered?;
        this.plugin.register_stages(&registry)
    })
}

unsafe extern "C" fn init<P: Plugin>(instance: *mut c_void, app: *mut c_void) -> FfiResult {
    done::<P>(instance, |this| {
        // SAFETY: the host passes its struct.
        let host = unsafe { Host::from_raw(app.cast::<MortiseHost>())? };
        this.meet(host);
        this.plugin.init(host)?;
        run(|| this.offer(this.plugin.services())).map_err(|failure| {
            // The host does not shut down what was not initialised; the plugin was.
            match run(|| this.plugin.shutdown()) {
                Ok(()) => failure,
                Err(second) => crate::Error::new(failure.code, format!("{}; and shutdown: {}", failure.message, second.message)),
            }
        })
    })
}

unsafe extern "C" fn preflight_check<P: Plugin>(instance: *const c_void, context: *const c_void) -> FfiResult {
    done::<P>(instance, |this| {
        // SAFETY: the host passes its context, valid for the call.
        this.plugin.preflight(&unsafe { Context::from_raw(context.cast::<MortiseContext>())? })
    })
}

unsafe extern "C" fn shutdown<P: Plugin>(instance: *mut c_void) -> FfiResult {
    done::<P>(instance, |this| this.plugin.shutdown())
}
