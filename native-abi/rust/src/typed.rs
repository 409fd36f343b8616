//! Reading a value as the type that is wanted, with a failure that says what was wanted, where, and what was found.

use crate::code::Code;
use crate::error::{Error, Result};
use crate::value::{Json, Value, ValueRef};

/// Beyond ±2^53 a double skips whole numbers.
const EXACT: i64 = 1 << 53;

/// A type as which a value can be read. Those without a lifetime are copies.
pub trait FromValue<'a>: Sized {
    /// As a noun, for messages: `a string`. Empty: whatever there is.
    const WANTED: &'static str;

    /// None: the value has another type.
    fn from_value(value: ValueRef<'a>) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty, $wanted:literal: $($pattern:pat $(if $guard:expr)? => $value:expr),+;)+) => {
        $(impl<'a> FromValue<'a> for $type {
            const WANTED: &'static str = $wanted;

            #[inline]
            fn from_value(value: ValueRef<'a>) -> Option<Self> {
                match value {
                    $($pattern $(if $guard)? => Some($value),)+
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }
        })+
    };
}

from_value! {
    bool, "a bool": ValueRef::Bool(truth) => truth;
    // Whole doubles too: that is what JavaScript has for most numbers.
    i64, "an int64": ValueRef::Int64(number) => number, ValueRef::Double(number) if is_whole(number) => number as i64;
    f64, "a double": ValueRef::Double(number) => number, ValueRef::Int64(number) if (-EXACT..=EXACT).contains(&number) => number as f64;
    &'a str, "a string": ValueRef::String(text) => text;
    String, "a string": ValueRef::String(text) => text.to_owned();
    &'a [u8], "bytes": ValueRef::Bytes(bytes) => bytes;
    Vec<u8>, "bytes": ValueRef::Bytes(bytes) => bytes.to_owned();
    Json<&'a str>, "JSON": ValueRef::Json(text) => Json(text);
    Json<String>, "JSON": ValueRef::Json(text) => Json(text.to_owned());
    ValueRef<'a>, "": value => value;
    Value, "": value => value.to_owned();
}

#[inline]
fn is_whole(number: f64) -> bool {
    number.trunc() == number && number.abs() <= EXACT as f64
}

/// What a message says of the type that was wanted: nothing, where any is.
pub(crate) fn wanted<'a, T: FromValue<'a>>(before: &str) -> String {
    if T::WANTED.is_empty() {
        return String::new();
    }
    format!("{}{}", before, T::WANTED)
}

/// The fewest digits that read back as this double, as C's `%g` writes them: every kit says it so.
fn digits_of(number: f64) -> String {
    if !number.is_finite() {
        let sign = if number < 0.0 { "-" } else { "" };
        return if number.is_nan() { "NaN".to_owned() } else { format!("{}Infinity", sign) };
    }
    let reads_back = |text: &String| text.parse::<f64>().map_or(false, |read| read == number);
    let texts = (0..17).map(|behind_point| (behind_point, format!("{:.*e}", behind_point, number)));
    let mut text = (0, String::new());
    for candidate in texts {
        text = candidate;
        if reads_back(&text.1) {
            break;
        }
    }
    let (behind_point, text) = text;
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || exponent > behind_point as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{}{:02}", mantissa, sign, exponent.abs());
    }
    format!("{:.*}", (behind_point as i32 - exponent) as usize, number)
}

/// `subject` says what the value is: "the context value `who`".
#[inline]
pub(crate) fn read<'a, T: FromValue<'a>>(value: ValueRef<'a>, subject: impl FnOnce() -> String) -> Result<T> {
    T::from_value(value).ok_or_else(|| {
        let found = match value {
            ValueRef::Double(number) if T::WANTED == <i64 as FromValue>::WANTED => format!("the double {}", digits_of(number)),
            ValueRef::Int64(_) if T::WANTED == <f64 as FromValue>::WANTED => "an int64 beyond 2^53".to_owned(),
            _ => value.noun().to_owned(),
        };
        Error::new(Code::WRONG_TYPE, format!("{} must be {}, but is {}", subject(), T::WANTED, found))
    })
}

/// Getters by type over `get` and `find` of a source, for each type that authors name most.
macro_rules! typed_getters {
    ($lifetime:lifetime, $key:ident: $type:ty) => {
        #[inline]
        pub fn bool(&self, $key: $type) -> $crate::Result<bool> {
            self.get($key)
        }

        /// A whole double within ±2^53 is taken too, since that is what JavaScript has for most numbers.
        #[inline]
        pub fn int64(&self, $key: $type) -> $crate::Result<i64> {
            self.get($key)
        }

        /// An int64 within ±2^53 is taken too.
        #[inline]
        pub fn double(&self, $key: $type) -> $crate::Result<f64> {
            self.get($key)
        }

        #[inline]
        pub fn string(&self, $key: $type) -> $crate::Result<&$lifetime str> {
            self.get($key)
        }

        #[inline]
        pub fn bytes(&self, $key: $type) -> $crate::Result<&$lifetime [u8]> {
            self.get($key)
        }

        /// The text of an object or an array.
        #[inline]
        pub fn json(&self, $key: $type) -> $crate::Result<&$lifetime str> {
            self.get::<$crate::Json<&$lifetime str>>($key).map(|json| json.0)
        }
    };
}
pub(crate) use typed_getters;
