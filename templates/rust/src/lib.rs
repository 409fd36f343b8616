//! A plugin with a stage that greets.

use mortise::{export_plugin, Context, Plugin, Result, Stage};

/// What lives as long as the plugin is open: nothing so far.
struct @class@;

impl Plugin for @class@ {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        vec![Stage::new("@name@:greet", Self::greet)
            .name("Greet")
            .description("Greets `who`")
            .dry_run(Self::describe_greet)
            .quick()]
    }
}

impl @class@ {
    /// Reads `who` and writes `greeting`.
    fn greet(&self, context: &Context) -> Result {
        let who = context.string("who")?;
        context.set("greeting", format!("Hello, {who}"))
    }

    /// Says what `greet` would do, in one sentence for each thing, and does nothing.
    fn describe_greet(&self, context: &Context) -> Result {
        let who = context.string("who")?;
        context.describe(format!("greet {who}"))
    }
}

export_plugin!(@class@, manifest: include_str!("../manifest.json"), threads: Safe);
