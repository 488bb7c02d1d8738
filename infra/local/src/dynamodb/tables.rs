//! The template's tables: created once, afterwards compared, so that a changed key or a dropped index
//! is noticed at start and not as missing data.

use crate::template::model::TableSpec;
use dynoxide::Database;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn request<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// Creates the table, or checks that the one in the file fits; a new index is added to it.
pub(super) fn ensure(database: &Database, spec: &TableSpec) -> Result<(), String> {
    let failed = |error: String| format!("table {}: {error}", spec.name);
    let name = json!({ "TableName": spec.name });
    let found = database.describe_table(request(name.clone()).map_err(failed)?);
    match found {
        Ok(found) => {
            let found = serde_json::to_value(&found).map_err(|error| failed(error.to_string()))?;
            compare(database, spec, &found["Table"])?;
        }
        Err(_) => {
            let create = request(spec.create.clone()).map_err(failed)?;
            database.create_table(create).map_err(|error| failed(error.to_string()))?;
        }
    }
    if let Some(attribute) = &spec.ttl {
        let described = database.describe_time_to_live(request(name).map_err(failed)?).ok();
        let described =
            described.and_then(|found| serde_json::to_value(&found).ok()).unwrap_or(Value::Null);
        let current =
            described.pointer("/TimeToLiveDescription/AttributeName").and_then(Value::as_str);
        match current {
            Some(current) if current == attribute => {}
            Some(current) => {
                return Err(failed(format!(
                    "its data expires by {current}, the template says {attribute}: start with --fresh or change it back"
                )));
            }
            None => {
                let wish = json!({"TableName": spec.name,
                                  "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": true}});
                let wish = request(wish).map_err(failed)?;
                database.update_time_to_live(wish).map_err(|error| failed(error.to_string()))?;
            }
        }
    }
    Ok(())
}

fn compare(database: &Database, spec: &TableSpec, found: &Value) -> Result<(), String> {
    let other = |what: &str| {
        format!(
            "table {}: the one in the data folder has another {what} than the template: start with --fresh, or with another --data",
            spec.name
        )
    };
    if keys(&spec.create["KeySchema"]) != keys(&found["KeySchema"]) {
        return Err(other("key"));
    }
    let wanted = indexes(&spec.create);
    let present = indexes(found);
    for (name, index) in &wanted {
        match present.iter().find(|(other, _)| other == name) {
            Some((_, old)) if keys(&index["KeySchema"]) == keys(&old["KeySchema"]) => {}
            Some(_) => return Err(other(&format!("key of the index {name}"))),
            None => {
                let update = json!({"TableName": spec.name, "AttributeDefinitions": spec.create["AttributeDefinitions"],
                                    "GlobalSecondaryIndexUpdates": [{"Create": index}]});
                let update = request(update)?;
                database
                    .update_table(update)
                    .map_err(|error| format!("table {}: {error}", spec.name))?;
            }
        }
    }
    let view = |table: &Value| table.pointer("/StreamSpecification/StreamViewType").cloned();
    match (view(&spec.create), view(found)) {
        (wanted, present) if wanted == present => Ok(()),
        (Some(_), None) => {
            let update = json!({"TableName": spec.name, "StreamSpecification": spec.create["StreamSpecification"]});
            let update = request(update)?;
            database
                .update_table(update)
                .map_err(|error| format!("table {}: {error}", spec.name))?;
            Ok(())
        }
        _ => Err(other("stream")),
    }
}

fn keys(schema: &Value) -> Vec<(String, String)> {
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let mut all: Vec<_> = schema
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| (text(one, "AttributeName"), text(one, "KeyType")))
        .collect();
    all.sort();
    all
}

fn indexes(table: &Value) -> Vec<(String, Value)> {
    table["GlobalSecondaryIndexes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|index| (index["IndexName"].as_str().unwrap_or_default().to_owned(), index.clone()))
        .collect()
}
