//! A plugin of the base layout that knows nothing of Mortise. Everything that it hands out lies on the heap.

use std::ffi::CString;
use std::os::raw::{c_char, c_void};
use std::ptr;

#[repr(C)]
struct Slice {
    ptr: *const c_void,
    len: usize,
}

#[repr(C)]
struct VersionRange {
    constraint: *const c_char,
}

#[repr(C)]
struct Dependency {
    plugin_name: *const c_char,
    version_constraint: *const c_char,
    required: bool,
}

#[repr(C)]
struct StageRequirement {
    stage_id: *const c_char,
    required: bool,
    provided: bool,
}

#[repr(C)]
struct Priority {
    category: u8,
    value: u8,
}

const OK: i32 = 0;
const NULL_POINTER: i32 = 2;
const THIRD_PARTY_LOW: u8 = 5;

#[repr(C)]
pub struct VTable {
    instance: *mut c_void,
    destroy: extern "C" fn(*mut c_void),
    name: extern "C" fn(*const c_void) -> *const c_char,
    free_name: extern "C" fn(*mut c_char),
    version: extern "C" fn(*const c_void) -> *const c_char,
    free_version: extern "C" fn(*mut c_char),
    is_core: extern "C" fn(*const c_void) -> bool,
    priority: extern "C" fn(*const c_void) -> Priority,
    compatible_api_versions: extern "C" fn(*const c_void) -> Slice,
    free_compatible_api_versions: extern "C" fn(Slice),
    dependencies: extern "C" fn(*const c_void) -> Slice,
    free_dependencies: extern "C" fn(Slice),
    required_stages: extern "C" fn(*const c_void) -> Slice,
    free_required_stages: extern "C" fn(Slice),
    conflicts_with: extern "C" fn(*const c_void) -> Slice,
    free_conflicts_with: extern "C" fn(Slice),
    incompatible_with: extern "C" fn(*const c_void) -> Slice,
    free_incompatible_with: extern "C" fn(Slice),
    init: extern "C" fn(*mut c_void, *mut c_void) -> i32,
    preflight_check: extern "C" fn(*const c_void, *const c_void) -> i32,
    register_stages: extern "C" fn(*const c_void, *mut c_void) -> i32,
    shutdown: extern "C" fn(*mut c_void) -> i32,
}

struct BaseLayout;

fn give_string(text: &str) -> *mut c_char {
    CString::new(text).map_or(ptr::null_mut(), CString::into_raw)
}

fn take_string(text: *const c_char) {
    if !text.is_null() {
        drop(unsafe { CString::from_raw(text as *mut c_char) });
    }
}

/// An empty vector gives a dangling pointer with length 0.
fn give_slice<T: 'static>(items: Vec<T>) -> Slice {
    let items: &'static mut [T] = Box::leak(items.into_boxed_slice());
    Slice { ptr: items.as_mut_ptr().cast(), len: items.len() }
}

/// # Safety
/// `slice` comes from `give_slice::<T>`, pointer and length unchanged, for the first time.
unsafe fn take_slice<T>(slice: Slice) -> Vec<T> {
    Vec::from_raw_parts(slice.ptr as *mut T, slice.len, slice.len)
}

fn dependency(name: &str, constraint: &str) -> Dependency {
    Dependency { plugin_name: give_string(name), version_constraint: give_string(constraint), required: false }
}

extern "C" fn destroy(instance: *mut c_void) {
    drop(unsafe { Box::from_raw(instance.cast::<BaseLayout>()) });
}

extern "C" fn name(_: *const c_void) -> *const c_char {
    give_string("base-layout-rust")
}

extern "C" fn version(_: *const c_void) -> *const c_char {
    give_string(env!("CARGO_PKG_VERSION"))
}

extern "C" fn free_string(text: *mut c_char) {
    take_string(text);
}

extern "C" fn is_core(_: *const c_void) -> bool {
    false
}

extern "C" fn priority(_: *const c_void) -> Priority {
    Priority { category: THIRD_PARTY_LOW, value: 210 }
}

extern "C" fn compatible_api_versions(_: *const c_void) -> Slice {
    give_slice(vec![VersionRange { constraint: give_string("0.1") }])
}

extern "C" fn free_version_ranges(slice: Slice) {
    for range in unsafe { take_slice::<VersionRange>(slice) } {
        take_string(range.constraint);
    }
}

extern "C" fn dependencies(_: *const c_void) -> Slice {
    give_slice(vec![dependency("base-layout-absent", ">=0.1, <0.5")])
}

extern "C" fn incompatible_with(_: *const c_void) -> Slice {
    give_slice(vec![dependency("base-layout-c", "<0.2")])
}

extern "C" fn free_dependencies(slice: Slice) {
    for item in unsafe { take_slice::<Dependency>(slice) } {
        take_string(item.plugin_name);
        take_string(item.version_constraint);
    }
}

extern "C" fn required_stages(_: *const c_void) -> Slice {
    give_slice(Vec::<StageRequirement>::new())
}

extern "C" fn free_required_stages(slice: Slice) {
    for item in unsafe { take_slice::<StageRequirement>(slice) } {
        take_string(item.stage_id);
    }
}

extern "C" fn conflicts_with(_: *const c_void) -> Slice {
    give_slice(vec![give_string("base-layout-legacy")])
}

extern "C" fn free_names(slice: Slice) {
    for name in unsafe { take_slice::<*mut c_char>(slice) } {
        take_string(name);
    }
}

fn given(pointer: *const c_void) -> i32 {
    if pointer.is_null() {
        NULL_POINTER
    } else {
        OK
    }
}

extern "C" fn init(_: *mut c_void, app: *mut c_void) -> i32 {
    given(app)
}

extern "C" fn preflight_check(_: *const c_void, context: *const c_void) -> i32 {
    given(context)
}

extern "C" fn register_stages(_: *const c_void, registry: *mut c_void) -> i32 {
    given(registry)
}

extern "C" fn shutdown(_: *mut c_void) -> i32 {
    OK
}

/// The table stays on the heap for the life of the process: there is no slot that frees it.
#[no_mangle]
pub extern "C" fn _plugin_init() -> *mut VTable {
    Box::into_raw(Box::new(VTable {
        instance: Box::into_raw(Box::new(BaseLayout)).cast(),
        destroy,
        name,
        free_name: free_string,
        version,
        free_version: free_string,
        is_core,
        priority,
        compatible_api_versions,
        free_compatible_api_versions: free_version_ranges,
        dependencies,
        free_dependencies,
        required_stages,
        free_required_stages,
        conflicts_with,
        free_conflicts_with: free_names,
        incompatible_with,
        free_incompatible_with: free_dependencies,
        init,
        preflight_check,
        register_stages,
        shutdown,
    }))
}
