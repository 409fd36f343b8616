//! What a plugin's library exports, and the macro that makes it.

use crate::abi::PluginVTable;
use crate::boundary::or_else_keep;
use crate::extension;
use crate::instance::Instance;
use crate::last_message;
use crate::panics::install_hook;
use crate::plugin::Plugin;
use crate::slots;
use std::cell::UnsafeCell;
use std::os::raw::{c_char, c_void};
use std::ptr;

/// What [`export_plugin!`](crate::export_plugin!) knows of a plugin. Not to be implemented by hand.
///
/// # Safety
/// Name and version end with NUL, and the table is that of this type.
pub unsafe trait Exported: Plugin {
    const NAME: &'static [u8];
    const VERSION: &'static [u8];
    fn table() -> &'static StaticTable;
}

/// The table that the host sees. It is the same for all openings, which come one after another.
pub struct StaticTable(UnsafeCell<PluginVTable>);

// SAFETY: written only inside `_plugin_init`, which the host calls alone; the host copies the table when that returns.
unsafe impl Sync for StaticTable {}

impl StaticTable {
    pub const fn of<P: Exported>() -> Self {
        Self(UnsafeCell::new(slots::table::<P>()))
    }
}

/// What `_plugin_init` does: begins anew, whatever an opening before it left behind.
///
/// # Safety
/// No other call into the plugin is in progress, and no instance of it is open.
pub unsafe fn plugin_init<P: Exported>() -> *mut PluginVTable {
    install_hook();
    last_message::forget();
    or_else_keep(ptr::null_mut(), || {
        let instance = Instance::<P>::open()?;
        let table = P::table().0.get();
        // SAFETY: by the caller nobody else looks at the table.
        unsafe { (*table).instance = instance.as_ptr().cast::<c_void>() };
        Ok(table)
    })
}

/// What `mortise_plugin_extension` does.
///
/// # Safety
/// `id` is NULL or a NUL-terminated string.
pub unsafe fn plugin_extension<P: Exported>(id: *const c_char) -> *const c_void {
    // SAFETY: by the caller.
    unsafe { extension::find::<P>(id) }
}

/// Makes a library a plugin, once in a crate of type `cdylib`:
///
/// ```
/// # use mortise::{Plugin, Result};
/// # struct Greeter;
/// # impl Plugin for Greeter { fn new() -> Result<Self> { Ok(Self) } }
/// mortise::export_plugin!(Greeter, manifest: r#"{"name": "greeter", "version": "1.0.0"}"#, threads: Safe);
/// # fn main() {}
/// ```
///
/// - The type implements [`Plugin`].
/// - The manifest is a constant, in most crates `include_str!("../manifest.json")`: one JSON object with at least `name` and `version`. It is checked when the crate
///   is compiled, and lies in the library's record, where the host reads it without running anything. One that lacks the version does not compile:
///
/// ```compile_fail
/// # use mortise::{Plugin, Result};
/// # struct Greeter;
/// # impl Plugin for Greeter { fn new() -> Result<Self> { Ok(Self) } }
/// mortise::export_plugin!(Greeter, manifest: r#"{"name": "greeter"}"#, threads: Safe);
/// # fn main() {}
/// ```
///
/// - `threads`: `Safe` or `One`, of [`Threads`](crate::Threads).
#[macro_export]
macro_rules! export_plugin {
    ($plugin:ty, manifest: $manifest:expr, threads: $threads:ident $(,)?) => {
        const _: () = {
            const MANIFEST: &str = $manifest;

            #[used]
            #[cfg_attr(target_vendor = "apple", link_section = "__DATA,__mortise")]
            #[cfg_attr(not(target_vendor = "apple"), link_section = ".mortise")]
            static RECORD: $crate::export::Record<{ $crate::export::manifest::minified_length(MANIFEST) }> =
                $crate::export::Record::new($crate::Threads::$threads, MANIFEST);

            const NAME_BYTES: [u8; $crate::export::manifest::name_length(MANIFEST)] = $crate::export::manifest::name(MANIFEST);
            const VERSION_BYTES: [u8; $crate::export::manifest::version_length(MANIFEST)] = $crate::export::manifest::version(MANIFEST);
            static TABLE: $crate::export::StaticTable = $crate::export::StaticTable::of::<$plugin>();

            // SAFETY: both end with NUL, and the table is that of this type.
            unsafe impl $crate::export::Exported for $plugin {
                const NAME: &'static [u8] = &NAME_BYTES;
                const VERSION: &'static [u8] = &VERSION_BYTES;

                fn table() -> &'static $crate::export::StaticTable {
                    &TABLE
                }
            }

            #[no_mangle]
            pub unsafe extern "C" fn _plugin_init() -> *mut $crate::abi::PluginVTable {
                RECORD.keep();
                // SAFETY: the host calls it alone, and opens one instance at a time.
                unsafe { $crate::export::plugin_init::<$plugin>() }
            }

            #[no_mangle]
            pub unsafe extern "C" fn mortise_plugin_extension(id: *const ::std::os::raw::c_char) -> *const ::std::os::raw::c_void {
                // SAFETY: the host passes a NUL-terminated string.
                unsafe { $crate::export::plugin_extension::<$plugin>(id) }
            }
        };
    };
}

#[doc(hidden)]
pub use crate::manifest;
#[doc(hidden)]
pub use crate::record::Record;
