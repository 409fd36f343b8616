//! The manifests of test/manifest/vectors.json, which builds in C and C++ and the host read, too: all of them take and refuse the same, for the same reasons.

use mortise::export::manifest;
use std::panic::catch_unwind;

/// A text, and what every message about it says; None: it is a manifest.
struct Vector {
    what: String,
    text: String,
    why: Option<String>,
}

/// Reads a list of objects whose values are texts, in JSON that is known to be right.
struct Reader {
    characters: Vec<char>,
    at: usize,
}

impl Reader {
    /// The next character that is no blank, and no mark between the parts of what is read.
    fn next(&mut self) -> char {
        while matches!(self.characters[self.at], ' ' | '\n' | '\r' | ',' | ':') {
            self.at += 1;
        }
        self.at += 1;
        self.characters[self.at - 1]
    }

    fn unit(&mut self) -> u16 {
        let digits: String = self.characters[self.at..self.at + 4].iter().collect();
        self.at += 4;
        u16::from_str_radix(&digits, 16).unwrap()
    }

    /// The rest of a text, of which the first quote was read.
    fn text(&mut self) -> String {
        let mut units = Vec::new();
        loop {
            let character = self.characters[self.at];
            self.at += 1;
            let meant = match character {
                '"' => return String::from_utf16(&units).unwrap(),
                '\\' => {
                    self.at += 1;
                    match self.characters[self.at - 1] {
                        'u' => {
                            let unit = self.unit();
                            units.push(unit);
                            continue;
                        }
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        other => other,
                    }
                }
                other => other,
            };
            units.extend_from_slice(meant.encode_utf16(&mut [0; 2]));
        }
    }

    fn vectors(mut self) -> Vec<Vector> {
        let mut vectors = Vec::new();
        assert_eq!(self.next(), '[');
        while self.next() == '{' {
            let mut vector = Vector { what: String::new(), text: String::new(), why: None };
            while self.next() == '"' {
                let key = self.text();
                assert_eq!(self.next(), '"', "{}", key);
                let value = self.text();
                match key.as_str() {
                    "what" => vector.what = value,
                    "text" => vector.text = written_out(&value),
                    "why" => vector.why = Some(value),
                    _ => panic!("a vector has the key {}", key),
                }
            }
            vectors.push(vector);
        }
        vectors
    }
}

/// `<3*,"#":0>` stands for three times what follows the star, with their numbers for #.
fn written_out(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let (pattern, behind) = after.split_once('>').unwrap();
        let (times, part) = pattern.split_once('*').unwrap();
        out += before;
        for index in 0..times.parse::<usize>().unwrap() {
            out += &part.replacen('#', &index.to_string(), 1);
        }
        rest = behind;
    }
    out + rest
}

/// What is wrong with a manifest; None: nothing.
fn wrong(json: &str) -> Option<String> {
    let json = json.to_owned();
    let payload = catch_unwind(move || (manifest::name_length(&json), manifest::minified_length(&json))).err()?;
    let text = payload.downcast_ref::<String>().cloned();
    Some(text.unwrap_or_else(|| payload.downcast_ref::<&str>().unwrap().to_string()))
}

#[test]
fn every_reader_takes_and_refuses_the_same_manifests() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test/manifest/vectors.json");
    let characters = std::fs::read_to_string(path).unwrap().chars().collect();
    let vectors = Reader { characters, at: 0 }.vectors();
    assert!(vectors.len() > 70, "{}", vectors.len());
    for Vector { what, text, why } in vectors {
        match (wrong(&text), why) {
            (None, None) => {}
            (Some(message), Some(why)) => assert!(message.contains(&why), "{}: {}", what, message),
            (found, wanted) => panic!("{}: {:?} was wanted, {:?} was found", what, wanted, found),
        }
    }
}

/// Lists within each other, as deep as they may be, in a constant: the compiler itself must get through them.
const DEEP: &str = {
    const BYTES: [u8; 2081] = {
        let (before, mut bytes, mut at) = (br#"{"name":"a","version":"1.0.0","x":"#, [b' '; 2081], 0);
        while at < before.len() {
            bytes[at] = before[at];
            at += 1;
        }
        let mut depth = 0;
        while depth < 1023 {
            bytes[at + depth] = b'[';
            bytes[at + 1023 + depth] = b']';
            depth += 1;
        }
        bytes[at + 2046] = b'}';
        bytes
    };
    // SAFETY: all of it is ASCII.
    unsafe { std::str::from_utf8_unchecked(&BYTES) }
};
const DEEP_NAME: [u8; manifest::name_length(DEEP)] = manifest::name(DEEP);

#[test]
fn the_compiler_reads_what_is_nested_deeply() {
    assert_eq!(&DEEP_NAME, b"a\0");
}
