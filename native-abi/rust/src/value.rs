//! Values: what contexts, options, arguments, results and fields of log lines carry.

use crate::abi::*;
use crate::code::Code;
use crate::error::{Error, Result};

/// A value that is the plugin's own.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// A BigInt in JavaScript.
    Int64(i64),
    /// A number in JavaScript.
    Double(f64),
    String(String),
    /// A Uint8Array in JavaScript.
    Bytes(Vec<u8>),
    /// The text of one JSON value: an object or an array in JavaScript.
    Json(String),
}

/// A value that somebody else keeps: the host, for `'a`, or whoever hands it over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    Null,
    Bool(bool),
    Int64(i64),
    Double(f64),
    String(&'a str),
    Bytes(&'a [u8]),
    Json(&'a str),
}

/// Marks a text as JSON: `context.set("report", Json(text))`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<'a> ValueRef<'a> {
    pub fn to_owned(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(truth),
            Self::Int64(number) => Value::Int64(number),
            Self::Double(number) => Value::Double(number),
            Self::String(text) => Value::String(text.to_owned()),
            Self::Bytes(bytes) => Value::Bytes(bytes.to_owned()),
            Self::Json(text) => Value::Json(text.to_owned()),
        }
    }

    /// The type as a noun, for messages: `a string`.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a bool",
            Self::Int64(_) => "an int64",
            Self::Double(_) => "a double",
            Self::String(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::Json(_) => "JSON",
        }
    }

    /// What C takes. It borrows what `self` borrows.
    #[inline]
    pub(crate) fn to_raw(self) -> MortiseValue {
        match self {
            Self::Null => MortiseValue::NULL,
            Self::Bool(truth) => MortiseValue::scalar(MORTISE_BOOL, u64::from(truth)),
            Self::Int64(number) => MortiseValue::scalar(MORTISE_INT64, number as u64),
            Self::Double(number) => MortiseValue::scalar(MORTISE_DOUBLE, number.to_bits()),
            Self::String(text) => MortiseValue::data(MORTISE_STRING, text.as_bytes()),
            Self::Bytes(bytes) => MortiseValue::data(MORTISE_BYTES, bytes),
            Self::Json(text) => MortiseValue::data(MORTISE_JSON, text.as_bytes()),
        }
    }

    /// # Safety
    /// `raw` is a value of the contract, and what it points to stays as it is for `'a`.
    #[inline]
    pub(crate) unsafe fn from_raw(raw: &MortiseValue) -> Result<Self> {
        // SAFETY: every bit pattern of the payload is a valid `bits`.
        let bits = unsafe { raw.payload.bits };
        Ok(match raw.tag {
            MORTISE_NULL => Self::Null,
            MORTISE_BOOL => Self::Bool(bits != 0),
            MORTISE_INT64 => Self::Int64(bits as i64),
            MORTISE_DOUBLE => Self::Double(f64::from_bits(bits)),
            // SAFETY: by the caller.
            MORTISE_STRING => Self::String(std::str::from_utf8(unsafe { data_of(raw)? })?),
            // SAFETY: by the caller.
            MORTISE_BYTES => Self::Bytes(unsafe { data_of(raw)? }),
            // SAFETY: by the caller.
            MORTISE_JSON => Self::Json(std::str::from_utf8(unsafe { data_of(raw)? })?),
            tag => return Err(Error::new(Code::INVALID_DATA, format!("a value has the tag {}, which is not in the contract", tag))),
        })
    }
}

/// # Safety
/// As `from_raw`; the tag is of a value with data.
#[inline]
unsafe fn data_of<'a>(raw: &MortiseValue) -> Result<&'a [u8]> {
    // NULL is allowed where the length is 0: in C, but not in a slice.
    if raw.length == 0 {
        return Ok(&[]);
    }
    let length = usize::try_from(raw.length)?;
    // SAFETY: by the caller.
    Ok(unsafe { std::slice::from_raw_parts(raw.payload.data.cast(), length) })
}

/// What can be handed over as a value; it is borrowed, and the receiver copies it. [`Code::INVALID_DATA`] for an integer that is beyond an `i64`.
pub trait ToValue {
    fn to_value(&self) -> Result<ValueRef<'_>>;
}

macro_rules! to_value {
    ($($type:ty: $self:ident => $value:expr;)+) => {
        $(impl ToValue for $type {
            #[inline]
            fn to_value(&$self) -> Result<ValueRef<'_>> {
                Ok($value)
            }
        })+
    };
}

to_value! {
    (): self => ValueRef::Null;
    bool: self => ValueRef::Bool(*self);
    i8: self => ValueRef::Int64((*self).into());
    i16: self => ValueRef::Int64((*self).into());
    i32: self => ValueRef::Int64((*self).into());
    i64: self => ValueRef::Int64(*self);
    u8: self => ValueRef::Int64((*self).into());
    u16: self => ValueRef::Int64((*self).into());
    u32: self => ValueRef::Int64((*self).into());
    f32: self => ValueRef::Double((*self).into());
    f64: self => ValueRef::Double(*self);
    str: self => ValueRef::String(self);
    String: self => ValueRef::String(self);
    std::borrow::Cow<'_, str>: self => ValueRef::String(self);
    [u8]: self => ValueRef::Bytes(self);
    Vec<u8>: self => ValueRef::Bytes(self);
    ValueRef<'_>: self => *self;
    Value: self => self.as_ref();
}

macro_rules! whole_to_value {
    ($($type:ty),+) => {
        $(impl ToValue for $type {
            fn to_value(&self) -> Result<ValueRef<'_>> {
                let beyond = |_| Error::new(Code::INVALID_DATA, format!("{} is greater than an int64 can be", self));
                i64::try_from(*self).map(ValueRef::Int64).map_err(beyond)
            }
        })+
    };
}

whole_to_value! { u64, usize, isize }

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Result<ValueRef<'_>> {
        (**self).to_value()
    }
}

/// None is null.
impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Result<ValueRef<'_>> {
        self.as_ref().map_or(Ok(ValueRef::Null), ToValue::to_value)
    }
}

impl<T: AsRef<str>> ToValue for Json<T> {
    fn to_value(&self) -> Result<ValueRef<'_>> {
        Ok(ValueRef::Json(self.0.as_ref()))
    }
}

impl Value {
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Bool(truth) => ValueRef::Bool(*truth),
            Self::Int64(number) => ValueRef::Int64(*number),
            Self::Double(number) => ValueRef::Double(*number),
            Self::String(text) => ValueRef::String(text),
            Self::Bytes(bytes) => ValueRef::Bytes(bytes),
            Self::Json(text) => ValueRef::Json(text),
        }
    }
}

macro_rules! into_value {
    ($($type:ty: $from:ident => $value:expr;)+) => {
        $(impl From<$type> for Value {
            fn from($from: $type) -> Self {
                $value
            }
        })+
    };
}

into_value! {
    (): _nothing => Value::Null;
    bool: truth => Value::Bool(truth);
    i8: number => Value::Int64(number.into());
    i16: number => Value::Int64(number.into());
    i32: number => Value::Int64(number.into());
    i64: number => Value::Int64(number);
    u8: number => Value::Int64(number.into());
    u16: number => Value::Int64(number.into());
    u32: number => Value::Int64(number.into());
    f32: number => Value::Double(number.into());
    f64: number => Value::Double(number);
    &str: text => Value::String(text.to_owned());
    String: text => Value::String(text);
    &[u8]: bytes => Value::Bytes(bytes.to_owned());
    Vec<u8>: bytes => Value::Bytes(bytes);
    ValueRef<'_>: value => value.to_owned();
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<String>> From<Json<T>> for Value {
    fn from(json: Json<T>) -> Self {
        Value::Json(json.0.into())
    }
}
