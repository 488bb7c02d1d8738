//! One HTTP answer, and the two ways of judging it: a success with JSON, or a full problem document.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Status, headers and body of one answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and path of the request, for messages.
    pub what: String,
    /// HTTP status.
    pub status: u16,
    /// Response headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// The body as text.
    pub text: String,
    /// The body as JSON; null if it is none.
    pub json: Value,
}

impl Answer {
    /// The JSON body of a success with exactly this status.
    #[track_caller]
    pub fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text);
        assert!(
            self.content_type().starts_with("application/json"),
            "{}: content type {}",
            self.what,
            self.content_type()
        );
        assert!(!self.json.is_null(), "{}: an answer is never empty", self.what);
        self.json
    }

    /// Asserts a complete problem document of this status and code, and returns it.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        self.problem_of(&[(status, code)])
    }

    /// Like [`Answer::problem_of`], for sweeps that go on after a failure.
    ///
    /// # Errors
    /// What is wrong with the answer.
    pub fn judge(&self, allowed: &[(u16, &str)]) -> Result<(), String> {
        let code = self.json["code"].as_str().unwrap_or_default();
        if !allowed.contains(&(self.status, code)) {
            return Err(format!(
                "{}: expected {allowed:?}, got {} {:.300}",
                self.what, self.status, self.text
            ));
        }
        let whole =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.assert_problem()));
        whole.map_err(|_| format!("{}: not a complete problem document: {}", self.what, self.text))
    }

    /// Whether a validation problem points at a member.
    pub fn points_at(&self, pointer: &str) -> bool {
        let errors = self.json["errors"].as_array().map_or(&[][..], Vec::as_slice);
        errors.iter().any(|error| error["pointer"] == pointer)
    }

    /// Like [`Answer::problem`] where the contract leaves a choice.
    #[track_caller]
    pub fn problem_of(self, allowed: &[(u16, &str)]) -> Value {
        let code = self.json["code"].as_str().unwrap_or_default().to_owned();
        assert!(
            allowed.contains(&(self.status, code.as_str())),
            "{}: expected one of {allowed:?}, got {} {}",
            self.what,
            self.status,
            self.text
        );
        self.assert_problem();
        self.json
    }

    /// Asserts that this is some complete problem document.
    #[track_caller]
    pub fn assert_problem(&self) {
        let (what, body) = (&self.what, &self.json);
        let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        assert!((400..500).contains(&self.status), "{what}: {} {}", self.status, self.text);
        assert!(
            self.content_type().starts_with("application/problem+json"),
            "{what}: content type {}",
            self.content_type()
        );
        assert_eq!(body["status"], self.status, "{what}: {body}");
        for member in ["type", "title", "code", "detail", "instance", "request_id"] {
            assert!(text(&body[member]), "{what}: no {member} in {body}");
        }
        assert_eq!(body["error"]["code"], body["code"], "{what}: {body}");
        assert!(text(&body["error"]["message"]), "{what}: {body}");
        if body["code"] == "validation_failed" {
            let errors = body["errors"].as_array().map_or(&[][..], Vec::as_slice);
            assert!(!errors.is_empty(), "{what}: a validation error names its fields: {body}");
            for error in errors {
                assert!(error["pointer"].is_string() && text(&error["code"]), "{what}: {body}");
            }
        }
        match self.status {
            405 => assert!(self.header("allow").is_some(), "{what}: 405 without Allow"),
            429 => self.assert_rate_headers(),
            _ => {}
        }
    }

    #[track_caller]
    fn assert_rate_headers(&self) {
        let after: u64 = self
            .header("retry-after")
            .unwrap_or_default()
            .parse()
            .expect("Retry-After in whole seconds");
        assert!(after >= 1, "{}: Retry-After {after}", self.what);
    }

    /// Asserts a validation problem that points at `pointer`.
    #[track_caller]
    pub fn invalid(self, pointer: &str) -> Value {
        let points = self.points_at(pointer);
        let what = self.what.clone();
        let body = self.problem(400, "validation_failed");
        assert!(points, "{what}: no error points at {pointer}: {body}");
        body
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }
}
