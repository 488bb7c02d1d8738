//! REST routes: HTTP API events of payload format 2.0 in, JSON out.

use crate::App;
use crate::about::{self, About};
use crate::app::now;
use crate::fields::from_json;
use crate::form::{self, FormFile};
use crate::params::from_params;
use crate::problem;
use crate::serve::{Exit, serve};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chat::Principal;
use domain::{ChatError, ClientKey, Code, Face, FieldError, RateTaken, Result, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::str::FromStr;

/// Largest JSON body read, in bytes: 10,000 characters of any kind, escaped, with room to spare.
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// The parts of an HTTP API event that routes use.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestEvent {
    raw_path: String,
    #[serde(default)]
    headers: HashMap<String, String>,
    #[serde(default)]
    query_string_parameters: HashMap<String, String>,
    #[serde(default)]
    path_parameters: HashMap<String, String>,
    request_context: RestContext,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestContext {
    #[serde(default)]
    domain_name: String,
    request_id: String,
    http: RestHttp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestHttp {
    method: String,
    source_ip: String,
}

/// A request as a route sees it.
pub struct Request {
    event: RestEvent,
    principal: Result<Principal>,
    /// When it came in.
    pub now: Timestamp,
}

impl Request {
    /// Who is asking; 401 without a valid token.
    pub fn principal(&self) -> Result<Principal> {
        self.principal.clone()
    }

    /// The method, in capitals.
    pub fn method(&self) -> &str {
        &self.event.request_context.http.method
    }

    /// The path as it was requested.
    pub fn raw_path(&self) -> &str {
        &self.event.raw_path
    }

    /// Where the request came to, as `https://host`: the API's own address, also behind the front door.
    pub fn origin(&self) -> String {
        let scheme = self.header("x-forwarded-proto").filter(|scheme| *scheme == "http");
        format!("{}://{}", scheme.unwrap_or("https"), self.event.request_context.domain_name)
    }

    /// The caller's address, as API Gateway saw it.
    pub fn address(&self) -> &str {
        &self.event.request_context.http.source_ip
    }

    /// What the caller's device says it is (`User-Agent`), at most 200 characters.
    pub fn device(&self) -> Option<String> {
        device_of(self.event.headers.get("user-agent")?)
    }

    /// A path parameter. What cannot be an id is nobody's id: `not_found`.
    pub fn path<T: FromStr>(&self, name: &str) -> Result<T> {
        let text = self.event.path_parameters.get(name).map(String::as_str).unwrap_or_default();
        text.parse().map_err(|_| ChatError::new(Code::NotFound))
    }

    /// A path parameter as text, percent-decoded.
    pub fn path_text(&self, name: &str) -> String {
        let text = self.event.path_parameters.get(name).map(String::as_str).unwrap_or_default();
        // API Gateway decodes path parameters; a client that encoded twice is understood too.
        percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
    }

    /// A query parameter as text; the empty one counts as none.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.event.query_string_parameters.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// A query parameter of a type; `expected` completes "name …" in the error.
    pub fn query_as<T: FromStr>(
        &self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>> {
        let text = self.event.query_string_parameters.get(name);
        text.map(|v| v.parse().map_err(|_| FieldError::new(name, "invalid", expected).into()))
            .transpose()
    }

    /// All query parameters as the fields of a `T` (see [`About::query`]).
    pub fn params<T: DeserializeOwned>(&self) -> Result<T> {
        from_params(&self.event.query_string_parameters)
    }

    /// `limit`: from 1, clamped at `max`, `default` where not given.
    pub fn limit(&self, default: usize, max: usize) -> Result<usize> {
        let limit = self.query_as::<u64>("limit", "must be a whole number from 1")?;
        match limit {
            None => Ok(default),
            Some(0) => Err(FieldError::new("limit", "out_of_range", "must be at least 1").into()),
            Some(n) => Ok(usize::try_from(n).unwrap_or(max).min(max)),
        }
    }

    /// The `Idempotency-Key` header.
    pub fn idempotency_key(&self) -> Result<Option<ClientKey>> {
        let text = self.event.headers.get("idempotency-key");
        // The draft standard quotes the key; most clients do not.
        let parse = |text: &String| text.trim().trim_matches('"').parse::<ClientKey>();
        text.map(|t| {
            parse(t).map_err(|_| {
                let expected = "must be 1-64 letters, digits or . _ : -";
                FieldError::new("Idempotency-Key", "invalid", expected).into()
            })
        })
        .transpose()
    }

    /// A query parameter that may be repeated, as `name[]=a&name[]=b`. API Gateway joins the values with
    /// commas.
    pub fn query_list(&self, name: &str) -> Vec<&str> {
        let text = self.event.query_string_parameters.get(name).map(String::as_str);
        text.unwrap_or_default().split(',').filter(|one| !one.is_empty()).collect()
    }

    /// The body as fields, for protocols that take them as JSON, as a form
    /// (`application/x-www-form-urlencoded`) or as `multipart/form-data`. No body is no fields.
    pub async fn fields<T: DeserializeOwned>(&self) -> Result<T> {
        let kind = self.header("content-type").unwrap_or_default();
        let plain = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let bytes = self.bytes()?;
        if bytes.len() > BODY_BYTES_MAX {
            return Err(too_large());
        }
        match plain.as_str() {
            _ if bytes.is_empty() => from_params(&HashMap::new()),
            "application/x-www-form-urlencoded" => {
                let pairs = form_urlencoded::parse(&bytes);
                from_params(&pairs.map(|(k, v)| (k.into_owned(), v.into_owned())).collect())
            }
            "multipart/form-data" => {
                let boundary = multer::parse_boundary(kind).map_err(|_| form::broken())?;
                from_params(&form::texts_in(bytes, boundary).await?)
            }
            _ => self.json(),
        }
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.event.headers.get(name).map(String::as_str)
    }

    /// The file of a form; `None` where the body is no form.
    pub async fn form_file(&self) -> Result<Option<FormFile>> {
        let kind = self.header("content-type").unwrap_or_default();
        if !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
            return Ok(None);
        }
        let boundary = multer::parse_boundary(kind).map_err(|_| {
            FieldError::new("/file", "invalid", "must come in a form that names its boundary")
        })?;
        form::file_in(self.bytes()?, boundary).await.map(Some)
    }

    /// The body as it came.
    pub fn bytes(&self) -> Result<Bytes> {
        let text = self.event.body.as_deref().unwrap_or_default();
        if !self.event.is_base64_encoded {
            return Ok(Bytes::copy_from_slice(text.as_bytes()));
        }
        let bytes = STANDARD.decode(text).map_err(|_| ChatError::new(Code::MalformedJson))?;
        Ok(Bytes::from(bytes))
    }

    /// The body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let text = self.event.body.as_deref().unwrap_or_default();
        if text.len() > BODY_BYTES_MAX * 4 / 3 {
            return Err(too_large());
        }
        let json = |kind: &String| {
            let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            kind == "application/json" || kind.ends_with("+json")
        };
        if self.event.headers.get("content-type").is_some_and(|kind| !json(kind)) {
            return Err(ChatError::new(Code::UnsupportedType));
        }
        if !self.event.is_base64_encoded {
            if text.len() > BODY_BYTES_MAX {
                return Err(too_large());
            }
            return from_json(text.as_bytes());
        }
        let bytes = STANDARD.decode(text).map_err(|_| ChatError::new(Code::MalformedJson))?;
        from_json(&bytes)
    }

    /// The same where a body may be left out.
    pub fn json_or_default<T: DeserializeOwned + Default>(&self) -> Result<T> {
        match self.event.body.as_deref() {
            None | Some("") => Ok(T::default()),
            Some(_) => self.json(),
        }
    }
}

fn too_large() -> ChatError {
    ChatError::because(Code::PayloadTooLarge, "the body must be at most 256 KB")
}

/// An answer.
pub struct Reply {
    status: u16,
    kind: &'static str,
    body: Body,
    headers: Vec<(&'static str, String)>,
}

/// What an answer holds.
enum Body {
    Json(serde_json::Result<String>),
    Bytes(Bytes),
    None,
}

impl Reply {
    /// 200 with a body.
    pub fn ok(body: &impl Serialize) -> Self {
        let body = Body::Json(serde_json::to_string(body));
        Self { status: 200, kind: "application/json", body, headers: Vec::new() }
    }

    /// Any status with a body.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        Self { status, ..Self::ok(body) }
    }

    /// 201 with a body.
    pub fn created(body: &impl Serialize) -> Self {
        Self { status: 201, ..Self::ok(body) }
    }

    /// Bytes of a media type.
    pub fn bytes(status: u16, kind: &'static str, bytes: Bytes) -> Self {
        Self { status, kind, body: Body::Bytes(bytes), headers: Vec::new() }
    }

    /// No body: a redirection, or 304.
    pub fn empty(status: u16) -> Self {
        Self { status, kind: "", body: Body::None, headers: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds what is left of a rate window.
    #[must_use]
    pub fn rate(self, taken: Option<RateTaken>) -> Self {
        let Some(taken) = taken else { return self };
        self.header("x-ratelimit-limit", taken.limit.to_string())
            .header("x-ratelimit-remaining", taken.remaining.to_string())
            .header("x-ratelimit-reset-after", seconds(taken.reset_after_ms))
    }

    /// The problem document of an error, with the headers that belong to it.
    pub fn problem(error: &ChatError, request: &Request) -> Self {
        let id = &request.event.request_context.request_id;
        log_fault(error, request);
        let status = problem::status(error.code);
        let body = problem::problem(error, request.raw_path(), id);
        let mut reply = Self { status, kind: "application/problem+json", ..Self::ok(&body) };
        if status == 401 {
            reply = reply.header("www-authenticate", "Bearer");
        }
        if let Some(ms) = error.retry_after_ms {
            reply = reply
                .header("retry-after", ms.div_ceil(1000).max(1).to_string())
                .header("x-ratelimit-remaining", "0")
                .header("x-ratelimit-reset-after", seconds(ms));
        }
        match error.limit {
            Some(limit) => reply.header("x-ratelimit-limit", limit.to_string()),
            None => reply,
        }
    }

    /// The body, where this is a 200.
    pub(crate) fn body_of_ok(&self) -> Option<&str> {
        match &self.body {
            Body::Json(Ok(body)) if self.status == 200 => Some(body),
            _ => None,
        }
    }

    /// The same headers as 304, which has no body.
    pub(crate) fn not_modified(self) -> Self {
        Self { headers: self.headers, ..Self::empty(304) }
    }

    /// Adds a header unless the route has set it.
    pub(crate) fn default_header(self, name: &'static str, value: &str) -> Self {
        let set = self.headers.iter().any(|(there, _)| *there == name);
        if set { self } else { self.header(name, value) }
    }

    fn into_answer(self, request: &Request) -> RestAnswer {
        let (body, is_base64_encoded) = match self.body {
            Body::Json(Ok(body)) => (body, false),
            Body::Json(Err(error)) => {
                let error = ChatError::unavailable(format!("response: {error}"));
                return Self::problem(&error, request).into_answer(request);
            }
            Body::Bytes(bytes) => (STANDARD.encode(bytes), true),
            Body::None => (String::new(), false),
        };
        let mut headers: HashMap<_, _> = self.headers.into_iter().collect();
        if !self.kind.is_empty() {
            headers.insert("content-type", self.kind.to_owned());
        }
        headers.entry("cache-control").or_insert_with(|| "no-store".to_owned());
        headers.insert("x-content-type-options", "nosniff".to_owned());
        RestAnswer { status_code: self.status, headers, body, is_base64_encoded }
    }
}

/// What goes back to API Gateway.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RestAnswer {
    status_code: u16,
    headers: HashMap<&'static str, String>,
    body: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_base64_encoded: bool,
}

/// Serves a REST route for whoever has a token.
pub fn serve_rest(
    about: impl FnOnce() -> About,
    route: impl AsyncFn(&App, &Request) -> Result<Reply>,
) -> Exit {
    if about::asked() {
        return about::print_rest(about);
    }
    serve(async |app, event: RestEvent, _: &str| {
        let now = now();
        let principal = match bearer(&event.headers) {
            Some(token) => app.verify(token, None, now).await,
            None => Err(ChatError::new(Code::Unauthenticated)),
        };
        Ok(answer(app, &route, Request { event, principal, now }).await)
    })
}

/// Serves a REST route of another protocol. `refuse` says an error in that protocol's words; routes
/// that need nobody do not ask for the principal.
pub fn serve_face(
    face: Face,
    refuse: impl Fn(&ChatError, &Request) -> Reply,
    route: impl AsyncFn(&App, &Request) -> Result<Reply>,
) -> Exit {
    serve(async |app, event: RestEvent, _: &str| {
        let now = now();
        let principal = match bearer(&event.headers) {
            Some(token) => app.verify(token, Some(face), now).await,
            None => Err(ChatError::new(Code::Unauthenticated)),
        };
        let request = Request { event, principal, now };
        Ok(answer_in_words(app, &refuse, &route, request).await)
    })
}

/// The same for a route that is open to everybody: a token is not even looked at.
pub fn serve_face_open(
    refuse: impl Fn(&ChatError, &Request) -> Reply,
    route: impl AsyncFn(&App, &Request) -> Result<Reply>,
) -> Exit {
    serve(async |app, event: RestEvent, _: &str| {
        let principal = Err(ChatError::new(Code::Unauthenticated));
        let request = Request { event, principal, now: now() };
        Ok(answer_in_words(app, &refuse, &route, request).await)
    })
}

async fn answer_in_words(
    app: &App,
    refuse: &impl Fn(&ChatError, &Request) -> Reply,
    route: &impl AsyncFn(&App, &Request) -> Result<Reply>,
    request: Request,
) -> RestAnswer {
    let reply = match route(app, &request).await {
        Ok(reply) => reply,
        Err(error) => {
            log_fault(&error, &request);
            refuse(&error, &request)
        }
    };
    reply.into_answer(&request)
}

/// Serves a REST route that is open to everybody: a token is not even looked at.
pub fn serve_open(
    about: impl FnOnce() -> About,
    route: impl AsyncFn(&App, &Request) -> Result<Reply>,
) -> Exit {
    if about::asked() {
        return about::print_rest(|| about().open());
    }
    serve_unknown(route)
}

/// Serves what no route of the HTTP API matches: there is nothing to describe.
pub fn serve_unknown(route: impl AsyncFn(&App, &Request) -> Result<Reply>) -> Exit {
    serve(async |app, event: RestEvent, _: &str| {
        let principal = Err(ChatError::new(Code::Unauthenticated));
        Ok(answer(app, &route, Request { event, principal, now: now() }).await)
    })
}

async fn answer(
    app: &App,
    route: &impl AsyncFn(&App, &Request) -> Result<Reply>,
    request: Request,
) -> RestAnswer {
    let reply = route(app, &request).await.unwrap_or_else(|e| Reply::problem(&e, &request));
    reply.into_answer(&request)
}

/// Our own fault goes into the log; the caller's is theirs to read.
fn log_fault(error: &ChatError, request: &Request) {
    if error.code == Code::Unavailable {
        let id = &request.event.request_context.request_id;
        let path = request.raw_path();
        tracing::error!(request_id = %id, %path, detail = %error.detail, "failed");
    }
}

fn bearer(headers: &HashMap<String, String>) -> Option<&str> {
    let (scheme, token) = headers.get("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

/// A `User-Agent` as it is kept: at most 200 characters, none of them for a terminal.
pub(crate) fn device_of(agent: &str) -> Option<String> {
    let plain: String = agent.chars().filter(|c| !c.is_control()).take(200).collect();
    Some(plain.trim().to_owned()).filter(|text| !text.is_empty())
}
