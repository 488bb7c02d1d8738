//! The REST routes as OpenAPI 3.1.

use super::Named;
use super::routes::Rest;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const DESCRIPTION: &str = "A chat: rooms, direct rooms, messages, reactions. The same chat is served over \
REST and over the WebSocket of asyncapi.json: the same objects, the same order, the same error codes.\n\n\
Order is `seq`: every event of a room takes the room's next number. Never order by time. Unknown fields of \
a request are ignored. No answer is empty. Errors are `application/problem+json`; test their `code`, never \
the text.";

/// The document of these functions and what they say about themselves.
pub fn document(described: &[(&Rest, Value)]) -> Result<Value, String> {
    let mut schemas = Named::default();
    let mut paths = Map::new();
    let mut problems = Map::new();
    let mut tags = BTreeSet::new();
    for (rest, description) in described {
        let stem = &rest.stem;
        schemas.add(description, stem)?;
        tags.insert(rest.package.clone());
        let mut operation = description["operation"].clone();
        operation["tags"] = json!([rest.package]);
        if let Some(responses) = operation["responses"].as_object_mut() {
            for (status, response) in responses {
                share(status, response, &mut problems);
            }
        }
        let main = (text(&description["method"]).to_lowercase(), text(&description["path"]));
        if !rest.routes.contains(&main) {
            return Err(format!(
                "{stem} describes {} {}, but template.yaml gives it {:?}",
                main.0, main.1, rest.routes
            ));
        }
        for route in &rest.routes {
            let (method, path) = route;
            let mut operation = operation.clone();
            if *route != main {
                if *path != main.1 {
                    return Err(format!("{stem} serves {path} too, which it does not describe"));
                }
                operation["operationId"] = format!("{stem}_by_{method}").into();
            }
            let item = paths.entry(path.clone()).or_insert_with(|| json!({}));
            item[method] = operation;
        }
    }
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Parlance",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "where this document came from"}],
        "security": [{"token": []}],
        "tags": tags.into_iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas.into_map(),
            "responses": problems,
            "securitySchemes": {"token": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "The `token` of a session, from `POST /auth/login` or `/auth/register`.",
            }},
        },
    }))
}

/// Routes share the description of a refusal: it is named after its codes.
fn share(status: &str, response: &mut Value, problems: &mut Map<String, Value>) {
    let codes =
        response.pointer("/content/application~1problem+json/schema/allOf/1/properties/code/enum");
    let codes: Vec<String> =
        codes.and_then(Value::as_array).into_iter().flatten().map(text).collect();
    if codes.is_empty() {
        return;
    }
    let name = format!("{status}.{}", codes.join("."));
    let shared = json!({"$ref": format!("#/components/responses/{name}")});
    problems.insert(name, std::mem::replace(response, shared));
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(routes: &[(&str, &str)]) -> Rest {
        let routes = routes.iter().map(|(m, p)| ((*m).to_owned(), (*p).to_owned())).collect();
        Rest { stem: "update_room".into(), package: "rooms".into(), routes }
    }

    fn description() -> Value {
        let problem = json!({"description": "no", "content": {"application/problem+json": {"schema":
            {"allOf": [{}, {"properties": {"code": {"enum": ["blocked", "silenced"]}}}]}}}});
        json!({"method": "PUT", "path": "/rooms/{room_id}", "schemas": {}, "operation":
            {"operationId": "update_room", "responses": {"200": {}, "403": problem}}})
    }

    #[test]
    fn every_route_of_a_function_is_an_operation() {
        let rest = rest(&[("put", "/rooms/{room_id}"), ("patch", "/rooms/{room_id}")]);
        let document = document(&[(&rest, description())]).unwrap();
        let path = &document["paths"]["/rooms/{room_id}"];
        assert_eq!(path["put"]["operationId"], "update_room");
        assert_eq!(path["patch"]["operationId"], "update_room_by_patch");
        assert_eq!(path["put"]["tags"], json!(["rooms"]));
        let shared = "403.blocked.silenced";
        assert_eq!(
            path["put"]["responses"]["403"]["$ref"],
            format!("#/components/responses/{shared}")
        );
        assert_eq!(document["components"]["responses"][shared]["description"], "no");
    }

    #[test]
    fn a_description_fits_the_template() {
        let elsewhere = rest(&[("put", "/room/{room_id}")]);
        assert!(document(&[(&elsewhere, description())]).is_err());
        let more = rest(&[("put", "/rooms/{room_id}"), ("put", "/room/{room_id}")]);
        assert!(document(&[(&more, description())]).is_err());
    }
}
