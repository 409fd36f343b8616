//! The plugin of no-kit, with the Rust kit.

use mortise::{export_plugin, Plugin, Result, Stage};

struct Measured;

impl Plugin for Measured {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        vec![
            Stage::new("kit-rust:count", |_, context| context.set("count", context.int64("count")? + 1)).quick(),
            Stage::new("kit-rust:copy", |_, context| context.set("copy", context.string("text")?)).quick(),
        ]
    }
}

export_plugin!(Measured, manifest: include_str!("../manifest.json"), threads: Safe);
