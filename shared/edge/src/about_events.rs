//! What the server tells by itself: the events, the frame that carries several, and the handshake.

use crate::about::print;
use crate::problem::FrameProblem;
use crate::schemas::{Schemas, renamed};
use crate::serve::Exit;
use crate::socket::Handshaken;
use serde_json::{Map, Value, json};

/// Describes every event.
pub(crate) fn print_events() -> Exit {
    print(described)
}

fn described(stem: &str) -> Result<Value, String> {
    let mut schemas = Schemas::new();
    let mut events = Map::new();
    for (name, schema) in schemas.events() {
        events.insert(name.to_owned(), schema);
    }
    let problem = schemas.written::<FrameProblem>();
    let handshake: Map<String, Value> = schemas
        .fields::<Handshaken>()
        .into_iter()
        .map(|(name, schema, _)| (name, schema))
        .collect();
    let named = schemas.named()?;
    let whole = json!({"kind": "events", "events": events, "problem": problem,
        "handshake": handshake, "schemas": named});
    Ok(renamed(whole, &named, stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_described() {
        let described = described("deliver").unwrap();
        assert_eq!(
            described["events"]["message_created"]["$ref"],
            "#/components/schemas/MessageCreatedEvent"
        );
        let frame = &described["schemas"]["MessageCreatedEvent"];
        assert_eq!(frame["additionalProperties"], false);
        assert_eq!(described["handshake"]["ticket"]["type"], "string");
    }
}
