//! Query parameters as a type: text in, typed fields out, every mistake named by its parameter.

use domain::{ChatError, FieldError, Result};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// Reads `T` from parameters. Unknown ones are ignored.
pub(crate) fn from_params<T: DeserializeOwned>(params: &HashMap<String, String>) -> Result<T> {
    let entries = params.iter().map(|(name, text)| (name.as_str(), Param(text)));
    let reader = MapDeserializer::new(entries);
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let name = error.path().to_string();
        match error.into_inner() {
            Wrong::Missing(field) => FieldError::new(field, "required", "is required").into(),
            Wrong::Range(expected) => FieldError::new(name, "out_of_range", expected).into(),
            Wrong::Long(max) => {
                let expected = format!("{AT_MOST}{max} characters");
                FieldError::new(name, "too_long", expected).with_max(max).into()
            }
            Wrong::Other(expected) => ChatError::from(FieldError::new(name, "invalid", expected)),
        }
    })
}

/// How many are wanted: from 1, clamped at `MAX`, `DEFAULT` where not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit<const DEFAULT: u16, const MAX: u16>(u16);

impl<const DEFAULT: u16, const MAX: u16> Limit<DEFAULT, MAX> {
    /// The number.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }
}

impl<const DEFAULT: u16, const MAX: u16> Default for Limit<DEFAULT, MAX> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<'de, const DEFAULT: u16, const MAX: u16> Deserialize<'de> for Limit<DEFAULT, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let limit = text.parse::<u64>();
        match limit.map_err(|_| de::Error::custom("must be a whole number from 1"))? {
            // serde has no error for a range; this is the text that `Wrong::custom` tells apart.
            0 => Err(de::Error::custom(OUT_OF_RANGE)),
            n => Ok(Self(u16::try_from(n).unwrap_or(MAX).min(MAX))),
        }
    }
}

const OUT_OF_RANGE: &str = "must be at least 1";

impl<const DEFAULT: u16, const MAX: u16> JsonSchema for Limit<DEFAULT, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("edge::Limit<{DEFAULT}, {MAX}>").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "minimum": 1,
            "default": DEFAULT,
            "description": format!("At most so many; above {MAX} counts as {MAX}."),
        })
    }
}

/// Text of at most `MAX` characters; the empty one counts as left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<const MAX: u16>(String);

impl<const MAX: u16> Text<MAX> {
    /// The text, if there is any.
    pub fn get(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|text| !text.is_empty())
    }
}

impl<'de, const MAX: u16> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.chars().count() > usize::from(MAX) {
            return Err(de::Error::custom(format_args!("{AT_MOST}{MAX}")));
        }
        Ok(Self(text))
    }
}

/// How `Wrong::custom` tells text that is too long.
const AT_MOST: &str = "must be at most ";

impl<const MAX: u16> JsonSchema for Text<MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("edge::Text<{MAX}>").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "maxLength": MAX})
    }
}

/// What a parameter has wrong.
#[derive(Debug)]
enum Wrong {
    Missing(&'static str),
    Range(String),
    Long(u64),
    Other(String),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(field) => write!(f, "{field} is required"),
            Self::Long(max) => write!(f, "{AT_MOST}{max} characters"),
            Self::Range(text) | Self::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Wrong {}

impl de::Error for Wrong {
    fn custom<T: fmt::Display>(text: T) -> Self {
        let text = text.to_string();
        if let Some(max) = text.strip_prefix(AT_MOST).and_then(|max| max.parse().ok()) {
            return Self::Long(max);
        }
        match text {
            text if text == OUT_OF_RANGE => Self::Range(text),
            text if text.starts_with("must ") => Self::Other(text),
            text => Self::Other(format!("is not right: {text}")),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::Missing(field)
    }
}

/// One parameter's text, read as whatever the field is.
#[derive(Clone, Copy)]
struct Param<'a>(&'a str);

impl<'de> IntoDeserializer<'de, Wrong> for Param<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Numbers and booleans are parsed from the text.
macro_rules! parsed {
    ($($method:ident, $visit:ident, $expected:literal;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
            let value = self.0.parse().map_err(|_| <Wrong as de::Error>::custom($expected))?;
            visitor.$visit(value)
        })*
    };
}

impl<'de> Deserializer<'de> for Param<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        StrDeserializer::new(self.0).deserialize_enum(name, variants, visitor)
    }

    parsed! {
        deserialize_bool, visit_bool, "must be true or false";
        deserialize_u8, visit_u8, "must be a whole number";
        deserialize_u16, visit_u16, "must be a whole number";
        deserialize_u32, visit_u32, "must be a whole number";
        deserialize_u64, visit_u64, "must be a whole number";
        deserialize_i64, visit_i64, "must be a whole number";
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::RoomId;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Order {
        Asc,
        Desc,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Query {
        #[serde(default)]
        limit: Limit<10, 25>,
        q: String,
        room: Option<RoomId>,
        order: Option<Order>,
        before: Option<u64>,
        joined: Option<bool>,
        #[serde(default)]
        text: Text<3>,
    }

    fn read(text: &str) -> Result<Query> {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        from_params(&pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
    }

    #[test]
    fn parameters_become_fields() {
        let query =
            read("q=a&limit=700000&order=asc&before=7&joined=true&other=1&text=äöü").unwrap();
        assert_eq!((query.limit.get(), query.order, query.before), (25, Some(Order::Asc), Some(7)));
        assert_eq!(query.text.get(), Some("äöü"));
        let query = read("q=&text=").unwrap();
        assert_eq!(query.text.get(), None);
        assert_eq!(
            (query.q.as_str(), query.room, query.order, query.limit.get()),
            ("", None, None, 10)
        );
    }

    #[test]
    fn mistakes_are_named() {
        for (text, name, code) in [
            ("limit=1", "q", "required"),
            ("q=a&limit=0", "limit", "out_of_range"),
            ("q=a&limit=-1", "limit", "invalid"),
            ("q=a&limit=", "limit", "invalid"),
            ("q=a&room=x", "room", "invalid"),
            ("q=a&room=", "room", "invalid"),
            ("q=a&text=four", "text", "too_long"),
            ("q=a&order=up", "order", "invalid"),
            ("q=a&before=1e9", "before", "invalid"),
            ("q=a&joined=1", "joined", "invalid"),
        ] {
            let error = read(text).unwrap_err();
            let field = error.fields.first().unwrap();
            assert_eq!((field.pointer.as_ref(), field.code), (name, code), "{text}: {error}");
        }
    }
}
