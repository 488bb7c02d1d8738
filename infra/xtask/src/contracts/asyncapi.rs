//! The WebSocket as AsyncAPI 3.0: what the server receives, what it answers, what it tells by itself.

use super::Named;
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "One WebSocket per device, beside the REST routes of openapi.json. Frames are JSON \
objects with a `type`. A frame to the server carries its fields flat or under `data`; its `ref` comes back in \
the answer. At most 32 KB a frame: longer messages go by REST.\n\n\
Events of a room carry its number `seq`. They come at least once and not always in order: drop a number you \
have seen; when one is skipped, `resume` from the last before the hole.";

/// The document of the frames' descriptions and the events'.
pub fn document(frames: &[Value], events: &Value) -> Result<Value, String> {
    let mut schemas = Named::default();
    schemas.add(events, "the list of events")?;
    let mut made = Made { problem: events["problem"].clone(), ..Made::default() };
    for frame in frames {
        schemas.add(frame, text(&frame["operationId"]))?;
        made.frame(frame);
    }
    for (name, payload) in events["events"].as_object().into_iter().flatten() {
        made.event(name, payload, &schemas);
    }
    made.batch(events);
    made.stray_error();
    let channel: Map<String, Value> = made
        .messages
        .keys()
        .map(|name| (name.clone(), reference("components/messages", name)))
        .collect();
    Ok(json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parlance",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": {"name": "Apache License 2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {"host": "localhost:3000", "protocol": "ws", "description": "`cargo xtask up`"},
            "deployed": {
                "host": "{domain}",
                "protocol": "wss",
                "variables": {"domain": {"description": "the front door of the deployment"}},
                "security": [{"$ref": "#/components/securitySchemes/token"}],
            },
        },
        "channels": {"socket": {
            "address": "/ws",
            "description": "The events of every room the user is in, and the answers to their frames. \
    Without a token or ticket the handshake is answered 401.",
            "messages": channel,
            "bindings": {"ws": {
                "method": "GET",
                "query": {"type": "object", "properties": events["handshake"]},
                "headers": {"type": "object", "properties": {
                    "Authorization": {"type": "string", "description": "`Bearer <token>`"},
                    "Sec-WebSocket-Protocol": {
                        "type": "string",
                        "description": "`bearer, <token>`, answered with `bearer`",
                    },
                }},
            }},
        }},
        "operations": made.operations,
        "components": {
            "schemas": schemas.into_map(),
            "messages": made.messages,
            "securitySchemes": {"token": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "The `token` of a session. In browsers: `?ticket=` from `POST /auth/ticket`.",
            }},
        },
    }))
}

/// Messages and operations as they accumulate.
#[derive(Default)]
struct Made {
    messages: Map<String, Value>,
    operations: Map<String, Value>,
    problem: Value,
}

impl Made {
    /// A frame to the server, its answer and its error.
    fn frame(&mut self, frame: &Value) {
        let (kind, fields) = (text(&frame["type"]), &frame["fields"]);
        let head = json!({
            "type": "object",
            "properties": {"type": {"const": kind}, "ref": reference_schema()},
            "required": ["type"],
        });
        let payload = if fields.is_null() {
            head
        } else {
            let mut enveloped = head.clone();
            enveloped["properties"]["data"] = fields.clone();
            enveloped["required"] = json!(["type", "data"]);
            json!({"anyOf": [{"allOf": [head, fields]}, enveloped]})
        };
        let summary = text(&frame["summary"]);
        self.message(kind, summary, payload);
        let answer = format!("{kind}_answer");
        let answer_type = text(&frame["answer_type"]);
        self.message(&answer, "The answer.", answer_frame(answer_type, &frame["answer"]));
        let error = format!("{kind}_error");
        let data =
            json!({"allOf": [self.problem, {"properties": {"code": {"enum": frame["codes"]}}}]});
        self.message(&error, "The refusal.", answer_frame("error", &data));
        self.operations.insert(
            text(&frame["operationId"]).to_owned(),
            json!({
                "action": "receive",
                "summary": summary,
                "channel": {"$ref": "#/channels/socket"},
                "messages": [reference("channels/socket/messages", kind)],
                "reply": {
                    "channel": {"$ref": "#/channels/socket"},
                    "messages": [
                        reference("channels/socket/messages", &answer),
                        reference("channels/socket/messages", &error),
                    ],
                },
            }),
        );
    }

    /// Something the server tells by itself.
    fn event(&mut self, name: &str, payload: &Value, schemas: &Named) {
        let schema = text(&payload["$ref"]).rsplit('/').next().unwrap_or_default();
        let summary = schemas.0.get(schema).map(|(s, _)| text(&s["description"]).to_owned());
        self.sent(name, summary.as_deref().unwrap_or_default(), payload.clone());
    }

    /// Several events in one frame.
    fn batch(&mut self, events: &Value) {
        let any: Vec<&Value> =
            events["events"].as_object().into_iter().flat_map(Map::values).collect();
        let payload = json!({
            "type": "object",
            "properties": {
                "type": {"const": "batch"},
                "events": {"type": "array", "minItems": 1, "items": {"oneOf": any}},
            },
            "required": ["type", "events"],
            "additionalProperties": false,
        });
        self.sent("batch", "Several events in one frame, where `?batch=1` asked for it.", payload);
    }

    /// The refusal of what is no known frame: it may have no `ref`.
    fn stray_error(&mut self) {
        let payload = answer_frame("error", &self.problem);
        self.sent("error", "A frame was not understood.", payload);
    }

    fn sent(&mut self, name: &str, summary: &str, payload: Value) {
        self.message(name, summary, payload);
        self.operations.insert(
            format!("tell_{name}"),
            json!({
                "action": "send",
                "summary": summary,
                "channel": {"$ref": "#/channels/socket"},
                "messages": [reference("channels/socket/messages", name)],
            }),
        );
    }

    fn message(&mut self, name: &str, summary: &str, payload: Value) {
        let message = json!({"name": name, "summary": summary, "payload": payload});
        self.messages.insert(name.to_owned(), message);
    }
}

/// The frame that answers one of the client's.
fn answer_frame(kind: &str, data: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "type": {"const": kind},
            "ref": reference_schema(),
            "ts": {"$ref": "#/components/schemas/Timestamp"},
            "data": data,
        },
        "required": ["type", "ts", "data"],
        "additionalProperties": false,
    })
}

fn reference_schema() -> Value {
    json!({
        "type": ["string", "number"],
        "maxLength": 128,
        "description": "The caller's own; the answer carries it.",
    })
}

fn reference(place: &str, name: &str) -> Value {
    json!({"$ref": format!("#/{place}/{name}")})
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_answers_and_errors() {
        let frame = json!({"operationId": "socket_ping", "type": "ping", "summary": "s", "fields": null,
            "answer_type": "pong", "answer": {"type": "object"}, "codes": ["blocked"], "schemas": {}});
        let events = json!({"events": {"ready": {"$ref": "#/components/schemas/ReadyEvent"}},
            "problem": {}, "handshake": {}, "schemas": {"ReadyEvent": {"description": "Once."}}});
        let document = document(&[frame], &events).unwrap();
        let messages = &document["components"]["messages"];
        assert_eq!(messages["ready"]["summary"], "Once.");
        assert_eq!(messages["ping_answer"]["payload"]["properties"]["type"]["const"], "pong");
        assert!(messages["ping_error"].to_string().contains("blocked"));
        assert_eq!(document["operations"]["socket_ping"]["action"], "receive");
        assert_eq!(document["operations"]["tell_ready"]["action"], "send");
        for name in messages.as_object().unwrap().keys() {
            assert!(document["channels"]["socket"]["messages"][name].is_object(), "{name}");
        }
    }
}
