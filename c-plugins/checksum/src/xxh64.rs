//! xxHash64 with seed 0, by the specification in the xxHash repository (doc/xxhash_spec.md).

const PRIME_1: u64 = 0x9E37_79B1_85EB_CA87;
const PRIME_2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const PRIME_3: u64 = 0x1656_67B1_9E37_79F9;
const PRIME_4: u64 = 0x85EB_CA77_C2B2_AE63;
const PRIME_5: u64 = 0x27D4_EB2F_1656_67C5;
const STRIPE: usize = 32;

pub struct Xxh64 {
    lanes: [u64; 4],
    /// Input that does not fill a stripe yet.
    rest: [u8; STRIPE],
    rest_length: usize,
    total: u64,
}

impl Xxh64 {
    pub fn new() -> Self {
        Self { lanes: [PRIME_1.wrapping_add(PRIME_2), PRIME_2, 0, 0u64.wrapping_sub(PRIME_1)], rest: [0; STRIPE], rest_length: 0, total: 0 }
    }

    pub fn update(&mut self, mut bytes: &[u8]) {
        self.total = self.total.wrapping_add(bytes.len() as u64);
        if self.rest_length > 0 {
            let taken = bytes.len().min(STRIPE - self.rest_length);
            self.rest[self.rest_length..self.rest_length + taken].copy_from_slice(&bytes[..taken]);
            self.rest_length += taken;
            bytes = &bytes[taken..];
            if self.rest_length < STRIPE {
                return;
            }
            let stripe = self.rest;
            self.stripe(&stripe);
            self.rest_length = 0;
        }
        let mut stripes = bytes.chunks_exact(STRIPE);
        for stripe in &mut stripes {
            self.stripe(stripe);
        }
        let rest = stripes.remainder();
        self.rest[..rest.len()].copy_from_slice(rest);
        self.rest_length = rest.len();
    }

    pub fn finish(&self) -> u64 {
        let mut sum = if self.total >= STRIPE as u64 { self.converge() } else { PRIME_5 };
        sum = sum.wrapping_add(self.total);

        let mut words = self.rest[..self.rest_length].chunks_exact(8);
        for word in &mut words {
            sum = (sum ^ round(0, read_u64(word))).rotate_left(27).wrapping_mul(PRIME_1).wrapping_add(PRIME_4);
        }
        let mut halves = words.remainder().chunks_exact(4);
        for half in &mut halves {
            let half = u64::from(u32::from_le_bytes([half[0], half[1], half[2], half[3]]));
            sum = (sum ^ half.wrapping_mul(PRIME_1)).rotate_left(23).wrapping_mul(PRIME_2).wrapping_add(PRIME_3);
        }
        for byte in halves.remainder() {
            sum = (sum ^ u64::from(*byte).wrapping_mul(PRIME_5)).rotate_left(11).wrapping_mul(PRIME_1);
        }

        sum = (sum ^ (sum >> 33)).wrapping_mul(PRIME_2);
        sum = (sum ^ (sum >> 29)).wrapping_mul(PRIME_3);
        sum ^ (sum >> 32)
    }

    fn stripe(&mut self, stripe: &[u8]) {
        for (lane, word) in self.lanes.iter_mut().zip(stripe.chunks_exact(8)) {
            *lane = round(*lane, read_u64(word));
        }
    }

    fn converge(&self) -> u64 {
        let rotations = [1, 7, 12, 18];
        let sum = self.lanes.iter().zip(rotations).fold(0u64, |sum, (lane, by)| sum.wrapping_add(lane.rotate_left(by)));
        self.lanes.iter().fold(sum, |sum, lane| (sum ^ round(0, *lane)).wrapping_mul(PRIME_1).wrapping_add(PRIME_4))
    }
}

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(PRIME_2)).rotate_left(31).wrapping_mul(PRIME_1)
}

fn read_u64(bytes: &[u8]) -> u64 {
    u64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xxh64(bytes: &[u8]) -> u64 {
        let mut sum = Xxh64::new();
        sum.update(bytes);
        sum.finish()
    }

    #[test]
    fn agrees_with_published_values() {
        assert_eq!(xxh64(b""), 0xEF46_DB37_51D8_E999);
        assert_eq!(xxh64(b"a"), 0xD24E_C4F1_A98C_6E5B);
        assert_eq!(xxh64(b"abc"), 0x44BC_2CF5_AD77_0999);
        assert_eq!(xxh64(b"123456789"), 0x8CB8_41DB_40E6_AE83);
        assert_eq!(xxh64(b"Nobody inspects the spammish repetition"), 0xFBCE_A83C_8A37_8BF1);
    }

    /// The reference implementation's sanity check: bytes of a generator, and the sums of its first n bytes.
    #[test]
    fn agrees_with_the_sanity_check_of_the_reference_implementation() {
        let mut generator: u64 = 2_654_435_761;
        let bytes: Vec<u8> = (0..222)
            .map(|_| {
                let byte = (generator >> 56) as u8;
                generator = generator.wrapping_mul(11_400_714_785_074_694_797);
                byte
            })
            .collect();
        assert_eq!(xxh64(&bytes[..1]), 0xE934_A84A_DB05_2768);
        assert_eq!(xxh64(&bytes[..4]), 0x9136_A0DC_A574_57EE);
        assert_eq!(xxh64(&bytes[..14]), 0x8282_DCC4_994E_35C8);
        assert_eq!(xxh64(&bytes[..222]), 0xB641_AE8C_B691_C174);
    }

    #[test]
    fn does_not_depend_on_how_the_input_is_cut() {
        let bytes: Vec<u8> = (0..300u32).map(|n| (n * 31 % 251) as u8).collect();
        for first in 0..bytes.len() {
            for second in first..bytes.len() {
                let mut sum = Xxh64::new();
                sum.update(&bytes[..first]);
                sum.update(&bytes[first..second]);
                sum.update(&bytes[second..]);
                assert_eq!(sum.finish(), xxh64(&bytes));
            }
        }
    }
}
