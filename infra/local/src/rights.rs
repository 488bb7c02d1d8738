//! What each function may call: the statements of its `Policies`, enforced as IAM would. A function whose
//! statement lacks an action or names another resource fails here as it would on AWS, not on the day of the
//! deployment. Callers that are no function of the template (a person's SDK) may do everything. Conditions are not
//! looked at.

use crate::template::model::{FunctionSpec, Statement};
use crate::template::names::{ACCOUNT, REGION, domain_arn, secret_arn};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// An action on a resource, as a policy names them.
pub type Want = (String, String);

/// The statements by function.
#[derive(Debug, Default)]
pub struct Rights {
    by_function: HashMap<String, Vec<Statement>>,
}

impl Rights {
    /// What the template grants.
    #[must_use]
    pub fn of(functions: &[FunctionSpec]) -> Self {
        let by_function =
            functions.iter().map(|spec| (spec.binary.clone(), spec.statements.clone())).collect();
        Self { by_function }
    }

    /// Whether the caller may do all of this.
    ///
    /// # Errors
    /// IAM's sentence about the first thing it may not do.
    pub fn check(&self, caller: Option<&str>, wants: &[Want]) -> Result<(), String> {
        let Some((caller, statements)) =
            caller.and_then(|name| Some((name, self.by_function.get(name)?)))
        else {
            return Ok(());
        };
        for (action, resource) in wants {
            let granted = statements.iter().any(|statement| {
                statement.actions.iter().any(|pattern| matches(pattern, action))
                    && statement.resources.iter().any(|pattern| matches(pattern, resource))
            });
            if !granted {
                return Err(format!(
                    "User: {caller} is not authorized to perform: {action} on resource: {resource} because no \
                     identity-based policy allows the {action} action"
                ));
            }
        }
        Ok(())
    }
}

/// Whether a text fits a pattern of a policy, where `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The parts of a DynamoDB request that say what it touches.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Touched<'a> {
    #[serde(borrow)]
    table_name: Option<&'a str>,
    #[serde(borrow)]
    index_name: Option<&'a str>,
    #[serde(borrow)]
    request_items: BTreeMap<&'a str, IgnoredAny>,
    #[serde(borrow)]
    transact_items: Vec<BTreeMap<&'a str, OfTable<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfTable<'a> {
    #[serde(borrow)]
    table_name: &'a str,
}

/// What a DynamoDB call needs. A transaction needs the actions of its parts, an index its own ARN.
#[must_use]
pub fn dynamodb(operation: &str, body: &[u8]) -> Vec<Want> {
    // What is no request is refused by the engine.
    let Ok(touched) = serde_json::from_slice::<Touched<'_>>(body) else { return Vec::new() };
    let table = |name: &str| format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}");
    let mut wants: Vec<Want> = Vec::new();
    for part in &touched.transact_items {
        for (kind, of) in part {
            let action = match *kind {
                "ConditionCheck" => "dynamodb:ConditionCheckItem".to_owned(),
                kind => format!("dynamodb:{kind}Item"),
            };
            wants.push((action, table(of.table_name)));
        }
    }
    for name in touched.request_items.keys() {
        wants.push((format!("dynamodb:{operation}"), table(name)));
    }
    if let Some(name) = touched.table_name {
        let arn = match touched.index_name {
            Some(index) => format!("{}/index/{index}", table(name)),
            None => table(name),
        };
        wants.push((format!("dynamodb:{operation}"), arn));
    }
    wants.sort_unstable();
    wants.dedup();
    wants
}

/// What a call at the AWS port needs.
#[must_use]
pub fn json_call(service: &str, operation: &str, body: &[u8]) -> Vec<Want> {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
    match service {
        "AmazonSQS" => {
            let url = text("QueueUrl");
            let name = url.rsplit('/').next().unwrap_or_default();
            // A batch needs the right to the single call.
            let action = operation.trim_end_matches("Batch");
            vec![(format!("sqs:{action}"), format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"))]
        }
        "secretsmanager" => {
            let id = text("SecretId");
            let arn = if id.starts_with("arn:") { id } else { secret_arn(&id) };
            vec![(format!("secretsmanager:{operation}"), arn)]
        }
        _ => Vec::new(),
    }
}

/// What a call of `@connections` needs, by its path `/<api>/<stage>/@connections/<id>`.
#[must_use]
pub fn connections(method: &str, path: &str) -> Vec<Want> {
    let mut parts = path.trim_start_matches('/').splitn(3, '/');
    let (api, stage) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let rest = parts.next().unwrap_or_default();
    let arn = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/{stage}/{method}/{rest}");
    vec![("execute-api:ManageConnections".to_owned(), arn)]
}

/// What a call of a search domain needs, by its path `<index>/<call>`.
#[must_use]
pub fn search(method: &str, domain: &str, path: &str) -> Vec<Want> {
    let verb = match method {
        "GET" => "Get",
        "PUT" => "Put",
        "DELETE" => "Delete",
        "HEAD" => "Head",
        _ => "Post",
    };
    vec![(format!("es:ESHttp{verb}"), format!("{}/{path}", domain_arn(domain)))]
}

/// What a call of S3 needs; `copied` is the source of a copy, `/bucket/key`.
#[must_use]
pub fn s3(method: &str, query: &str, bucket: &str, key: &str, copied: Option<&str>) -> Vec<Want> {
    let arn = |object: &str| format!("arn:aws:s3:::{}", object.trim_start_matches('/'));
    if key.is_empty() {
        return vec![("s3:ListBucket".to_owned(), arn(bucket))];
    }
    let tagging = query.split('&').any(|pair| pair.split('=').next() == Some("tagging"));
    let deed = match method {
        "GET" | "HEAD" => "Get",
        "DELETE" => "Delete",
        _ => "Put",
    };
    let action = format!("s3:{deed}Object{}", if tagging { "Tagging" } else { "" });
    let mut wants = vec![(action, arn(&format!("{bucket}/{key}")))];
    wants.extend(copied.map(|source| ("s3:GetObject".to_owned(), arn(source))));
    wants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, fits) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "anything", true),
            ("dynamodb:*Item", "dynamodb:PutItem", true),
            ("dynamodb:*Item", "dynamodb:Query", false),
            ("arn:*:table/T", "arn:aws:dynamodb:r:1:table/T", true),
            ("arn:*:table/T", "arn:aws:dynamodb:r:1:table/T/index/i", false),
            ("api/ws/*/@connections/*", "api/ws/POST/@connections/abc=", true),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_transaction_needs_the_rights_of_its_parts() {
        let body = br#"{"TransactItems":[{"Put":{"TableName":"T","Item":{}}},{"ConditionCheck":{"TableName":"T","Key":{}}},{"Put":{"TableName":"T","Item":{}}}]}"#;
        let actions: Vec<String> =
            dynamodb("TransactWriteItems", body).into_iter().map(|(action, _)| action).collect();
        assert_eq!(actions, ["dynamodb:ConditionCheckItem", "dynamodb:PutItem"]);
    }

    #[test]
    fn an_index_is_a_resource_of_its_own() {
        let wants = dynamodb("Query", br#"{"TableName":"T","IndexName":"i","Limit":1}"#);
        assert_eq!(wants.len(), 1);
        assert!(wants[0].1.ends_with("table/T/index/i"), "{wants:?}");
    }

    #[test]
    fn what_is_not_granted_is_refused() {
        let statement = Statement {
            actions: vec!["dynamodb:GetItem".into()],
            resources: vec!["arn:aws:dynamodb:us-east-1:000000000000:table/T".into()],
        };
        let rights = Rights { by_function: [("f".to_owned(), vec![statement])].into() };
        let get = dynamodb("GetItem", br#"{"TableName":"T"}"#);
        let put = dynamodb("PutItem", br#"{"TableName":"T"}"#);
        let other = dynamodb("GetItem", br#"{"TableName":"U"}"#);
        assert!(rights.check(Some("f"), &get).is_ok());
        assert!(rights.check(Some("f"), &put).is_err());
        assert!(rights.check(Some("f"), &other).is_err());
        assert!(rights.check(Some("somebody"), &put).is_ok());
        assert!(rights.check(None, &put).is_ok());
    }
}
