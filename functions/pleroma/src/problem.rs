//! Errors in Pleroma's shape: `{"error": …}`, and for single fields `errors` beside it.

use domain::{ChatError, Code, FieldError};
use edge::{Reply, Request};
use serde_json::{Value, json};

/// What a refusal is answered with.
pub fn refuse(error: &ChatError, _: &Request) -> Reply {
    let (status, body) = answer(error);
    let reply = Reply::json(status, &body);
    match error.retry_after_ms {
        Some(ms) => reply.header("retry-after", ms.div_ceil(1000).max(1).to_string()),
        None => reply,
    }
}

/// `no_content`: neither text nor file.
pub fn no_content() -> ChatError {
    FieldError::new("/content", "too_short", "is required").into()
}

/// `could_not_delete`: there is nothing to delete, or not by this caller.
pub fn could_not_delete() -> Reply {
    Reply::json(400, &json!({"error": "could_not_delete"}))
}

fn answer(error: &ChatError) -> (u16, Value) {
    let says = |text: &str| json!({"error": text});
    match error.code {
        Code::Unauthenticated | Code::TokenInvalid | Code::TokenExpired | Code::SessionRevoked => {
            (403, says("Invalid credentials."))
        }
        Code::InvalidCredentials | Code::RefreshInvalid => (400, says("Invalid credentials")),
        Code::NotFound | Code::NotAMember | Code::MessageDeleted => (404, says("Record not found")),
        Code::ValidationFailed => (400, fields(&error.fields)),
        Code::MalformedJson => (400, says(&error.detail)),
        Code::UnsupportedType => (415, says("This kind of content is not taken.")),
        Code::PayloadTooLarge => (413, says(&error.detail)),
        Code::RateLimited => (429, says("Throttled")),
        Code::IdempotencyConflict => (409, says(&error.detail)),
        Code::Unavailable => (503, says("Something went wrong; try again")),
        Code::TypeMismatch | Code::Infected | Code::FileUnreadable | Code::AttachmentNotReady => {
            (422, says(&error.detail))
        }
        // What is left is refused because of who asks: blocked, silenced, deactivated.
        _ => (403, says(&error.detail)),
    }
}

fn fields(fields: &[FieldError]) -> Value {
    // The two that clients know by name.
    let content = |code: &str| fields.iter().any(|f| f.pointer == "/content" && f.code == code);
    if content("too_long") {
        return json!({"error": "content_too_long"});
    }
    if content("too_short") {
        return json!({"error": "no_content"});
    }
    let errors: Vec<Value> = fields.iter().map(field).collect();
    let texts = errors.iter().filter_map(|one| one["message"].as_str());
    json!({"error": texts.collect::<Vec<_>>().join(" "), "errors": errors})
}

/// One field: parameters, form fields and JSON members are named alike.
fn field(field: &FieldError) -> Value {
    let name = field.pointer.trim_start_matches('/');
    // What the use case calls by our names.
    let name = if name.starts_with("attachments") { "media_id" } else { name };
    let message = match field.code {
        "required" => format!("Missing field: {name}."),
        _ if name.is_empty() => format!("The request {}.", field.expected),
        _ => format!("{name} {}.", field.expected),
    };
    json!({"title": "Invalid value", "source": {"pointer": format!("/{name}")}, "message": message})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_an_answer_with_an_error() {
        for code in Code::ALL {
            let (status, body) = answer(&ChatError::new(*code));
            let ours = *code == Code::Unavailable;
            assert_eq!((500..600).contains(&status), ours, "{code:?}: {status}");
            assert!((400..600).contains(&status) && body["error"].is_string(), "{code:?}: {body}");
        }
    }

    #[test]
    fn fields_are_named_as_clients_know_them() {
        let of = |pointer: &'static str, code: &'static str| {
            answer(&FieldError::new(pointer, code, "must be right").into())
        };
        assert_eq!(of("/content", "too_long"), (400, json!({"error": "content_too_long"})));
        assert_eq!(answer(&no_content()), (400, json!({"error": "no_content"})));
        let (status, body) = of("/last_read_id", "required");
        assert_eq!(status, 400);
        assert_eq!(body["error"], "Missing field: last_read_id.");
        assert_eq!(body["errors"][0]["source"]["pointer"], "/last_read_id");
        assert_eq!(of("limit", "invalid").1["errors"][0]["source"]["pointer"], "/limit");
        assert_eq!(of("/attachments/0", "unknown").1["error"], "media_id must be right.");
        assert_eq!(of("", "wrong_type").1["error"], "The request must be right.");
    }
}
