//! Mappings: which fields an index has, and how each is looked for.

use super::refusal::Refusal;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, schema::OwnedValue};

/// How a field is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words between spaces; with positions if phrases can be looked for.
    Text {
        /// Whether phrases can be looked for.
        positions: bool,
    },
    /// One or several whole values.
    Keyword,
    /// A whole number; a date is one, in milliseconds.
    Number,
}

/// The fields of an index, by name.
pub struct Mapping {
    /// The engine's schema.
    pub schema: Schema,
    /// The document's id.
    pub id: Field,
    /// Its version.
    pub version: Field,
    fields: BTreeMap<String, (Field, Kind)>,
}

/// The column with the version; no field of a document is called so.
pub const VERSION: &str = "_version";

impl Mapping {
    /// Reads the `mappings` of a new index. What would be looked for otherwise than here is refused.
    pub fn read(mappings: &Value) -> Result<Self, Refusal> {
        only(mappings, &["dynamic", "_source", "properties"], "mappings")?;
        // Documents have no other fields, and are not given back.
        if mappings.get("dynamic").is_none_or(|dynamic| dynamic != "strict") {
            return Err(Refusal::argument("this engine wants [dynamic] to be [strict]"));
        }
        if mappings.pointer("/_source/enabled") != Some(&Value::Bool(false)) {
            return Err(Refusal::argument("this engine keeps no [_source]"));
        }
        let mut builder = Schema::builder();
        let id = builder.add_text_field("_id", STRING | STORED);
        let version = builder.add_i64_field(VERSION, FAST);
        let mut fields = BTreeMap::new();
        let properties = mappings.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let kind = kind(name, property)?;
            let field = match kind {
                Kind::Text { positions } => {
                    let option = match positions {
                        true => IndexRecordOption::WithFreqsAndPositions,
                        false => IndexRecordOption::WithFreqs,
                    };
                    let indexing = TextFieldIndexing::default()
                        .set_tokenizer("whitespace")
                        .set_index_option(option);
                    builder
                        .add_text_field(name, TextOptions::default().set_indexing_options(indexing))
                }
                Kind::Keyword => builder.add_text_field(name, STRING),
                Kind::Number => builder.add_i64_field(name, INDEXED | FAST),
            };
            fields.insert(name.clone(), (field, kind));
        }
        Ok(Self { schema: builder.build(), id, version, fields })
    }

    /// A field by name.
    pub fn field(&self, name: &str) -> Option<(Field, Kind)> {
        self.fields.get(name).copied()
    }

    /// A document of the engine's.
    pub fn document(
        &self,
        id: &str,
        version: i64,
        source: &Value,
    ) -> Result<TantivyDocument, Refusal> {
        let wrong =
            |reason: String| Refusal { status: 400, kind: "mapper_parsing_exception", reason };
        let source = source.as_object().ok_or_else(|| wrong("a document is an object".into()))?;
        let mut document = TantivyDocument::new();
        document.add_text(self.id, id);
        document.add_i64(self.version, version);
        for (name, value) in source {
            let Some((field, kind)) = self.field(name) else {
                return Err(Refusal {
                    status: 400,
                    kind: "strict_dynamic_mapping_exception",
                    reason: format!("dynamic introduction of [{name}] is not allowed"),
                });
            };
            let values = match value {
                Value::Array(all) => all.as_slice(),
                one => std::slice::from_ref(one),
            };
            for value in values {
                let value = match (kind, value) {
                    (Kind::Text { .. } | Kind::Keyword, Value::String(text)) => {
                        OwnedValue::Str(text.clone())
                    }
                    (Kind::Number, value) if value.is_i64() => {
                        OwnedValue::I64(value.as_i64().unwrap_or_default())
                    }
                    _ => return Err(wrong(format!("failed to parse field [{name}]"))),
                };
                document.add_field_value(field, &value);
            }
        }
        Ok(document)
    }
}

fn kind(name: &str, property: &Value) -> Result<Kind, Refusal> {
    let text = |key: &str| property.get(key).and_then(Value::as_str);
    match text("type") {
        Some("text") => {
            only(property, &["type", "analyzer", "index_options", "norms"], name)?;
            if text("analyzer") != Some("whitespace") {
                let reason = format!("[{name}]: this engine has the analyzer [whitespace] only");
                return Err(Refusal::argument(reason));
            }
            match text("index_options") {
                None | Some("positions") => Ok(Kind::Text { positions: true }),
                Some("docs" | "freqs") => Ok(Kind::Text { positions: false }),
                Some(_) => Err(Refusal::argument(format!("[{name}]: unknown [index_options]"))),
            }
        }
        Some("keyword") => only(property, &["type"], name).map(|()| Kind::Keyword),
        Some("long") => only(property, &["type"], name).map(|()| Kind::Number),
        Some("date") if text("format") == Some("epoch_millis") => {
            only(property, &["type", "format"], name).map(|()| Kind::Number)
        }
        _ => Err(Refusal::argument(format!("[{name}] has a type this engine does not do"))),
    }
}

/// Refuses members that are not known here.
pub fn only(value: &Value, known: &[&str], place: &str) -> Result<(), Refusal> {
    let empty = Map::new();
    let members = value.as_object().unwrap_or(&empty);
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        Some(other) => Err(Refusal::parsing(format!("[{place}] does not take [{other}] here"))),
        None => Ok(()),
    }
}
