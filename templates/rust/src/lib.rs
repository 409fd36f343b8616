//! A plugin with a stage that greets, and a function that others call.

use mortise::{export_plugin, Context, Function, Plugin, Result, Stage};

fn hello(who: &str) -> String {
    format!("Hello, {who}")
}

struct @class@;

impl Plugin for @class@ {
    fn new() -> Result<Self> {
        Ok(@class@)
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        vec![Stage::new("@name@:greet", |_: &Self, context: &Context| {
            context.set("greeting", hello(context.string("who")?))
        })
        .name("Greet")
        .description("Greets `who`")
        .dry_run(|_: &Self, context: &Context| context.describe(format!("greet {}", context.string("who")?)))
        .quick()]
    }
}

export_plugin!(@class@, manifest: include_str!("../manifest.json"), threads: Safe);
