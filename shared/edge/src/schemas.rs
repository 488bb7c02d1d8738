//! Schemas of the types on the wire, with one name for each type over all binaries.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Where the documents keep schemas; OpenAPI and AsyncAPI agree on it.
const PLACE: &str = "#/components/schemas/";

/// Collects the schemas of what a route reads and what it writes.
pub(crate) struct Schemas {
    reads: SchemaGenerator,
    writes: SchemaGenerator,
}

impl Schemas {
    pub(crate) fn new() -> Self {
        let settings = |for_writing: bool| {
            let settings = SchemaSettings::draft2020_12()
                .with(|s| s.definitions_path = "/components/schemas".into());
            if for_writing { settings.for_serialize() } else { settings.for_deserialize() }
        };
        Self { reads: settings(false).into_generator(), writes: settings(true).into_generator() }
    }

    /// The schema of what is read as a `T`: fields we do not know are ignored, so they are allowed.
    pub(crate) fn read<T: JsonSchema>(&mut self) -> Value {
        self.reads.subschema_for::<T>().into()
    }

    /// The schema of what a `T` is written as: nothing but what it says.
    pub(crate) fn written<T: JsonSchema>(&mut self) -> Value {
        closed(self.writes.subschema_for::<T>().into())
    }

    /// Every kind of event by its name, with the schema of its frame.
    pub(crate) fn events(&mut self) -> Vec<(&'static str, Value)> {
        let kinds = chat::event_data::kinds(&mut self.writes).into_iter();
        kinds.map(|(name, schema)| (name, closed(schema.into()))).collect()
    }

    /// The fields of a `T` that is read field by field: name, schema, whether it must be there.
    pub(crate) fn fields<T: JsonSchema>(&mut self) -> Vec<(String, Value, bool)> {
        let whole: Value = T::json_schema(&mut self.reads).into();
        let required =
            |name: &str| whole["required"].as_array().is_some_and(|r| r.contains(&json!(name)));
        let fields = whole["properties"].as_object().cloned().unwrap_or_default();
        fields.into_iter().map(|(name, schema)| (name.clone(), schema, required(&name))).collect()
    }

    /// Everything that was named, by name.
    ///
    /// # Errors
    /// The name of a type that is read otherwise than it is written, or shares its name with another.
    pub(crate) fn named(mut self) -> Result<Map<String, Value>, String> {
        let mut named = self.reads.take_definitions(true);
        for (name, schema) in self.writes.take_definitions(true) {
            let schema = closed(schema);
            match named.get(&name) {
                // An object that is both: what is written is the stricter of the two.
                Some(other) if closed(other.clone()) != schema => {
                    return Err(format!("two schemas are called {name}; rename one of the types"));
                }
                _ => named.insert(name, schema),
            };
        }
        Ok(named)
    }
}

/// Forbids fields that an object's schema does not name.
fn closed(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                // The names of fields are no keywords.
                match member {
                    Value::Object(fields) if name == "properties" => {
                        for field in fields.values_mut() {
                            *field = closed(field.take());
                        }
                    }
                    _ => *member = closed(member.take()),
                }
            }
            if members.get("type").is_some_and(|t| t == "object" || *t == json!(["object", "null"]))
            {
                members.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = closed(item.take())),
        _ => {}
    }
    schema
}

/// Gives types the names of the contracts: `RoomView` is the schema `Room`, and what a route calls its
/// `Body` belongs to that route (`CreateRoomBody`).
pub(crate) fn renamed(document: Value, named: &Map<String, Value>, stem: &str) -> Value {
    let new_name = |name: &str| match name {
        "Body" | "Fields" | "Query" => format!("{}{name}", pascal(stem)),
        _ => name.strip_suffix("View").filter(|short| !short.is_empty()).unwrap_or(name).to_owned(),
    };
    replace(
        document,
        &|text| {
            let name = text.strip_prefix(PLACE).filter(|name| named.contains_key(*name))?;
            Some(format!("{PLACE}{}", new_name(name)))
        },
        &|name| named.contains_key(name).then(|| new_name(name)),
    )
}

fn replace(
    value: Value,
    text: &impl Fn(&str) -> Option<String>,
    key: &impl Fn(&str) -> Option<String>,
) -> Value {
    match value {
        Value::String(s) => text(&s).unwrap_or(s).into(),
        Value::Array(items) => items.into_iter().map(|item| replace(item, text, key)).collect(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, member)| {
                let member = match (name.as_str(), member) {
                    ("schemas", Value::Object(schemas)) => schemas
                        .into_iter()
                        .map(|(name, schema)| {
                            (key(&name).unwrap_or(name), replace(schema, text, key))
                        })
                        .collect::<Map<_, _>>()
                        .into(),
                    (_, member) => replace(member, text, key),
                };
                (name, member)
            });
            Value::Object(members.collect())
        }
        other => other,
    }
}

fn pascal(stem: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    stem.split('_').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_closed_where_they_are_written() {
        let open = json!({"type": "object", "properties": {
            "type": {"type": "string"},
            "properties": {"type": "object", "properties": {"a": true}},
            "map": {"type": "object", "additionalProperties": {"type": "integer"}},
        }});
        let shut = closed(open);
        assert_eq!(shut["additionalProperties"], false);
        assert_eq!(shut["properties"]["properties"]["additionalProperties"], false);
        assert_eq!(shut["properties"]["map"]["additionalProperties"]["type"], "integer");
        assert!(shut["properties"].get("additionalProperties").is_none());
    }

    #[test]
    fn names_are_those_of_the_contract() {
        let named = json!({"RoomView": {}, "Body": {}, "Role": {}});
        let document = json!({
            "operation": {"a": "#/components/schemas/Body", "b": "#/components/schemas/RoomView",
                "c": "RoomView"},
            "schemas": {"RoomView": {"x": {"$ref": "#/components/schemas/Role"}}, "Body": {}, "Role": {}},
        });
        let named = named.as_object().unwrap();
        let expected = json!({
            "operation": {"a": "#/components/schemas/CreateRoomBody",
                "b": "#/components/schemas/Room", "c": "RoomView"},
            "schemas": {"Room": {"x": {"$ref": "#/components/schemas/Role"}}, "CreateRoomBody": {},
                "Role": {}},
        });
        assert_eq!(renamed(document, named, "create_room"), expected);
    }
}
