//! What a route says about itself, for `docs/openapi.json` and `docs/asyncapi.json`.
//!
//! A binary started with the one argument `--describe` prints its description as JSON and ends;
//! `cargo xtask contracts` puts the descriptions of all binaries together. Schemas come from the types
//! that the route reads and writes, so a description cannot say what the code does not do.

use crate::problem::{self, Problem};
use crate::schemas::{Schemas, renamed};
use crate::serve::Exit;
use domain::Code;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

/// What any route may answer.
const ANY: [Code; 2] = [Code::RateLimited, Code::Unavailable];
/// What a route that wants a token may answer besides.
const SIGNED_IN: [Code; 4] =
    [Code::Unauthenticated, Code::TokenInvalid, Code::TokenExpired, Code::SessionRevoked];
/// What a route with a JSON body may answer besides.
const WITH_BODY: [Code; 4] =
    [Code::MalformedJson, Code::ValidationFailed, Code::PayloadTooLarge, Code::UnsupportedType];

/// Describes one REST route.
///
/// ```ignore
/// fn about() -> About {
///     About::rest("POST", "/rooms/{room_id}/join", "Joins a room.")
///         .path::<RoomId>("room_id")
///         .answers::<Joined>(200, "a member, also the second time")
///         .refuses(&[Code::InviteRequired])
/// }
/// ```
pub struct About {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    description: Option<&'static str>,
    open: bool,
    body: Option<Value>,
    body_optional: bool,
    parameters: Vec<Value>,
    answers: BTreeMap<u16, Value>,
    /// The answer that was described last: the one a header belongs to.
    last: u16,
    codes: BTreeSet<&'static str>,
    schemas: Schemas,
}

impl About {
    /// A route by method and path, as `template.yaml` has them, with one sentence. It wants a token.
    pub fn rest(method: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            summary,
            description: None,
            open: false,
            body: None,
            body_optional: false,
            parameters: Vec::new(),
            answers: BTreeMap::new(),
            last: 0,
            codes: BTreeSet::new(),
            schemas: Schemas::new(),
        }
    }

    /// A frame to the server by its `type`, with one sentence.
    pub fn frame(kind: &'static str, summary: &'static str) -> crate::AboutFrame {
        crate::AboutFrame::new(kind, summary)
    }

    /// No token is asked for: the route is served by `serve_open`.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// More than the one sentence, as Markdown.
    #[must_use]
    pub fn notes(mut self, description: &'static str) -> Self {
        self.description = Some(description);
        self
    }

    /// A path parameter. What is not a `T` is unknown: 404.
    #[must_use]
    pub fn path<T: JsonSchema>(mut self, name: &'static str) -> Self {
        let schema = self.schemas.read::<T>();
        self.parameters
            .push(json!({"name": name, "in": "path", "required": true, "schema": schema}));
        self.refuses(&[Code::NotFound])
    }

    /// The JSON body.
    #[must_use]
    pub fn body<T: JsonSchema>(self) -> Self {
        self.body_as::<T>("application/json")
    }

    /// A JSON body that may be left out.
    #[must_use]
    pub fn body_or_none<T: JsonSchema>(mut self) -> Self {
        self.body_optional = true;
        self.body::<T>()
    }

    /// A body of another content type; a route may take several.
    #[must_use]
    pub fn body_as<T: JsonSchema>(mut self, content_type: &'static str) -> Self {
        let schema = self.schemas.read::<T>();
        self.body.get_or_insert_with(|| json!({}))[content_type] = json!({"schema": schema});
        self.refuses(&WITH_BODY)
    }

    /// A body of bytes that are no JSON.
    #[must_use]
    pub fn body_bytes(mut self, content_type: &'static str) -> Self {
        self.body.get_or_insert_with(|| json!({}))[content_type] = json!({});
        self.refuses(&[Code::ValidationFailed, Code::PayloadTooLarge, Code::UnsupportedType])
    }

    /// The query parameters: the fields of `T`, as [`crate::Request::params`] reads them.
    #[must_use]
    pub fn query<T: JsonSchema>(mut self) -> Self {
        for (name, mut schema, required) in self.schemas.fields::<T>() {
            let mut parameter = json!({"name": name, "in": "query", "required": required});
            if let Some(description) = schema.as_object_mut().and_then(|s| s.remove("description"))
            {
                parameter["description"] = description;
            }
            parameter["schema"] = not_null(schema);
            self.parameters.push(parameter);
        }
        self.refuses(&[Code::ValidationFailed])
    }

    /// A request header that is no standard one.
    #[must_use]
    pub fn takes_header<T: JsonSchema>(
        mut self,
        name: &'static str,
        description: &'static str,
    ) -> Self {
        let schema = self.schemas.read::<T>();
        self.parameters.push(
            json!({"name": name, "in": "header", "description": description, "schema": schema}),
        );
        self.refuses(&[Code::ValidationFailed])
    }

    /// A JSON answer; `when` completes "status: …". A route may have several.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self, status: u16, when: &'static str) -> Self {
        let schema = self.schemas.written::<T>();
        let content = json!({"application/json": {"schema": schema}});
        self.answer(status, when, Some(content))
    }

    /// An answer of bytes that are no JSON, with their content type (`*/*` for any).
    #[must_use]
    pub fn answers_bytes(
        self,
        status: u16,
        content_type: &'static str,
        when: &'static str,
    ) -> Self {
        let mut content = Map::new();
        content.insert(content_type.to_owned(), json!({}));
        self.answer(status, when, Some(content.into()))
    }

    /// An answer without a body: a redirection, or 304.
    #[must_use]
    pub fn answers_empty(self, status: u16, when: &'static str) -> Self {
        self.answer(status, when, None)
    }

    fn answer(mut self, status: u16, when: &'static str, content: Option<Value>) -> Self {
        self.last = status;
        let answer = self.answers.entry(status).or_insert_with(|| json!({"description": when}));
        for (content_type, media) in
            content.as_ref().and_then(Value::as_object).into_iter().flatten()
        {
            answer["content"][content_type] = media.clone();
        }
        self
    }

    /// A header of the answer described last.
    #[must_use]
    pub fn header(mut self, name: &'static str, description: &'static str) -> Self {
        let header = json!({"description": description, "schema": {"type": "string"}});
        if let Some(answer) = self.answers.get_mut(&self.last) {
            answer["headers"][name] = header;
        }
        self
    }

    /// Codes that this route adds to those every such route has.
    #[must_use]
    pub fn refuses(mut self, codes: &[Code]) -> Self {
        self.codes.extend(codes.iter().map(|code| code.as_str()));
        self
    }

    /// The description, for the binary called `stem`.
    fn described(mut self, stem: &str) -> Result<Value, String> {
        let mut all = self.refuses_all();
        let mut operation = json!({"operationId": stem, "summary": self.summary});
        if let Some(description) = self.description {
            operation["description"] = description.into();
        }
        if self.open {
            operation["security"] = json!([]);
        }
        self.check_path(stem)?;
        if self.answers.is_empty() {
            return Err(format!("{stem} describes no answer"));
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.into();
        }
        if let Some(content) = self.body {
            operation["requestBody"] = json!({"required": !self.body_optional, "content": content});
        }
        let problem = self.schemas.written::<Problem>();
        let mut responses: Map<String, Value> = Map::new();
        for (status, answer) in self.answers {
            responses.insert(status.to_string(), answer);
        }
        while let Some((status, codes)) = all.pop_first() {
            let answer = problem_answer(status, &codes, &problem);
            if responses.insert(status.to_string(), answer).is_some() {
                return Err(format!("{stem} describes {status} twice"));
            }
        }
        operation["responses"] = responses.into();
        let named = self.schemas.named()?;
        let whole = json!({"kind": "rest", "method": self.method, "path": self.path,
            "operation": operation, "schemas": named});
        Ok(renamed(whole, &named, stem))
    }

    /// Every code of this route by its status.
    fn refuses_all(&self) -> BTreeMap<u16, Vec<Code>> {
        let mut codes = self.codes.clone();
        codes.extend(ANY.map(Code::as_str));
        if !self.open {
            codes.extend(SIGNED_IN.map(Code::as_str));
        }
        let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
        for code in Code::ALL.iter().filter(|code| codes.contains(code.as_str())) {
            by_status.entry(problem::status(*code)).or_default().push(*code);
        }
        by_status
    }

    /// Every `{name}` of the path is described, and nothing else is.
    fn check_path(&self, stem: &str) -> Result<(), String> {
        let wanted: Vec<&str> = self
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let given: Vec<&str> = self
            .parameters
            .iter()
            .filter(|p| p["in"] == "path")
            .filter_map(|p| p["name"].as_str())
            .collect();
        if wanted == given {
            return Ok(());
        }
        Err(format!("{stem} describes the path parameters {given:?} of {}", self.path))
    }
}

/// A parameter that is left out is not there; it is never null.
fn not_null(mut schema: Value) -> Value {
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            schema["type"] = kind.clone();
        }
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| *choice != json!({"type": "null"}));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            if let Some(members) = schema.as_object_mut() {
                members.remove("anyOf");
                members.extend(only);
            }
        }
    }
    schema
}

fn problem_answer(status: u16, codes: &[Code], problem: &Value) -> Value {
    let names: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    let sentences: Vec<_> =
        codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.detail())).collect();
    let schema = json!({"allOf": [problem, {"properties": {"code": {"enum": names}}}]});
    let mut answer = json!({
        "description": sentences.join("; "),
        "content": {"application/problem+json": {"schema": schema}},
    });
    let header =
        |description: &str| json!({"description": description, "schema": {"type": "string"}});
    match status {
        401 => answer["headers"]["WWW-Authenticate"] = header("`Bearer`"),
        429 => {
            for (name, description) in [
                ("Retry-After", "whole seconds until the next request may be taken"),
                ("X-RateLimit-Limit", "requests in a window"),
                ("X-RateLimit-Remaining", "requests left in this window"),
                ("X-RateLimit-Reset-After", "seconds, with fraction, until one more is left"),
            ] {
                answer["headers"][name] = header(description);
            }
        }
        _ => {}
    }
    answer
}

/// Whether this process was started to describe itself.
pub(crate) fn asked() -> bool {
    let mut arguments = std::env::args().skip(1);
    arguments.next().is_some_and(|first| first == "--describe") && arguments.next().is_none()
}

/// Prints a description made by `describe` from the binary's stem.
pub(crate) fn print(describe: impl FnOnce(&str) -> Result<Value, String>) -> Exit {
    let name = std::env::args().next().unwrap_or_default();
    let stem = Path::new(&name).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let (printed, failed) = match describe(stem) {
        Ok(description) => (writeln!(std::io::stdout(), "{description:#}"), false),
        Err(error) => (writeln!(std::io::stderr(), "{error}"), true),
    };
    if printed.is_err() || failed { Exit::FAILURE } else { Exit::SUCCESS }
}

/// Describes a REST route if the process was started for that.
pub(crate) fn print_rest(about: impl FnOnce() -> About) -> Exit {
    print(|stem| about().described(stem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limit;
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "only described")]
    struct Body {
        name: String,
        note: Option<String>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[allow(dead_code, reason = "only described")]
    struct Query {
        /// How many.
        #[serde(default)]
        limit: Limit<50, 100>,
        room: Option<domain::RoomId>,
        q: String,
    }

    #[derive(Serialize, JsonSchema)]
    struct ThingView {
        id: domain::RoomId,
        note: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        more: Option<u64>,
    }

    fn about() -> About {
        About::rest("POST", "/things/{room_id}", "Makes a thing.")
            .path::<domain::RoomId>("room_id")
            .query::<Query>()
            .body::<Body>()
            .answers::<ThingView>(201, "made")
            .header("Location", "where it is")
            .refuses(&[Code::Blocked])
    }

    #[test]
    fn a_route_is_described_by_its_types() {
        let described = about().described("make_thing").unwrap();
        let operation = &described["operation"];
        let schema = |name: &str| &described["schemas"][name];
        let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(body, "#/components/schemas/MakeThingBody");
        assert_eq!(schema("MakeThingBody")["required"], json!(["name"]));
        assert!(schema("MakeThingBody").get("additionalProperties").is_none());
        assert_eq!(schema("Thing")["required"], json!(["id", "note"]));
        assert_eq!(schema("Thing")["additionalProperties"], false);
        assert!(operation["responses"]["201"]["headers"]["Location"].is_object());
        let codes = |status: &str| {
            let content = &operation["responses"][status]["content"]["application/problem+json"];
            content["schema"]["allOf"][1]["properties"]["code"]["enum"].clone()
        };
        assert_eq!(codes("400"), json!(["malformed_json", "validation_failed"]));
        assert_eq!(codes("403"), json!(["blocked"]));
        assert_eq!(codes("404"), json!(["not_found"]));
        let parameters = operation["parameters"].as_array().unwrap();
        let named = |name: &str| parameters.iter().find(|p| p["name"] == name).unwrap();
        assert_eq!(named("limit")["description"], "How many.");
        assert_eq!(named("limit")["schema"]["default"], 50);
        assert_eq!(named("limit")["required"], false);
        assert_eq!(named("room")["schema"]["$ref"], "#/components/schemas/RoomId");
        assert_eq!(named("q")["required"], true);
    }

    #[test]
    fn what_is_forgotten_is_told() {
        let forgotten = About::rest("GET", "/a/{b}", "").answers::<String>(200, "");
        assert!(forgotten.described("x").unwrap_err().contains("path parameters"));
        assert!(About::rest("GET", "/a", "").described("x").unwrap_err().contains("no answer"));
        let twice = About::rest("GET", "/a", "").answers::<String>(429, "");
        assert!(twice.described("x").unwrap_err().contains("429 twice"));
    }
}
