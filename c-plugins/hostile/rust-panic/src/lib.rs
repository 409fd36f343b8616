//! A panic leaves the function that FIXTURE_PANIC names (entry, name, register, init, shutdown, execute), which ends the process: a good host loses at most a
//! child process. With another value, or none, this is a good plugin.

use std::ffi::{c_char, c_void};
use std::ptr::{null, null_mut};

type FfiResult = i32;
const MORTISE_OK: FfiResult = 0;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Slice {
    ptr: *const c_void,
    len: usize,
}

#[repr(C)]
pub struct Priority {
    category: u8,
    value: u8,
}

type GetText = extern "C" fn(*const c_void) -> *const c_char;
type FreeText = extern "C" fn(*mut c_char);
type GetSlice = extern "C" fn(*const c_void) -> Slice;
type FreeSlice = extern "C" fn(Slice);

#[repr(C)]
pub struct PluginVTable {
    instance: *mut c_void,
    destroy: extern "C" fn(*mut c_void),
    texts: [(GetText, FreeText); 2],
    is_core: extern "C" fn(*const c_void) -> bool,
    priority: extern "C" fn(*const c_void) -> Priority,
    slices: [(GetSlice, FreeSlice); 5],
    init: extern "C" fn(*mut c_void, *mut c_void) -> FfiResult,
    preflight_check: extern "C" fn(*const c_void, *const c_void) -> FfiResult,
    register_stages: extern "C" fn(*const c_void, *mut c_void) -> FfiResult,
    shutdown: extern "C" fn(*mut c_void) -> FfiResult,
}

#[repr(C)]
pub struct Stage {
    size: u32,
    flags: u32,
    id: *const c_char,
    name: *const c_char,
    description: *const c_char,
    state: *mut c_void,
    execute: extern "C" fn(*mut c_void, *const c_void, *mut c_void) -> FfiResult,
    dry_run: *const c_void,
    destroy: *const c_void,
}

#[repr(C)]
pub struct Registry {
    size: u32,
    reserved: u32,
    host: *const c_void,
    register_stage: extern "C" fn(*const Registry, *const Stage, *mut c_void) -> FfiResult,
}

fn panic_in(slot: &str) {
    if std::env::var("FIXTURE_PANIC").is_ok_and(|wanted| wanted == slot) {
        panic!("panic in {slot}");
    }
}

extern "C" fn destroy(_: *mut c_void) {}

extern "C" fn name(_: *const c_void) -> *const c_char {
    panic_in("name");
    c"rust-panic".as_ptr()
}

extern "C" fn version(_: *const c_void) -> *const c_char {
    c"1.0.0".as_ptr()
}

extern "C" fn free_text(_: *mut c_char) {}

extern "C" fn is_core(_: *const c_void) -> bool {
    false
}

extern "C" fn priority(_: *const c_void) -> Priority {
    Priority { category: 4, value: 160 }
}

extern "C" fn empty(_: *const c_void) -> Slice {
    Slice { ptr: null(), len: 0 }
}

extern "C" fn free_slice(_: Slice) {}

extern "C" fn init(_: *mut c_void, _: *mut c_void) -> FfiResult {
    panic_in("init");
    MORTISE_OK
}

extern "C" fn preflight_check(_: *const c_void, _: *const c_void) -> FfiResult {
    MORTISE_OK
}

extern "C" fn execute(_: *mut c_void, _: *const c_void, _: *mut c_void) -> FfiResult {
    panic_in("execute");
    MORTISE_OK
}

extern "C" fn register_stages(_: *const c_void, registry: *mut c_void) -> FfiResult {
    panic_in("register");
    let registry = registry as *const Registry;
    let stage = Stage {
        size: size_of::<Stage>() as u32,
        flags: 0,
        id: c"rust-panic:run".as_ptr(),
        name: null(),
        description: null(),
        state: null_mut(),
        execute,
        dry_run: null(),
        destroy: null(),
    };
    // SAFETY: the host passes a MortiseRegistry that is valid for this call.
    unsafe { ((*registry).register_stage)(registry, &stage, null_mut()) }
}

extern "C" fn shutdown(_: *mut c_void) -> FfiResult {
    panic_in("shutdown");
    MORTISE_OK
}

struct Table(PluginVTable);
// SAFETY: the table is constant; its instance is NULL.
unsafe impl Sync for Table {}

static TABLE: Table = Table(PluginVTable {
    instance: null_mut(),
    destroy,
    texts: [(name, free_text), (version, free_text)],
    is_core,
    priority,
    slices: [(empty, free_slice); 5],
    init,
    preflight_check,
    register_stages,
    shutdown,
});

#[no_mangle]
pub extern "C" fn _plugin_init() -> *const PluginVTable {
    panic_in("entry");
    &TABLE.0
}
