//! The plugin: two stages, and no state.

mod crc32c;
mod stage;
mod xxh64;

use crate::crc32c::Crc32c;
use crate::xxh64::Xxh64;
use mortise::{export_plugin, Plugin, Priority, Result, Stage};

struct Checksum;

impl Plugin for Checksum {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    fn stages(&self) -> Vec<Stage<Self>> {
        vec![
            stage::of::<Crc32c>("checksum:crc32c")
                .name("CRC-32C")
                .description("Computes the CRC-32C of `content`, or of the file at `path`, as `checksum.crc32c`."),
            stage::of::<Xxh64>("checksum:xxh64")
                .name("xxHash64")
                .description("Computes the xxHash64 (seed 0) of `content`, or of the file at `path`, as `checksum.xxh64`."),
        ]
    }

    fn priority(&self) -> Priority {
        Priority::ThirdParty(170)
    }
}

export_plugin!(Checksum, manifest: include_str!("../manifest.json"), threads: Safe);
