//! Typed reads and writes of items. An attribute that is missing or of another kind is a fault of
//! ours: the error names the attribute, never its value.

use crate::keys::Key;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ChatError, Result, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

/// An item, or a map within one.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A string value.
pub(crate) fn s(value: impl Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// A number value.
pub(crate) fn n(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A set of numbers; DynamoDB takes no empty one.
pub(crate) fn numbers(values: impl IntoIterator<Item = u64>) -> AttributeValue {
    AttributeValue::Ns(values.into_iter().map(|value| value.to_string()).collect())
}

/// A point in time, as milliseconds since 1970.
pub(crate) fn t(at: Timestamp) -> AttributeValue {
    n(at.ms())
}

fn wrong(name: &str) -> ChatError {
    ChatError::unavailable(format_args!("item: attribute {name} is missing or garbled"))
}

/// An item in the making.
pub(crate) struct Row(Item);

impl Row {
    /// Only the key.
    pub(crate) fn at(key: Key) -> Self {
        Self(HashMap::from([("PK".to_owned(), s(key.pk)), ("SK".to_owned(), s(key.sk))]))
    }

    /// A map that is no item of its own.
    pub(crate) fn map() -> Self {
        Self(HashMap::new())
    }

    pub(crate) fn value(mut self, name: impl Into<String>, value: AttributeValue) -> Self {
        self.0.insert(name.into(), value);
        self
    }

    pub(crate) fn text(self, name: &str, value: impl Display) -> Self {
        self.value(name, s(value))
    }

    /// Left out when there is none.
    pub(crate) fn text_opt(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(crate) fn number(self, name: &str, value: impl Display) -> Self {
        self.value(name, n(value))
    }

    /// Left out when there is none.
    pub(crate) fn number_opt(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.number(name, value),
            None => self,
        }
    }

    pub(crate) fn time(self, name: &str, at: Timestamp) -> Self {
        self.value(name, t(at))
    }

    /// Left out when there is none.
    pub(crate) fn time_opt(self, name: &str, at: Option<Timestamp>) -> Self {
        self.number_opt(name, at.map(Timestamp::ms))
    }

    /// Left out when there are none: DynamoDB keeps no empty sets.
    pub(crate) fn numbers(self, name: &str, values: &[u64]) -> Self {
        if values.is_empty() { self } else { self.value(name, numbers(values.iter().copied())) }
    }

    /// Left out when there are none: DynamoDB keeps no empty sets.
    pub(crate) fn texts(self, name: &str, values: &[impl Display]) -> Self {
        let texts = || values.iter().map(ToString::to_string).collect();
        if values.is_empty() { self } else { self.value(name, AttributeValue::Ss(texts())) }
    }

    /// Any value as JSON text; left out when it is an empty list or none.
    pub(crate) fn json<T: Serialize>(self, name: &str, value: &T) -> Result<Self> {
        let json = serde_json::to_string(value).map_err(|_| wrong(name))?;
        Ok(if matches!(json.as_str(), "null" | "[]") { self } else { self.text(name, json) })
    }

    /// Left out when false.
    pub(crate) fn flag(self, name: &str, on: bool) -> Self {
        if on { self.value(name, AttributeValue::Bool(true)) } else { self }
    }

    /// When the row ends: whole seconds for TTL, exact milliseconds for reads and conditions.
    pub(crate) fn ends(self, at: Timestamp) -> Self {
        self.number("expires_at", at.ttl_seconds()).time("ends_at", at)
    }

    pub(crate) fn build(self) -> Item {
        self.0
    }
}

/// Reads of an item.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a Item);

impl<'a> Fields<'a> {
    pub(crate) fn text_opt(self, name: &str) -> Result<Option<&'a str>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::S(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name)),
        }
    }

    pub(crate) fn text(self, name: &str) -> Result<&'a str> {
        self.text_opt(name)?.ok_or_else(|| wrong(name))
    }

    pub(crate) fn string_opt(self, name: &str) -> Result<Option<String>> {
        Ok(self.text_opt(name)?.map(str::to_owned))
    }

    pub(crate) fn string(self, name: &str) -> Result<String> {
        self.text(name).map(str::to_owned)
    }

    /// A text that one of the domain's types reads.
    pub(crate) fn parsed<T: FromStr>(self, name: &str) -> Result<T> {
        self.text(name)?.parse().map_err(|_| wrong(name))
    }

    pub(crate) fn parsed_opt<T: FromStr>(self, name: &str) -> Result<Option<T>> {
        self.text_opt(name)?.map(str::parse).transpose().map_err(|_| wrong(name))
    }

    /// What [`Row::json`] wrote; the default when it is missing.
    pub(crate) fn json<T: DeserializeOwned + Default>(self, name: &str) -> Result<T> {
        let Some(text) = self.text_opt(name)? else { return Ok(T::default()) };
        serde_json::from_str(text).map_err(|_| wrong(name))
    }

    /// The same, if there is one.
    pub(crate) fn read_opt<T>(
        self,
        name: &str,
        read: impl Fn(&'a str) -> Option<T>,
    ) -> Result<Option<T>> {
        self.text_opt(name)?.map(|text| read(text).ok_or_else(|| wrong(name))).transpose()
    }

    /// A text that `read` understands.
    pub(crate) fn read<T>(self, name: &str, read: impl Fn(&'a str) -> Option<T>) -> Result<T> {
        read(self.text(name)?).ok_or_else(|| wrong(name))
    }

    pub(crate) fn number_opt<T: FromStr>(self, name: &str) -> Result<Option<T>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::N(digits)) => digits.parse().map(Some).map_err(|_| wrong(name)),
            Some(_) => Err(wrong(name)),
        }
    }

    pub(crate) fn number<T: FromStr>(self, name: &str) -> Result<T> {
        self.number_opt(name)?.ok_or_else(|| wrong(name))
    }

    pub(crate) fn time_opt(self, name: &str) -> Result<Option<Timestamp>> {
        Ok(self.number_opt(name)?.map(Timestamp::from_ms))
    }

    pub(crate) fn time(self, name: &str) -> Result<Timestamp> {
        self.time_opt(name)?.ok_or_else(|| wrong(name))
    }

    /// False when it is missing.
    pub(crate) fn flag(self, name: &str) -> Result<bool> {
        match self.0.get(name) {
            None => Ok(false),
            Some(AttributeValue::Bool(on)) => Ok(*on),
            Some(_) => Err(wrong(name)),
        }
    }

    pub(crate) fn map_opt(self, name: &str) -> Result<Option<Fields<'a>>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::M(map)) => Ok(Some(Fields(map))),
            Some(_) => Err(wrong(name)),
        }
    }

    /// The members of a set of strings or numbers; none when it is missing (DynamoDB keeps no empty sets).
    pub(crate) fn set<T: FromStr>(self, name: &str) -> Result<Vec<T>> {
        match self.0.get(name) {
            None => Ok(Vec::new()),
            Some(AttributeValue::Ss(all) | AttributeValue::Ns(all)) => {
                all.iter().map(|one| one.parse().map_err(|_| wrong(name))).collect()
            }
            Some(_) => Err(wrong(name)),
        }
    }

    /// The names in a map.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        self.0.keys().map(String::as_str)
    }

    /// What a part of the key says.
    pub(crate) fn in_key<T>(self, name: &str, read: impl Fn(&'a str) -> Option<T>) -> Result<T> {
        self.read(name, read)
    }

    /// The item's address.
    pub(crate) fn key(self) -> Result<Key> {
        Ok(Key { pk: self.string("PK")?, sk: self.string("SK")? })
    }

    /// Whether the row has not ended at `now`.
    pub(crate) fn stands(self, now: Timestamp) -> Result<bool> {
        Ok(self.time("ends_at")? > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbled_attributes_are_named_and_not_shown() {
        let item = Row::map().text("count", "secret").number("name", 7).build();
        let f = Fields(&item);
        for (name, detail) in [
            ("count", f.number::<u64>("count").unwrap_err().detail),
            ("name", f.text("name").unwrap_err().detail),
            ("gone", f.time("gone").unwrap_err().detail),
            ("count", f.map_opt("count").map(|_| ()).unwrap_err().detail),
            ("name", f.set::<String>("name").unwrap_err().detail),
            ("name", f.flag("name").unwrap_err().detail),
        ] {
            assert!(detail.contains(name), "{detail}");
            assert!(!detail.contains("secret"), "{detail}");
        }
        assert_eq!(f.number_opt::<u64>("gone"), Ok(None));
        assert_eq!(f.text_opt("gone"), Ok(None));
    }

    #[test]
    fn rows_end_exactly() {
        let item = Row::map().ends(Timestamp::from_ms(1_500)).build();
        let f = Fields(&item);
        assert_eq!(f.number::<i64>("expires_at"), Ok(2));
        assert_eq!(f.stands(Timestamp::from_ms(1_499)), Ok(true));
        assert_eq!(f.stands(Timestamp::from_ms(1_500)), Ok(false));
    }
}
