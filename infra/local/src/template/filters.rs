//! Filter criteria of event sources: patterns that a record must fit to reach the function.

use serde_json::Value;

/// One pattern: an object like the record, with a list of rules at each leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<(String, Node)>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Inner(Pattern),
    AnyOf(Vec<Rule>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Is(Value),
    Prefix(String),
    Suffix(String),
    Exists(bool),
    IsNot(Vec<Value>),
}

impl Pattern {
    /// Reads the text of a `Pattern`.
    ///
    /// # Errors
    /// One clause naming what is wrong or not done here.
    pub fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| format!("the filter pattern is not JSON: {error}"))?;
        Self::of(&value)
    }

    fn of(value: &Value) -> Result<Self, String> {
        let object = value.as_object().ok_or("a filter pattern is an object")?;
        let node = |(name, value): (&String, &Value)| {
            let node = match value {
                Value::Object(_) => Node::Inner(Self::of(value)?),
                Value::Array(rules) if !rules.is_empty() => {
                    Node::AnyOf(rules.iter().map(rule).collect::<Result<_, _>>()?)
                }
                _ => return Err(format!("the filter pattern's {name} is neither object nor list")),
            };
            Ok((name.clone(), node))
        };
        object.iter().map(node).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a record fits.
    #[must_use]
    pub fn fits(&self, record: &Value) -> bool {
        self.0.iter().all(|(name, node)| {
            let value = record.get(name);
            match node {
                Node::Inner(pattern) => pattern.fits(value.unwrap_or(&Value::Null)),
                Node::AnyOf(rules) => rules.iter().any(|rule| rule.fits(value)),
            }
        })
    }
}

fn rule(value: &Value) -> Result<Rule, String> {
    let Some(object) = value.as_object() else { return Ok(Rule::Is(value.clone())) };
    let mut members = object.iter();
    let (Some((name, inner)), None) = (members.next(), members.next()) else {
        return Err("a filter rule has one member".to_owned());
    };
    match (name.as_str(), inner) {
        ("prefix", Value::String(text)) => Ok(Rule::Prefix(text.clone())),
        ("suffix", Value::String(text)) => Ok(Rule::Suffix(text.clone())),
        ("exists", Value::Bool(there)) => Ok(Rule::Exists(*there)),
        ("anything-but", Value::Array(values)) if !values.iter().any(Value::is_object) => {
            Ok(Rule::IsNot(values.clone()))
        }
        _ => Err(format!("the filter rule {name} is not supported")),
    }
}

impl Rule {
    fn fits(&self, value: Option<&Value>) -> bool {
        let text = value.and_then(Value::as_str);
        match self {
            Self::Is(wanted) => value == Some(wanted),
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix)),
            // Only leaves exist, as in EventBridge's patterns.
            Self::Exists(there) => value.is_some_and(|value| !value.is_object()) == *there,
            Self::IsNot(others) => value.is_some_and(|value| !others.contains(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn records_fit_or_do_not() {
        let record = json!({"eventName": "INSERT", "dynamodb": {
            "Keys": {"SK": {"S": "M#000000000007"}}, "NewImage": {"deleted_at": {"N": "1"}}}});
        for (pattern, fits) in [
            (json!({}), true),
            (json!({"eventName": ["INSERT", "MODIFY"]}), true),
            (json!({"eventName": ["REMOVE"]}), false),
            (json!({"dynamodb": {"Keys": {"SK": {"S": [{"prefix": "M#"}]}}}}), true),
            (
                json!({"dynamodb": {"Keys": {"SK": {"S": [{"prefix": "E#"}, {"suffix": "7"}]}}}}),
                true,
            ),
            (json!({"dynamodb": {"Keys": {"SK": {"S": ["ROOM"]}}}}), false),
            (json!({"dynamodb": {"NewImage": {"deleted_at": {"N": [{"exists": true}]}}}}), true),
            (json!({"dynamodb": {"NewImage": {"body": {"S": [{"exists": true}]}}}}), false),
            (json!({"dynamodb": {"OldImage": {"body": {"S": [{"exists": false}]}}}}), true),
            (json!({"eventName": [{"anything-but": ["REMOVE"]}]}), true),
            (json!({"eventName": ["INSERT"], "eventID": ["1"]}), false),
        ] {
            assert_eq!(Pattern::of(&pattern).unwrap().fits(&record), fits, "{pattern}");
        }
    }

    #[test]
    fn what_is_not_done_is_refused() {
        for bad in [
            "",
            "[]",
            "{\"a\": \"b\"}",
            "{\"a\": []}",
            "{\"a\": [{\"numeric\": [\">\", 1]}]}",
            "{\"a\": [{\"prefix\": {\"equals-ignore-case\": \"x\"}}]}",
        ] {
            assert!(Pattern::read(bad).is_err(), "{bad}");
        }
    }
}
