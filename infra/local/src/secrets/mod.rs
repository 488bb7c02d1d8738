//! Secrets Manager: values from the template or made once, kept in one file only its owner can read.

use crate::net::{self, Answer};
use crate::template::model::{GenerateSpec, SecretSpec, SecretValue};
use crate::template::names::secret_arn;
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The secrets of the deployment.
pub struct Secrets {
    values: Map<String, Value>,
}

impl Secrets {
    /// Reads the file, makes what is missing.
    ///
    /// # Errors
    /// One sentence when the file cannot be read or written.
    pub fn open(path: &Path, specs: &[SecretSpec]) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| {
            format!("the secrets' file {} cannot be used: {error}", path.display())
        };
        let mut values: Map<String, Value> = match std::fs::read(path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| failed(&error))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Map::new(),
            Err(error) => return Err(failed(&error)),
        };
        let before = values.clone();
        for spec in specs {
            match &spec.value {
                SecretValue::Given(text) => {
                    values.insert(spec.name.clone(), text.as_str().into());
                }
                SecretValue::Generated(rules) => {
                    values.entry(spec.name.clone()).or_insert_with(|| generate(rules).into());
                }
            }
        }
        if values != before {
            let next = path.with_extension("new");
            let mut file = std::fs::OpenOptions::new()
                .create(true)
                .truncate(true)
                .write(true)
                .mode(0o600)
                .open(&next)
                .map_err(|error| failed(&error))?;
            file.write_all(Value::Object(values.clone()).to_string().as_bytes())
                .map_err(|error| failed(&error))?;
            file.sync_all().map_err(|error| failed(&error))?;
            std::fs::rename(&next, path).map_err(|error| failed(&error))?;
        }
        Ok(Self { values })
    }

    /// Answers `secretsmanager.<operation>`.
    #[must_use]
    pub fn handle(&self, operation: &str, body: &[u8]) -> Answer {
        let request: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let id = request.get("SecretId").and_then(Value::as_str).unwrap_or_default();
        let name = id.rsplit(":secret:").next().unwrap_or(id);
        let refused = |kind: &str, message: &str| {
            let body = json!({"__type": kind, "Message": message}).to_string();
            net::answer(StatusCode::BAD_REQUEST, "application/x-amz-json-1.1", body)
        };
        if operation != "GetSecretValue" {
            return refused(
                "InvalidRequestException",
                &format!("the local stack does not do {operation}"),
            );
        }
        match self.values.get(name) {
            Some(value) => {
                let body = json!({"ARN": secret_arn(name), "Name": name, "SecretString": value,
                                  "VersionId": "00000000-0000-0000-0000-000000000000", "VersionStages": ["AWSCURRENT"]});
                net::answer(StatusCode::OK, "application/x-amz-json-1.1", body.to_string())
            }
            None => refused(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret.",
            ),
        }
    }
}

fn generate(rules: &GenerateSpec) -> String {
    let all: Vec<char> = rules.classes.iter().flatten().copied().collect();
    let secret: String = loop {
        let text: Vec<char> = (0..rules.length).map(|_| all[below(all.len())]).collect();
        let complete = rules.classes.iter().all(|class| text.iter().any(|one| class.contains(one)));
        // A secret shorter than its classes can never have one of each.
        if complete || !rules.each_class || rules.length < rules.classes.len() {
            break text.into_iter().collect();
        }
    };
    match &rules.template {
        None => secret,
        Some((template, key)) => {
            let mut object: Map<String, Value> = serde_json::from_str(template).unwrap_or_default();
            object.insert(key.clone(), secret.into());
            Value::Object(object).to_string()
        }
    }
}

/// An even random number below `limit`, from the system's source.
fn below(limit: usize) -> usize {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX).max(1);
    let fair = u32::MAX - u32::MAX % limit;
    loop {
        // The first four bytes of a random UUID hold no version bits.
        let bytes = uuid::Uuid::new_v4().into_bytes();
        let random = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        if random < fair {
            return (random % limit) as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_once_and_by_the_rules() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secrets.json");
        let hex = GenerateSpec {
            length: 64,
            classes: vec!["abcdef".chars().collect(), "0123456789".chars().collect()],
            each_class: true,
            template: None,
        };
        let specs = [SecretSpec { name: "Key".into(), value: SecretValue::Generated(hex) }];
        let first = Secrets::open(&path, &specs).expect("opens").values["Key"].clone();
        let text = first.as_str().expect("text");
        assert_eq!(text.len(), 64);
        assert!(text.chars().all(|one| one.is_ascii_hexdigit()));
        assert_eq!(Secrets::open(&path, &specs).expect("opens").values["Key"], first);
    }
}
