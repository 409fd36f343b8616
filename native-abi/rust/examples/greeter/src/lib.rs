//! greeter: a whole plugin. Its one stage, greeter:greet, reads the context key `who` and writes `greeting`.

use mortise::{export_plugin, info, Function, Host, Plugin, Result, Stage};

struct Greeter;

impl Plugin for Greeter {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        vec![Stage::new("greeter:greet", |_, context| {
            let who = context.string("who")?;
            context.set("greeting", format!("Hello, {who}"))
        })
        .name("Greet")
        .description("Greets `who`")
        .dry_run(|_, context| context.describe("write `greeting`"))
        .quick()]
    }

    fn functions(&self) -> Vec<Function<Self>> {
        vec![Function::new("hello", |_, call| Ok(format!("Hello, {}", call.string(0)?)))]
    }

    fn init(&self, host: Host) -> Result {
        info!(host, "ready to greet"; app = host.app());
        Ok(())
    }
}

export_plugin!(Greeter, manifest: include_str!("../manifest.json"), threads: Safe);
