//! The routes that `template.yaml` deploys.

use serde_yaml_ng::Value;
use std::fs;
use std::path::Path;

/// The binary that brings events to the sockets and so describes them.
pub const EVENTS: &str = "deliver";

/// One function behind the HTTP API.
#[derive(Debug, PartialEq, Eq)]
pub struct Rest {
    /// The binary's name.
    pub stem: String,
    /// The package, which groups the routes.
    pub package: String,
    /// Methods, in lower case, and paths.
    pub routes: Vec<(String, String)>,
}

/// Everything that is to be described.
#[derive(Debug, PartialEq, Eq)]
pub struct Routes {
    /// REST functions, in the order of the template.
    pub rest: Vec<Rest>,
    /// Binaries of the frames that clients send.
    pub frames: Vec<String>,
}

impl Routes {
    /// Reads the template.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}.", path.display()))?;
        Self::parse(&text).map_err(|e| format!("{}: {e}.", path.display()))
    }

    fn parse(text: &str) -> Result<Self, serde_yaml_ng::Error> {
        let template: Value = serde_yaml_ng::from_str(text)?;
        let resources: Vec<&Value> = members(&template["Resources"]).collect();
        let of_type = |kind: &'static str| {
            resources.iter().filter(move |r| r["Type"] == kind).map(|r| (*r, &r["Properties"]))
        };
        let rest = of_type("AWS::Serverless::Function").filter_map(|(resource, properties)| {
            let http = members(&properties["Events"]).filter(|event| event["Type"] == "HttpApi");
            let routes: Vec<_> = http
                .filter_map(|event| {
                    let (method, path) =
                        (&event["Properties"]["Method"], &event["Properties"]["Path"]);
                    Some((method.as_str()?.to_lowercase(), path.as_str()?.to_owned()))
                })
                .collect();
            let folder = properties["CodeUri"].as_str().unwrap_or_default();
            let package = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            (!routes.is_empty()).then(|| Rest {
                stem: string(&resource["Metadata"]["BuildProperties"]["Binary"]),
                package: package.to_owned(),
                routes,
            })
        });
        // `$connect` and its like carry no frame of ours.
        let keys = of_type("AWS::ApiGatewayV2::Route").map(|(_, p)| string(&p["RouteKey"]));
        let frames = keys.filter(|key| !key.starts_with('$')).map(|key| format!("socket_{key}"));
        Ok(Self { rest: rest.collect(), frames: frames.collect() })
    }
}

fn members(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_mapping().into_iter().flat_map(|members| members.values())
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_from_the_template() {
        let text = r#"
Resources:
  CreateRoom:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: create_room } }
    Properties:
      CodeUri: functions/rooms
      Events:
        Post: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi, Method: POST, Path: /rooms } }
  UnknownRoute:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Default: { Type: HttpApi, Properties: { ApiId: !Ref HttpApi } }
  SocketPingRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: { RouteKey: ping }
  SocketConnectRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties: { RouteKey: $connect }
"#;
        let rest = Rest {
            stem: "create_room".into(),
            package: "rooms".into(),
            routes: vec![("post".into(), "/rooms".into())],
        };
        let expected = Routes { rest: vec![rest], frames: vec!["socket_ping".into()] };
        assert_eq!(Routes::parse(text).unwrap(), expected);
    }
}
