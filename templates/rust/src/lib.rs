//! A plugin with a stage that greets, and a function that others call.

use mortise::{export_plugin, Call, Context, Function, Plugin, Result, Stage};

fn hello(who: &str) -> String {
    format!("Hello, {who}")
}

struct @class@;

impl Plugin for @class@ {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        let greet = |_: &Self, context: &Context| context.set("greeting", hello(context.string("who")?));
        let describe = |_: &Self, context: &Context| context.describe(format!("greet {}", context.string("who")?));
        vec![Stage::new("@name@:greet", greet).name("Greet").description("Greets `who`").dry_run(describe).quick()]
    }

    fn functions(&self) -> Vec<Function<Self>> {
        let hello = |_: &Self, call: &Call| Ok(hello(call.string(0)?));
        vec![Function::new("hello", hello).description("Greets its argument").quick()]
    }
}

export_plugin!(@class@, manifest: include_str!("../manifest.json"), threads: Safe);
