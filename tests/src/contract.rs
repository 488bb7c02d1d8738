//! The contracts, held against everything that goes over the wire: `docs/openapi.json` against every answer and
//! every request that was accepted, `docs/asyncapi.json` against every frame of the server.
//!
//! The driver calls this for each of them, so no test can forget it. The documents are those that are checked
//! in: that they are what the types say is the business of `cargo xtask contracts --check`.

use crate::answer::Answer;
use crate::api::Payload;
use crate::stack::project_folder;
use jsonschema::{Registry, Validator};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

const OPENAPI: &str = "parlance:openapi";
const ASYNCAPI: &str = "parlance:asyncapi";

/// What the stack on one machine serves beside the deployment: its diagnostics, Lambda's own API, and the
/// search domain.
const LOCAL: [&str; 3] = ["/_local/", "/2015-03-31/", "/opensearch/"];

/// Where other protocols are spoken: their contracts are documents of their own.
const FACES: [&str; 2] = ["/api/", "/oauth/"];

static OFF: AtomicBool = AtomicBool::new(false);

/// Checks nothing from now on: for what measures, where the checking would be measured too.
pub fn off() {
    OFF.store(true, Ordering::Relaxed);
}

/// Both documents, and the validators made so far by the place of their schema.
struct Contract {
    openapi: Value,
    asyncapi: Value,
    registry: Registry<'static>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

fn contract() -> Option<&'static Contract> {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    if OFF.load(Ordering::Relaxed) {
        return None;
    }
    Some(CONTRACT.get_or_init(|| {
        let (openapi, asyncapi) = (load("docs/openapi.json"), load("docs/asyncapi.json"));
        let registry = Registry::new()
            .add(OPENAPI, openapi.clone())
            .and_then(|registry| registry.add(ASYNCAPI, asyncapi.clone()))
            .and_then(|registry| registry.prepare())
            .expect("documents whose references lead somewhere");
        Contract { openapi, asyncapi, registry, validators: Mutex::default() }
    }))
}

fn load(file: &str) -> Value {
    let text = std::fs::read_to_string(project_folder().join(file))
        .unwrap_or_else(|error| panic!("{file}: {error}; `cargo xtask contracts` writes it"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Holds one answer, and the request if it was accepted, against the OpenAPI document.
///
/// # Errors
/// Operation, status and pointer of what is not as documented.
pub fn answer(method: &str, path: &str, sent: &Payload, answer: &Answer) -> Result<(), String> {
    match contract() {
        Some(contract) => contract
            .check_answer(method, path, sent, answer)
            .map_err(|wrong| format!("{} is not as docs/openapi.json says: {wrong}", answer.what)),
        None => Ok(()),
    }
}

/// Holds a frame from the server against the AsyncAPI document. `asked` is the frame it answers, where known.
///
/// # Errors
/// What is not as documented.
pub fn frame(frame: &Value, asked: Option<&Value>) -> Result<(), String> {
    match contract() {
        Some(contract) => contract.check_frame(frame, asked).map_err(|wrong| {
            format!("a frame is not as docs/asyncapi.json says: {wrong}: {frame:.500}")
        }),
        None => Ok(()),
    }
}

impl Contract {
    fn check_answer(
        &self,
        method: &str,
        path: &str,
        sent: &Payload,
        answer: &Answer,
    ) -> Result<(), String> {
        let status = answer.status;
        if LOCAL.iter().chain(&FACES).any(|prefix| path.starts_with(prefix)) {
            return Ok(());
        }
        let method = method.to_lowercase();
        let Some((template, operation)) = self.operation(&method, path) else {
            // What no route answers is answered by the fallback, and 204 is a preflight.
            let expected = matches!(status, 204 | 404 | 405);
            return if expected { Ok(()) } else { Err(format!("undocumented, yet {status}")) };
        };
        let stem = text(&operation["operationId"]);
        let place = format!("/paths/{}/{method}", escape(template));
        if (200..300).contains(&status)
            && let Some(body) = json_of(sent)
        {
            let schema = format!("{OPENAPI}#{place}/requestBody/content/application~1json/schema");
            if operation.pointer("/requestBody/content/application~1json").is_some() {
                self.validate(&schema, &trimmed(body.clone())).map_err(|wrong| {
                    format!("{stem} accepted a body that does not fit: {wrong} in {body:.300}")
                })?;
            }
        }
        if status >= 400 && answer.json["message"].is_string() && answer.json["code"].is_null() {
            // The gateway's own words, not a function's: tests that meet them say so themselves.
            return Ok(());
        }
        let documented = &operation["responses"][status.to_string()];
        if documented.is_null() {
            return Err(format!("{stem} does not document {status}: {:.300}", answer.text));
        }
        let (place, documented) = match documented["$ref"].as_str() {
            Some(shared) => {
                let place = shared.trim_start_matches('#').to_owned();
                let found =
                    self.openapi.pointer(&place).ok_or("a shared answer that is not there")?;
                (place, found)
            }
            None => (format!("{place}/responses/{status}"), documented),
        };
        let kind = answer.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let Some(content) = documented["content"].as_object() else {
            let empty = answer.text.is_empty();
            return if empty {
                Ok(())
            } else {
                Err(format!("{stem} {status} should have no body"))
            };
        };
        if !content.contains_key(kind) {
            if content.contains_key("*/*") {
                return Ok(());
            }
            return Err(format!("{stem} {status} does not document the content type {kind:?}"));
        }
        if content[kind]["schema"].is_null() {
            return Ok(());
        }
        let schema = format!("{OPENAPI}#{place}/content/{}/schema", escape(kind));
        self.validate(&schema, &answer.json)
            .map_err(|wrong| format!("{stem} {status}: {wrong} in {:.500}", answer.text))
    }

    /// The path and the operation that serve a request: among several that fit, the most literal.
    fn operation(&self, method: &str, path: &str) -> Option<(&String, &Value)> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let given: Vec<&str> = path.split('/').collect();
        let variable = |part: &str| part.starts_with('{');
        let fits = |template: &str| {
            let wanted: Vec<&str> = template.split('/').collect();
            wanted.len() == given.len()
                && wanted.iter().zip(&given).all(|(wanted, given)| {
                    if variable(wanted) { !given.is_empty() } else { wanted == given }
                })
        };
        let paths = self.openapi["paths"].as_object()?.iter();
        paths
            .filter_map(|(template, item)| Some((template, item.get(method)?)))
            .filter(|(template, _)| fits(template))
            .min_by_key(|(template, _)| template.split('/').filter(|part| variable(part)).count())
    }

    fn check_frame(&self, frame: &Value, asked: Option<&Value>) -> Result<(), String> {
        let kind = text(&frame["type"]);
        if kind.is_empty() && frame["message"].is_string() {
            return Ok(()); // The gateway's own words; they are counted elsewhere.
        }
        let asked_kind = asked.map(|asked| text(&asked["type"])).unwrap_or_default();
        let known = |name: &str| !self.asyncapi["components"]["messages"][name].is_null();
        let name = match kind {
            "pong" => "ping_answer".to_owned(),
            "error" if known(&format!("{asked_kind}_error")) => format!("{asked_kind}_error"),
            "ack" if known(&format!("{asked_kind}_answer")) => format!("{asked_kind}_answer"),
            "ack" => return Ok(()), // To a text that the test wrote itself: nobody knows to which.
            _ => kind.to_owned(),
        };
        if !known(&name) {
            return Err(format!("{kind:?} is not documented"));
        }
        let wrong = match self.validate(&schema_of(&name), frame) {
            Ok(()) => None,
            Err(wrong) => Some(self.within(frame).unwrap_or(wrong)),
        };
        if let Some(wrong) = wrong {
            return Err(format!("{name}: {wrong}"));
        }
        if let (true, Some(asked)) = (kind == "ack", asked) {
            self.validate(&schema_of(asked_kind), &trimmed(asked.clone())).map_err(|wrong| {
                format!("{asked_kind} was accepted but does not fit: {wrong} in {asked:.300}")
            })?;
        }
        Ok(())
    }

    /// What is wrong with an event inside a frame: "fits none of thirty kinds" would help nobody.
    fn within(&self, frame: &Value) -> Option<String> {
        let inner = [frame.pointer("/events"), frame.pointer("/data/events")];
        let mut events = inner.into_iter().flatten().flat_map(|events| events.as_array()).flatten();
        events.find_map(|event| self.check_frame(event, None).err())
    }

    fn validate(&self, schema: &str, value: &Value) -> Result<(), String> {
        let validator = self.validator(schema)?;
        let mut wrong = validator.iter_errors(value).map(|error| {
            let at = error.instance_path().to_string();
            format!("{} {error:.300}", if at.is_empty() { "/" } else { &at })
        });
        wrong.next().map_or(Ok(()), Err)
    }

    fn validator(&self, schema: &str) -> Result<Arc<Validator>, String> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = validators.get(schema) {
            return Ok(Arc::clone(validator));
        }
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .build(&json!({"$ref": schema}))
            .map_err(|error| format!("no schema at {schema}: {error}"))?;
        let validator = Arc::new(validator);
        validators.insert(schema.to_owned(), Arc::clone(&validator));
        Ok(validator)
    }
}

/// A body whose texts are trimmed: that is how the server counts their lengths.
fn trimmed(value: Value) -> Value {
    match value {
        Value::String(text) => text.trim().into(),
        Value::Array(items) => items.into_iter().map(trimmed).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, trimmed(member))).collect()
        }
        other => other,
    }
}

fn schema_of(message: &str) -> String {
    format!("{ASYNCAPI}#/components/messages/{}/payload", escape(message))
}

/// One step of a JSON pointer inside a reference.
fn escape(step: &str) -> String {
    let step = step.replace('~', "~0").replace('/', "~1");
    step.replace('{', "%7B").replace('}', "%7D").replace('*', "%2A")
}

fn json_of(sent: &Payload) -> Option<Value> {
    match sent {
        Payload::Json(value) => Some(value.clone()),
        Payload::Raw(kind, bytes) if kind.starts_with("application/json") => {
            serde_json::from_slice(bytes).ok()
        }
        Payload::Raw(..) | Payload::None => None,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderMap;

    fn got(status: u16, kind: &str, body: Value) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", kind.parse().unwrap());
        let text = if body.is_null() { String::new() } else { body.to_string() };
        Answer { what: "GET /x".into(), status, headers, bytes: Vec::new(), text, json: body }
    }

    const JSON: &str = "application/json";

    #[test]
    fn answers_are_held_against_their_operation() {
        let healthy = json!({"status": "ok", "version": "1"});
        let check = |path: &str, reply: Answer| answer("GET", path, &Payload::None, &reply);
        check("/healthz", got(200, JSON, healthy.clone())).unwrap();
        for (reply, wrong) in [
            (got(200, JSON, json!({"status": "ok"})), "version"),
            (got(200, JSON, json!({"status": "ok", "version": "1", "more": 1})), "more"),
            (got(200, "text/plain", healthy.clone()), "content type"),
            (got(202, JSON, healthy), "202"),
        ] {
            let said = check("/healthz", reply).unwrap_err();
            assert!(said.contains("healthz") && said.contains(wrong), "{wrong}: {said}");
        }
        check("/openapi.json?x=1", got(304, JSON, Value::Null)).unwrap();
        check("/nowhere", got(404, JSON, json!({}))).unwrap();
        assert!(check("/nowhere", got(200, JSON, json!({}))).is_err());
        let said = check("/rooms/public", got(200, JSON, json!({}))).unwrap_err();
        assert!(said.contains("list_public_rooms"), "{said}");
    }

    #[test]
    fn accepted_requests_fit_too() {
        let sent = Payload::Json(json!({"content": 1}));
        let reply = got(201, JSON, json!({}));
        let said = answer("POST", "/rooms/x/messages", &sent, &reply).unwrap_err();
        assert!(said.contains("accepted a body") && said.contains("/content"), "{said}");
    }

    #[test]
    fn frames_are_held_against_their_kind() {
        let ts = "2026-11-20T13:20:01.123Z";
        frame(&json!({"type": "session_expired", "ts": ts, "data": {}}), None).unwrap();
        let room = "0198c0de-7b0a-7c3e-8f00-0000000000aa";
        let join = json!({"type": "join_room", "room_id": room, "ref": "1"});
        let ack = |data: Value| json!({"type": "ack", "ref": "1", "ts": ts, "data": data});
        frame(&ack(json!({"room_id": room, "last_seq": 7})), Some(&join)).unwrap();
        let untyped = json!({"type": "invented", "ts": ts, "data": {}});
        let inside = json!({"type": "batch", "events": [untyped]});
        for (wrong, asked, named) in [
            (json!({"type": "session_expired", "data": {}}), None, "ts"),
            (json!({"type": "session_expired", "ts": ts, "data": {"a": 1}}), None, "/data"),
            (untyped, None, "not documented"),
            (inside, None, "invented"),
            (ack(json!({"room_id": room})), Some(&join), "last_seq"),
            (
                json!({"type": "error", "ref": "1", "ts": ts, "data": {"code": "username_taken",
                "message": "m"}}),
                Some(&join),
                "/data/code",
            ),
        ] {
            let said = frame(&wrong, asked).unwrap_err();
            assert!(said.contains(named), "{named}: {said}");
        }
    }
}
