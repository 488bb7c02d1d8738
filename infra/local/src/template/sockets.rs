//! WebSocket APIs, written as plain `AWS::ApiGatewayV2` resources that point at each other. They are
//! collected first and put together once all are known.

use super::intrinsics::text;
use super::model::{AuthorizerSpec, IdentitySource, SocketApiSpec, SocketRouteSpec};
use super::props::Props;
use crate::error::StartError;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// API Gateway's longest wait for a WebSocket integration.
const INTEGRATION_TIMEOUT_MS: u64 = 29_000;

/// The resources seen so far, by type.
#[derive(Default)]
pub(super) struct Parts {
    apis: Vec<Props>,
    routes: Vec<Props>,
    integrations: BTreeMap<String, Props>,
    authorizers: BTreeMap<String, Props>,
    stages: Vec<Props>,
    /// The paths that the front door has for stages, by their logical ids.
    paths: BTreeMap<String, String>,
    responses: Vec<Props>,
}

impl Parts {
    pub(super) fn take(&mut self, props: Props, metadata: &Value) -> Result<(), StartError> {
        match props.kind.trim_start_matches("AWS::ApiGatewayV2::") {
            "Api" => {
                props.only(
                    &["Name", "ProtocolType", "RouteSelectionExpression"],
                    &[
                        "Description",
                        "Tags",
                        "DisableExecuteApiEndpoint",
                        "ApiKeySelectionExpression",
                        "IpAddressType",
                    ],
                )?;
                if props.need("ProtocolType")? != "WEBSOCKET" {
                    return Err(props.unsupported(
                        "ProtocolType other than WEBSOCKET (write AWS::Serverless::HttpApi)",
                    ));
                }
                self.apis.push(props);
            }
            "Route" => {
                props.only(
                    &[
                        "ApiId",
                        "RouteKey",
                        "AuthorizationType",
                        "AuthorizerId",
                        "Target",
                        "RouteResponseSelectionExpression",
                    ],
                    &["OperationName"],
                )?;
                self.routes.push(props);
            }
            "Integration" => {
                props.only(
                    &["ApiId", "IntegrationType", "IntegrationUri", "TimeoutInMillis"],
                    &["Description", "IntegrationMethod", "CredentialsArn", "PayloadFormatVersion"],
                )?;
                if props.need("IntegrationType")? != "AWS_PROXY" {
                    return Err(props.unsupported("IntegrationType other than AWS_PROXY"));
                }
                self.integrations.insert(props.id.clone(), props);
            }
            "Authorizer" => {
                props.only(
                    &["ApiId", "AuthorizerType", "AuthorizerUri", "IdentitySource", "Name"],
                    &["AuthorizerCredentialsArn"],
                )?;
                if props.need("AuthorizerType")? != "REQUEST" {
                    return Err(props.unsupported("AuthorizerType other than REQUEST"));
                }
                self.authorizers.insert(props.id.clone(), props);
            }
            "Stage" => {
                props.only(
                    &["ApiId", "StageName", "StageVariables"],
                    &[
                        "AutoDeploy",
                        "DeploymentId",
                        "DefaultRouteSettings",
                        "RouteSettings",
                        "AccessLogSettings",
                        "Description",
                        "Tags",
                    ],
                )?;
                if let Some(path) = metadata.get("PublicPath").and_then(Value::as_str) {
                    let path = path.trim_matches('/').to_owned();
                    self.paths.insert(props.id.clone(), path);
                }
                self.stages.push(props);
            }
            "RouteResponse" => {
                props.only(&["ApiId", "RouteId", "RouteResponseKey"], &[])?;
                self.responses.push(props);
            }
            "IntegrationResponse" => {
                return Err(props.unsupported("an integration response beside AWS_PROXY"));
            }
            _ => return Err(props.unsupported(&format!("the resource type {}", props.kind))),
        }
        Ok(())
    }

    pub(super) fn assemble(self) -> Result<Vec<SocketApiSpec>, StartError> {
        self.apis.iter().map(|api| self.api(api)).collect()
    }

    fn api(&self, api: &Props) -> Result<SocketApiSpec, StartError> {
        let of = |props: &&Props| props.text("ApiId").as_deref() == Some(&api.id);
        let mut stages = self.stages.iter().filter(of);
        let stage = stages.next().ok_or_else(|| api.bad("has no stage"))?;
        if let Some(second) = stages.next() {
            return Err(second.unsupported("a second stage of one API"));
        }
        let expression = api.need("RouteSelectionExpression")?;
        let selection = expression
            .trim_start_matches("${")
            .trim_end_matches('}')
            .trim_start_matches('$')
            .strip_prefix("request.body.")
            .map(|path| path.split('.').map(str::to_owned).collect::<Vec<_>>())
            .ok_or_else(|| api.unsupported(&format!("RouteSelectionExpression {expression}")))?;
        let mut routes = BTreeMap::new();
        let mut authorizer = None;
        for route in self.routes.iter().filter(of) {
            let key = route.need("RouteKey")?;
            match route.text("AuthorizationType").as_deref() {
                None | Some("NONE") => {}
                Some("CUSTOM") if key == "$connect" => {
                    let id = route.need("AuthorizerId")?;
                    let found = self
                        .authorizers
                        .get(&id)
                        .ok_or_else(|| route.bad(format!("there is no authorizer {id}")))?;
                    authorizer = Some(authorizer_spec(found)?);
                }
                Some(other) => {
                    return Err(route.unsupported(&format!("AuthorizationType {other} on {key}")));
                }
            }
            let spec = self.route(route)?;
            if routes.insert(key.clone(), spec).is_some() {
                return Err(route.bad(format!("the route {key} is there twice")));
            }
        }
        let variables = stage
            .get("StageVariables")
            .and_then(Value::as_object)
            .map(|map| map.iter().map(|(name, value)| (name.clone(), text(value))).collect())
            .unwrap_or_default();
        let name = stage.need("StageName")?;
        Ok(SocketApiSpec {
            id: api.id.clone(),
            path: self.paths.get(&stage.id).unwrap_or(&name).clone(),
            stage: name,
            selection,
            routes,
            authorizer,
            variables,
        })
    }

    fn route(&self, route: &Props) -> Result<SocketRouteSpec, StartError> {
        let target = route.need("Target")?;
        let id = target.strip_prefix("integrations/").unwrap_or(&target);
        let integration = self
            .integrations
            .get(id)
            .ok_or_else(|| route.bad(format!("its target {target} is not in the template")))?;
        let answers = match route.text("RouteResponseSelectionExpression").as_deref() {
            None => false,
            Some("$default") => self.responses.iter().any(|response| {
                response.text("RouteId").as_deref() == Some(&route.id)
                    && response.text("RouteResponseKey").as_deref() == Some("$default")
            }),
            Some(other) => {
                return Err(route.unsupported(&format!("RouteResponseSelectionExpression {other}")));
            }
        };
        let timeout = integration.number("TimeoutInMillis")?.unwrap_or(INTEGRATION_TIMEOUT_MS);
        Ok(SocketRouteSpec {
            function: function_of(integration, &integration.need("IntegrationUri")?)?,
            answers,
            timeout: Duration::from_millis(timeout.min(INTEGRATION_TIMEOUT_MS)),
        })
    }
}

fn authorizer_spec(props: &Props) -> Result<AuthorizerSpec, StartError> {
    let mut identity = Vec::new();
    for source in props.texts("IdentitySource") {
        identity.push(if let Some(name) = source.strip_prefix("route.request.header.") {
            IdentitySource::Header(name.to_ascii_lowercase())
        } else if let Some(name) = source.strip_prefix("route.request.querystring.") {
            IdentitySource::Query(name.to_owned())
        } else {
            return Err(props.unsupported(&format!("the identity source {source}")));
        });
    }
    Ok(AuthorizerSpec { function: function_of(props, &props.need("AuthorizerUri")?)?, identity })
}

/// `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations`
fn function_of(props: &Props, uri: &str) -> Result<String, StartError> {
    uri.split("/functions/")
        .nth(1)
        .and_then(|rest| rest.split("/invocations").next())
        .and_then(|arn| arn.split(":function:").nth(1))
        .map(|name| name.split(':').next().unwrap_or(name).to_owned())
        .ok_or_else(|| {
            props.bad(format!("its address {uri} is not that of a function's invocations"))
        })
}
