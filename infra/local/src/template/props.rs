//! One resource's resolved properties, with the rule that nothing is overlooked: a property is
//! honoured, known to make no difference on one machine, or refused by name.

use super::intrinsics::text;
use crate::error::StartError;
use serde_json::{Map, Value};

/// Properties of one resource.
pub struct Props {
    /// Logical id.
    pub id: String,
    /// Resource type, with the event's name where it is one.
    pub kind: String,
    map: Map<String, Value>,
}

impl Props {
    /// Wraps resolved properties.
    #[must_use]
    pub fn new(id: &str, kind: &str, value: Value) -> Self {
        let map = match value {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        Self { id: id.to_owned(), kind: kind.to_owned(), map }
    }

    /// Refuses every property that is in neither list.
    ///
    /// # Errors
    /// [`StartError::Unsupported`] naming the first such property.
    pub fn only(&self, honoured: &[&str], without_effect: &[&str]) -> Result<(), StartError> {
        for name in self.map.keys() {
            if !honoured.contains(&name.as_str()) && !without_effect.contains(&name.as_str()) {
                return Err(self.unsupported(name));
            }
        }
        Ok(())
    }

    /// The refusal of a property or value.
    #[must_use]
    pub fn unsupported(&self, what: &str) -> StartError {
        StartError::Unsupported {
            resource: self.id.clone(),
            kind: self.kind.clone(),
            what: what.to_owned(),
        }
    }

    /// The complaint about a property.
    pub fn bad(&self, detail: impl Into<String>) -> StartError {
        StartError::BadResource {
            resource: self.id.clone(),
            kind: self.kind.clone(),
            detail: detail.into(),
        }
    }

    /// A property as it is.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name)
    }

    /// A text, if there.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.map.get(name).filter(|value| !value.is_null()).map(text)
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// When it is missing.
    pub fn need(&self, name: &str) -> Result<String, StartError> {
        self.text(name).ok_or_else(|| self.bad(format!("{name} is missing")))
    }

    /// A whole number; CloudFormation takes it as text too.
    ///
    /// # Errors
    /// When it is something else.
    pub fn number(&self, name: &str) -> Result<Option<u64>, StartError> {
        match self.text(name) {
            None => Ok(None),
            Some(written) => written
                .parse()
                .map(Some)
                .map_err(|_| self.bad(format!("{name} must be a whole number, not {written}"))),
        }
    }

    /// A flag; CloudFormation takes it as text too.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|text| text == "true")
    }

    /// A list of texts; a single text counts as a list of one.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.map.get(name) {
            Some(Value::Array(items)) => items.iter().map(text).collect(),
            None | Some(Value::Null) => Vec::new(),
            Some(one) => vec![text(one)],
        }
    }

    /// Properties inside a property.
    #[must_use]
    pub fn inner(&self, name: &str) -> Option<Self> {
        self.map
            .get(name)
            .map(|value| Self::new(&self.id, &format!("{}.{name}", self.kind), value.clone()))
    }
}
