//! The plugin under test: what it does badly is said before it is opened.
#![allow(dead_code)]

use mortise::*;
use std::panic::{catch_unwind, panic_any};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The place that is to fail, at every `Subject::new`.
static FAULT: Mutex<&'static str> = Mutex::new("");
/// Pieces of the plugin's that were dropped.
pub static DROPPED: AtomicUsize = AtomicUsize::new(0);
pub static SHUT_DOWN: AtomicUsize = AtomicUsize::new(0);

pub fn fail_at(place: &'static str) {
    *FAULT.lock().unwrap_or_else(PoisonError::into_inner) = place;
}

fn fault() -> &'static str {
    *FAULT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that counts when it is dropped, and panics if it is told to.
pub struct Dropping(&'static str);

impl Drop for Dropping {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
        if fault() == self.0 {
            panic!("cannot drop {}", self.0);
        }
    }
}

/// A payload whose own drop panics.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the payload burst");
    }
}

/// Panics in its drop, and catches that itself.
struct Careful;

impl Drop for Careful {
    fn drop(&mut self) {
        let _ = catch_unwind(|| panic!("while unwinding"));
    }
}

pub struct Subject {
    _dropping: Dropping,
    count: AtomicI64,
    host: Mutex<Option<Host>>,
}

fn panic_if(place: &str) {
    if fault() == place {
        panic!("{} panicked", place);
    }
}

fn fail_if(place: &str) -> Result {
    panic_if(place);
    if fault().strip_suffix('!') == Some(place) {
        fail!(Code::DENIED, "{} failed", place);
    }
    Ok(())
}

struct Doubling(i64);

impl Operation<Subject> for Doubling {
    fn execute(&self, _: &Subject, context: &Context<'_>) -> Result {
        context.set("doubled", self.0 * context.int64("number")?)
    }

    fn dry_run(&self, _: &Subject, context: &Context<'_>) -> Result {
        context.describe(format!("Multiply by {}.", self.0))
    }
}

#[repr(C)]
pub struct Clock {
    pub size: u32,
    pub hours: u32,
    pub plugin: unsafe extern "C" fn(instance: *const std::os::raw::c_void) -> i64,
}

// SAFETY: `#[repr(C)]`, its size first, and no panic leaves its function.
unsafe impl Table for Clock {}

pub static CLOCK: Clock = Clock { size: std::mem::size_of::<Clock>() as u32, hours: 24, plugin: count_of };

unsafe extern "C" fn count_of(instance: *const std::os::raw::c_void) -> i64 {
    // SAFETY: the host passes the instance.
    boundary::run(|| Ok(unsafe { plugin_of::<Subject>(instance) }?.count.load(Ordering::Relaxed))).unwrap_or(-1)
}

impl Plugin for Subject {
    fn new() -> Result<Self> {
        fail_if("new")?;
        Ok(Self { _dropping: Dropping("plugin"), count: AtomicI64::new(0), host: Mutex::new(None) })
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        panic_if("stages");
        let (first, second) = (Dropping("first stage"), Arc::new(Dropping("second stage")));
        let id = if fault() == "same id" { "subject:first" } else { "subject:second" };
        vec![
            Stage::new("subject:first", move |plugin: &Self, context| {
                let _ = &first;
                context.set("count", plugin.count.fetch_add(1, Ordering::Relaxed) + 1)
            })
            .name("First")
            .description("Counts.")
            .quick(),
            Stage::new(id, move |_: &Self, context| {
                let _ = &second;
                match context.string("do")? {
                    "panic" => panic!("no way"),
                    "panic with more" => panic!("no {}", "way"),
                    "panic with a number" => panic_any(42),
                    "panic with a bomb" => panic_any(Bomb),
                    "panic twice" => {
                        let _ = catch_unwind(|| panic!("caught by the author"));
                        panic!("not caught")
                    }
                    "panic and drop" => {
                        let _careful = Careful;
                        panic!("first")
                    }
                    "rethrow" => std::panic::resume_unwind(catch_unwind(|| panic!("thrown again")).unwrap_err()),
                    "panic elsewhere" => {
                        let ended = std::thread::spawn(|| panic!("on a thread of the plugin's own")).join();
                        context.set("joined", ended.is_err())
                    }
                    "fail" => fail!(Code::BUSY, "größer {}", "💥"),
                    "fail with success" => fail!(Code::OK, "not so"),
                    "read a file" => {
                        std::fs::read("/nowhere/at/all").map_err(|error| Error::from(error).within("reading"))?;
                        Ok(())
                    }
                    "log" => {
                        let bytes = 7u32;
                        info!(context, "read {}", bytes; bytes = bytes, "file.name" = "a\0b");
                        debug!(context, "{:?}", panic_if("debug"));
                        Ok(())
                    }
                    other => fail!("cannot do {other:?}"),
                }
            }),
            Stage::of("subject:double", Doubling(2)),
            Stage::new("subject:types", |_: &Self, context| {
                context.set("sum", context.int64("whole")? as f64 + context.double("int")?)?;
                context.set("text", context.string("text")?.to_uppercase())?;
                context.set("bytes", context.bytes("bytes")?.len())?;
                context.set("json", Json(context.json("json")?))?;
                context.set("absent", context.find::<bool>("absent")?)?;
                context.set("truth", !context.bool("truth")?)?;
                let text = context.string("text")?;
                context.set("text", "replaced")?;
                context.set("kept", text)?;
                let keys: Vec<&str> = context.entries().map(|entry| Ok(entry?.0)).collect::<Result<_>>()?;
                context.set("keys", keys.join(" "))?;
                context.set("removed", context.remove("int")? && !context.remove("int")?)?;
                context.set("id", context.stage_id())
            }),
        ]
    }

    fn functions(&self) -> Vec<Function<Self>> {
        panic_if("functions");
        let owned = Dropping("function");
        vec![
            Function::new("add", |_: &Self, call| Ok(call.int64(0)? + call.int64(1)?)).description("Adds.").quick().idempotent(),
            Function::new("echo", move |_: &Self, call| {
                let _ = &owned;
                call.get::<Value>(0)
            }),
            Function::new("caller", |_: &Self, call| Ok(call.caller().map(str::to_owned))),
            Function::new("panic", |_: &Self, call| -> Result { panic!("{}", call.string(0)?) }),
            Function::new("app", |_: &Self, call| Ok(format!("{} {}", call.host().app(), call.timeout().unwrap().as_secs()))),
            Function::new(if fault() == "function name" { "a\0b" } else { "count" }, |plugin: &Self, _| {
                Ok(plugin.count.fetch_add(1, Ordering::Relaxed))
            }),
        ]
    }

    fn resources(&self) -> Vec<Resource> {
        panic_if("resources");
        vec![Resource::new("port", "8080", Access::ProvidesUnique)]
    }

    fn is_core(&self) -> bool {
        panic_if("is_core");
        true
    }

    fn priority(&self) -> Priority {
        panic_if("priority");
        Priority::Core(60)
    }

    fn compatible_api_versions(&self) -> Vec<Text> {
        panic_if("compatible_api_versions");
        vec!["^2.0.0".into(), format!("^{}.0.0", 3).into()]
    }

    fn dependencies(&self) -> Vec<Dependency> {
        panic_if("dependencies");
        let name = if fault() == "NUL" { "che\0cksum" } else { "checksum" };
        vec![Dependency::required("text", "^1.0.0"), Dependency::optional(name, "").any_version()]
    }

    fn required_stages(&self) -> Vec<StageRequirement> {
        panic_if("required_stages");
        vec![StageRequirement::required("text:survey"), StageRequirement::optional("subject:double")]
    }

    fn conflicts_with(&self) -> Vec<Text> {
        panic_if("conflicts_with");
        vec!["legacy".into()]
    }

    fn incompatible_with(&self) -> Vec<Incompatibility> {
        panic_if("incompatible_with");
        vec![Incompatibility::new("other", "<2"), Incompatibility::new("rival", "*").any_version()]
    }

    fn register_stages(&self, registry: &Registry<'_, Self>) -> Result {
        fail_if("register_stages")?;
        registry.add(Stage::new("subject:late", |_, _| Ok(())))
    }

    fn init(&self, host: Host) -> Result {
        fail_if("init")?;
        *self.host.lock().unwrap() = Some(host);
        Ok(())
    }

    fn services(&self) -> Vec<Service> {
        panic_if("services");
        vec![Service::new("com.example.clock", "1.0.0", &CLOCK)]
    }

    fn preflight(&self, context: &Context<'_>) -> Result {
        fail_if("preflight_check")?;
        context.set("checked", context.host().api_version())
    }

    fn shutdown(&self) -> Result {
        SHUT_DOWN.fetch_add(1, Ordering::Relaxed);
        fail_if("shutdown")
    }

    fn extension(id: &str) -> Option<Extension> {
        panic_if("extension");
        if id == "com.example.clock/1" {
            Some(Extension::new(&CLOCK))
        } else {
            None
        }
    }
}

export_plugin!(Subject, manifest: "\u{feff} { \"name\" : \"subject\",\n \"version\": \"1.2.3-a.1+b\" } ", threads: Safe);
