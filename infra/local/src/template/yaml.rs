//! YAML with CloudFormation's short tags, brought to the long form in JSON: `!Ref X` becomes
//! `{"Ref": "X"}` and `!Sub …` becomes `{"Fn::Sub": …}`, so that later steps know one notation.

use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;

/// Parses a template's text.
///
/// # Errors
/// The parser's message with line and column, or what has no counterpart in JSON.
pub fn parse(text: &str) -> Result<Value, String> {
    let yaml: Yaml = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
    normalise(yaml)
}

fn normalise(yaml: Yaml) -> Result<Value, String> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(flag) => Value::Bool(flag),
        Yaml::Number(number) => serde_json::to_value(number).map_err(|error| error.to_string())?,
        Yaml::String(text) => Value::String(text),
        Yaml::Sequence(items) => {
            Value::Array(items.into_iter().map(normalise).collect::<Result<_, _>>()?)
        }
        Yaml::Mapping(pairs) => {
            let mut map = Map::new();
            for (key, value) in pairs {
                map.insert(key_text(&key)?, normalise(value)?);
            }
            Value::Object(map)
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            long_form(tag.trim_start_matches('!'), normalise(tagged.value)?)
        }
    })
}

fn key_text(key: &Yaml) -> Result<String, String> {
    match key {
        Yaml::String(text) => Ok(text.clone()),
        Yaml::Number(number) => Ok(number.to_string()),
        Yaml::Bool(flag) => Ok(flag.to_string()),
        other => Err(format!("a key must be text, found {other:?}")),
    }
}

fn long_form(tag: &str, value: Value) -> Value {
    let (name, value) = match tag {
        "Ref" | "Condition" => (tag.to_owned(), value),
        "GetAtt" => {
            // The short form writes `Resource.Attribute`; only the first dot separates.
            let parts = match &value {
                Value::String(text) => match text.split_once('.') {
                    Some((id, attribute)) => Value::from(vec![id, attribute]),
                    None => value,
                },
                _ => value,
            };
            ("Fn::GetAtt".to_owned(), parts)
        }
        other => (format!("Fn::{other}"), value),
    };
    Value::Object(Map::from_iter([(name, value)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_tags_become_long_names() {
        let value =
            parse("a: !Ref X\nb: !GetAtt Q.Arn\nc: !Sub 'x-${Y}'\nd: !Join ['-', [a, !Ref B]]\n")
                .expect("valid");
        assert_eq!(
            value,
            json!({"a": {"Ref": "X"}, "b": {"Fn::GetAtt": ["Q", "Arn"]}, "c": {"Fn::Sub": "x-${Y}"},
                   "d": {"Fn::Join": ["-", ["a", {"Ref": "B"}]]}})
        );
    }
}
