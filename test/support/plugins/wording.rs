//! wording.c with the Rust kit.

use mortise::{export_plugin, fail, Context, Host, Json, Plugin, Registry, Result, Stage, Table, ValueRef};
use std::sync::Mutex;

#[repr(C)]
struct Nothing {
    size: u32,
}

// SAFETY: `#[repr(C)]`, its size first, no functions.
unsafe impl Table for Nothing {}

struct Wording {
    preflight: Mutex<String>,
}

fn set(context: &Context) -> Result {
    context.set("k", Json("{"))
}

fn run(_: &Wording, context: &Context) -> Result {
    match context.string("do")? {
        "set" => set(context),
        "describe" => context.describe("what would be done"),
        "bool" => context.bool("value").map(drop),
        "int64" => context.int64("value").map(drop),
        "double" => context.double("value").map(drop),
        "string" => context.string("value").map(drop),
        "bytes" => context.bytes("value").map(drop),
        "json" => context.json("value").map(drop),
        "find" => context.set("found", context.find::<i64>("value")?.is_some()),
        _ => context.get::<ValueRef>("value").map(drop),
    }
}

fn stage() -> Stage<Wording> {
    Stage::new("wording-rust:do", run)
}

impl Plugin for Wording {
    fn new() -> Result<Self> {
        Ok(Self { preflight: Mutex::default() })
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        vec![stage()]
    }

    fn register_stages(&self, registry: &Registry<Self>) -> Result {
        match std::env::var_os("WORDING_STAGE") {
            Some(_) => registry.add(stage()),
            None => Ok(()),
        }
    }

    fn init(&self, host: Host) -> Result {
        *self.preflight.lock().unwrap() = host.config("preflight")?.unwrap_or_default();
        match host.config::<String>("do")?.unwrap_or_default().as_str() {
            "option" => host.config::<i64>("value").map(drop),
            "publish" => host.publish("a..b", ()),
            "call" => host.call("nothing", &[]).map(drop),
            // SAFETY: nobody offers it.
            "service" => unsafe { host.service::<Nothing>("com.example.none", "^1.0.0") }.map(drop),
            "long" => fail!("x{}", "ö".repeat(3000)),
            _ => Ok(()),
        }
    }

    fn preflight(&self, context: &Context) -> Result {
        match self.preflight.lock().unwrap().as_str() {
            "set" => set(context),
            "remove" => context.remove("k").map(drop),
            _ => Ok(()),
        }
    }
}

export_plugin!(Wording, manifest: r#"{"name": "wording-rust", "version": "1.0.0"}"#, threads: Safe);
