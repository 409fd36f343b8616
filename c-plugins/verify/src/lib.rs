//! The plugin: one stage, which needs another plugin's.

mod stage;

use mortise::{export_plugin, Dependency, Plugin, Priority, Result, Stage, StageRequirement};

struct Verify;

impl Plugin for Verify {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        vec![Stage::new("verify:crc32c", |_, context| stage::verify(context))
            .name("Verify CRC-32C")
            .description("Fails unless `checksum.crc32c` is `verify.expected`.")
            .dry_run(|_, context| stage::describe(context))]
    }

    fn priority(&self) -> Priority {
        Priority::ThirdParty(180)
    }

    fn dependencies(&self) -> Vec<Dependency> {
        vec![Dependency::required("checksum", "^1.0.0")]
    }

    fn required_stages(&self) -> Vec<StageRequirement> {
        vec![StageRequirement::required("checksum:crc32c")]
    }
}

export_plugin!(Verify, manifest: include_str!("../manifest.json"), threads: Safe);
