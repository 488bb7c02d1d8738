//! What `template.yaml` and the stacks nested in it deploy: the one list of routes that tests go by.

use crate::stack::template_path;
use serde_json::Value;

/// One function of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The resource's name.
    pub logical_id: String,
    /// The binary's name, which names everything else too.
    pub stem: String,
    /// The package's folder: `functions/<package>`.
    pub code_uri: String,
    /// The HTTP routes: method and path.
    pub http: Vec<(String, String)>,
}

/// A template, without its tags (`!Ref X` reads as `X`).
pub struct Template {
    /// Resources, parameters, outputs.
    pub root: Value,
}

impl Template {
    /// Reads the template under test: our own routes.
    pub fn load() -> Self {
        Self::read(&template_path())
    }

    /// The stacks nested in it, by their names: the faces.
    pub fn faces() -> Vec<(String, Self)> {
        let (path, root) = (template_path(), Self::load());
        let nested = root.of_type("AWS::CloudFormation::Stack").map(|(name, stack)| {
            let place = text(&stack["Properties"]["TemplateURL"]);
            (name.to_owned(), Self::read(&path.with_file_name(place)))
        });
        nested.collect()
    }

    /// The functions of all stacks.
    pub fn all_functions() -> Vec<Function> {
        let nested = Self::faces();
        let nested = nested.iter().flat_map(|(_, face)| face.functions());
        Self::load().functions().into_iter().chain(nested).collect()
    }

    fn read(path: &std::path::Path) -> Self {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let yaml: serde_yaml_ng::Value = serde_yaml_ng::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { root: untag(yaml) }
    }

    /// All functions.
    pub fn functions(&self) -> Vec<Function> {
        self.of_type("AWS::Serverless::Function")
            .map(|(logical_id, resource)| {
                let events = resource["Properties"]["Events"].as_object().into_iter().flatten();
                let http = events.filter(|(_, event)| event["Type"] == "HttpApi").filter_map(
                    |(_, event)| {
                        let properties = &event["Properties"];
                        Some((
                            properties["Method"].as_str()?.to_uppercase(),
                            properties["Path"].as_str()?.to_owned(),
                        ))
                    },
                );
                Function {
                    logical_id: logical_id.to_owned(),
                    stem: text(&resource["Metadata"]["BuildProperties"]["Binary"]),
                    code_uri: text(&resource["Properties"]["CodeUri"])
                        .trim_end_matches('/')
                        .to_owned(),
                    http: http.collect(),
                }
            })
            .collect()
    }

    /// All HTTP routes with the stem of their function, without the catch-all.
    pub fn http_routes(&self) -> Vec<(String, String, String)> {
        let functions = self.functions();
        let routes = functions.iter().flat_map(|function| {
            let named = function.http.iter().filter(|(_, path)| path.starts_with('/'));
            named.map(|(method, path)| (method.clone(), path.clone(), function.stem.clone()))
        });
        routes.collect()
    }

    /// All route keys of the WebSocket API.
    pub fn socket_routes(&self) -> Vec<String> {
        self.of_type("AWS::ApiGatewayV2::Route")
            .map(|(_, route)| text(&route["Properties"]["RouteKey"]))
            .collect()
    }

    /// The stages of its WebSocket APIs, and the paths that clients connect to: the stage, unless the front door
    /// has another path for it.
    pub fn socket_paths(&self) -> Vec<(String, String)> {
        self.of_type("AWS::ApiGatewayV2::Stage")
            .map(|(_, stage)| {
                let name = text(&stage["Properties"]["StageName"]);
                let path = stage["Metadata"]["PublicPath"].as_str();
                (name.clone(), path.map_or_else(|| format!("/{name}"), str::to_owned))
            })
            .collect()
    }

    fn of_type(&self, kind: &'static str) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.root["Resources"].as_object().into_iter().flatten();
        resources
            .filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), resource))
    }
}

/// `join_room` → `JoinRoom`: how a stem is written as a resource's name.
pub fn pascal_case(stem: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    stem.split('_').map(word).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn untag(yaml: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match yaml {
        Yaml::Tagged(tagged) => untag(tagged.value),
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(untag).collect()),
        Yaml::Mapping(members) => {
            let key = |key: Yaml| match key {
                Yaml::String(text) => text,
                other => serde_json::to_string(&other).unwrap_or_default(),
            };
            Value::Object(
                members.into_iter().map(|(name, value)| (key(name), untag(value))).collect(),
            )
        }
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_become_resource_names() {
        assert_eq!(pascal_case("socket_join_room"), "SocketJoinRoom");
        assert_eq!(pascal_case("me"), "Me");
    }

    #[test]
    fn tags_are_read_through() {
        let yaml = "a: !Ref Table\nb: !Sub\n  - x\n  - {y: !GetAtt Z.Arn}\n";
        let value = untag(serde_yaml_ng::from_str(yaml).expect("yaml"));
        assert_eq!(value, serde_json::json!({"a": "Table", "b": ["x", {"y": "Z.Arn"}]}));
    }
}
