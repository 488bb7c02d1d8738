//! CloudFormation's functions, evaluated against parameters, conditions and the resources' names.

use super::names::Names;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What an expression may refer to.
pub struct Scope<'a> {
    /// Parameter values after defaults and overrides.
    pub parameters: &'a BTreeMap<String, Value>,
    /// Conditions already decided.
    pub conditions: &'a BTreeMap<String, bool>,
    /// `Mappings`, as written.
    pub mappings: &'a Value,
    /// What `Ref` and `GetAtt` of a resource give.
    pub names: &'a Names,
}

/// The marker of `AWS::NoValue`: the key that holds it disappears.
const NO_VALUE: &str = "\u{0}AWS::NoValue";

impl Scope<'_> {
    /// Evaluates every function inside `value`.
    ///
    /// # Errors
    /// One clause saying what cannot be resolved.
    pub fn resolve(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::Array(items) => {
                let mut out = Vec::with_capacity(items.len());
                for item in items {
                    let item = self.resolve(item)?;
                    if item != NO_VALUE {
                        out.push(item);
                    }
                }
                Ok(Value::Array(out))
            }
            Value::Object(map) => {
                if let Some((name, argument)) = single(map)
                    && (name == "Ref" || name.starts_with("Fn::"))
                {
                    return self.call(name, argument);
                }
                let mut out = Map::new();
                for (key, item) in map {
                    let item = self.resolve(item)?;
                    if item != NO_VALUE {
                        out.insert(key.clone(), item);
                    }
                }
                Ok(Value::Object(out))
            }
            plain => Ok(plain.clone()),
        }
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Value, String> {
        match name {
            "Ref" => self.reference(argument.as_str().ok_or("Ref needs a name")?),
            "Fn::GetAtt" => {
                let parts = self.resolve(argument)?;
                let id = parts.get(0).and_then(Value::as_str).ok_or("GetAtt needs a resource")?;
                let attribute =
                    parts.get(1).and_then(Value::as_str).ok_or("GetAtt needs an attribute")?;
                self.names.attribute(id, attribute).map(Value::String)
            }
            "Fn::Sub" => self.substitute(argument),
            "Fn::Join" => {
                let parts = self.resolve(argument)?;
                let separator =
                    parts.get(0).and_then(Value::as_str).ok_or("Join needs a separator")?;
                let items = parts.get(1).and_then(Value::as_array).ok_or("Join needs a list")?;
                let items: Vec<String> = items.iter().map(text).collect();
                Ok(Value::String(items.join(separator)))
            }
            "Fn::Split" => {
                let parts = self.resolve(argument)?;
                let separator =
                    parts.get(0).and_then(Value::as_str).ok_or("Split needs a separator")?;
                let whole = parts.get(1).map(text).ok_or("Split needs a text")?;
                Ok(whole.split(separator).map(Value::from).collect())
            }
            "Fn::Select" => {
                let parts = self.resolve(argument)?;
                let index: usize = parts
                    .get(0)
                    .map(text)
                    .and_then(|at| at.parse().ok())
                    .ok_or("Select needs an index")?;
                parts
                    .get(1)
                    .and_then(|list| list.get(index))
                    .cloned()
                    .ok_or("Select is out of range".into())
            }
            "Fn::If" => {
                let condition =
                    argument.get(0).and_then(Value::as_str).ok_or("If needs a condition")?;
                let branch = if self.condition(condition)? { 1 } else { 2 };
                self.resolve(argument.get(branch).ok_or("If needs two branches")?)
            }
            "Fn::FindInMap" => {
                let keys = self.resolve(argument)?;
                let mut at = self.mappings;
                for key in keys.as_array().ok_or("FindInMap needs three keys")? {
                    at = at.get(text(key)).ok_or_else(|| format!("the mapping has no {key}"))?;
                }
                Ok(at.clone())
            }
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => Ok(Value::Bool(
                self.decide(&Value::Object(Map::from_iter([(name.into(), argument.clone())])))?,
            )),
            other => Err(format!("the function {other} is not supported")),
        }
    }

    /// Evaluates a condition's expression.
    ///
    /// # Errors
    /// One clause saying what is wrong with it.
    pub fn decide(&self, expression: &Value) -> Result<bool, String> {
        let (name, argument) =
            expression.as_object().and_then(single).ok_or("a condition is one function")?;
        let list = || argument.as_array().ok_or_else(|| format!("{name} needs a list"));
        match name {
            "Condition" => self.condition(argument.as_str().unwrap_or_default()),
            "Fn::Equals" => {
                let parts = self.resolve(argument)?;
                Ok(parts.get(0).map(text) == parts.get(1).map(text))
            }
            "Fn::Not" => Ok(!self.decide(argument.get(0).ok_or("Not needs a condition")?)?),
            "Fn::And" => list()?.iter().try_fold(true, |all, one| Ok(self.decide(one)? && all)),
            "Fn::Or" => list()?.iter().try_fold(false, |any, one| Ok(self.decide(one)? || any)),
            other => Err(format!("the condition function {other} is not supported")),
        }
    }

    fn condition(&self, name: &str) -> Result<bool, String> {
        self.conditions.get(name).copied().ok_or_else(|| format!("there is no condition {name}"))
    }

    fn reference(&self, name: &str) -> Result<Value, String> {
        if name == "AWS::NoValue" {
            return Ok(Value::from(NO_VALUE));
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        self.names.reference(name).map(Value::String)
    }

    /// `${Name}`, `${Resource.Attribute}`, `${!Literal}`.
    fn substitute(&self, argument: &Value) -> Result<Value, String> {
        let (pattern, extra) = match argument {
            Value::String(pattern) => (pattern.as_str(), None),
            Value::Array(parts) => (
                parts.first().and_then(Value::as_str).ok_or("Sub needs a text")?,
                parts.get(1).and_then(Value::as_object),
            ),
            _ => return Err("Sub needs a text".into()),
        };
        let mut out = String::with_capacity(pattern.len());
        let mut rest = pattern;
        while let Some(start) = rest.find("${") {
            out.push_str(&rest[..start]);
            let end = rest[start..]
                .find('}')
                .ok_or_else(|| format!("Sub has an open brace in {pattern:?}"))?;
            let name = &rest[start + 2..start + end];
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str("${");
                out.push_str(literal);
                out.push('}');
            } else if let Some(value) = extra.and_then(|extra| extra.get(name)) {
                out.push_str(&text(&self.resolve(value)?));
            } else if let (Some((id, attribute)), false) =
                (name.split_once('.'), name.starts_with("AWS::"))
            {
                out.push_str(&self.names.attribute(id, attribute)?);
            } else {
                out.push_str(&text(&self.reference(name)?));
            }
            rest = &rest[start + end + 1..];
        }
        out.push_str(rest);
        Ok(Value::String(out))
    }
}

fn single(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    if map.len() == 1 {
        map.iter().next().map(|(name, value)| (name.as_str(), value))
    } else {
        None
    }
}

/// A scalar as CloudFormation would write it into a text.
#[must_use]
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
