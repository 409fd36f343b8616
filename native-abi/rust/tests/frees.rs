//! That everything that is handed out is given back: a life of the plugin leaves no byte of the heap behind. Alone in its program, since it counts all bytes.

mod fake_host;
mod subject;

use fake_host::*;
use mortise::abi::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, Ordering};
use subject::fail_at;

struct Counting;

static BYTES: AtomicIsize = AtomicIsize::new(0);

thread_local! {
    /// Whether this thread is the one whose bytes are counted: the test harness has threads of its own.
    static COUNTED: Cell<bool> = const { Cell::new(false) };
}

fn count(bytes: isize) {
    if COUNTED.try_with(Cell::get).unwrap_or(false) {
        BYTES.fetch_add(bytes, Ordering::Relaxed);
    }
}

// SAFETY: the system's allocator, and a count.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        System.alloc(layout)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        System.dealloc(pointer, layout);
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

unsafe fn nothing<T>(_: &T) {}

/// Each step of a life, whatever fails in it.
fn live(host: &'static FakeHost, place: &'static str) {
    fail_at(place);
    let mut plugin = match Opened::open_with(host) {
        Ok(plugin) => plugin,
        Err(_) => return,
    };
    let table = plugin.table;
    plugin.items(table.compatible_api_versions, table.free_compatible_api_versions, nothing::<FfiVersionRange>);
    plugin.items(table.dependencies, table.free_dependencies, nothing::<FfiPluginDependency>);
    plugin.items(table.required_stages, table.free_required_stages, nothing::<FfiStageRequirement>);
    plugin.items(table.conflicts_with, table.free_conflicts_with, nothing::<*const u8>);
    plugin.items(table.incompatible_with, table.free_incompatible_with, nothing::<FfiPluginDependency>);
    plugin.described();
    plugin.register();
    plugin.init();
    for text in ["", "a text"] {
        assert_eq!(plugin.call("echo", &[text.into()]), Ok(text.into()));
    }
    let _ = plugin.call("panic", &["text".into()]);
    for what in ["fail", "panic with more", "panic with a number", "log"] {
        if plugin.stages.len() > 1 {
            let context = FakeContext::new(host, &[("do", what.into())]);
            plugin.execute("subject:second", &context);
        }
    }
    plugin.shutdown();
    plugin.destroy();
    host.forget();
}

#[test]
fn a_life_leaves_nothing_behind() {
    COUNTED.with(|counted| counted.set(true));
    let host = FakeHost::new();
    // What is printed would be kept by the test's harness.
    std::panic::set_hook(Box::new(|_| {}));
    let places =
        ["", "new!", "new", "NUL", "same id", "init", "services", "required_stages", "functions", "plugin", "second stage", "function"];
    let left = places.map(|place| {
        // What is made once for the life of the process.
        live(host, place);
        let before = BYTES.load(Ordering::Relaxed);
        for _ in 0..3 {
            live(host, place);
        }
        (place, BYTES.load(Ordering::Relaxed) - before)
    });
    drop(std::panic::take_hook());
    assert_eq!(left, places.map(|place| (place, 0)));
}
