//! Reads `template.yaml` into a [`Deployment`]. Everything the stack does comes from here; what it
//! cannot do is refused here, by name.

pub mod filters;
mod functions;
pub mod intrinsics;
pub mod model;
pub mod names;
mod props;
mod sockets;
mod stores;
mod yaml;

use crate::error::StartError;
use intrinsics::Scope;
use model::{Deployment, Source};
use names::Names;
use props::Props;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Resource types that are accepted and make no difference on one machine: permissions, logs, alarms, and
/// the front door, whose part the HTTP server plays. The functions' processes run as the user who started the stack; what they may call of AWS
/// is in `rights`.
const WITHOUT_EFFECT: [&str; 17] = [
    "AWS::Lambda::Permission",
    "AWS::IAM::Role",
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::SQS::QueuePolicy",
    "AWS::S3::BucketPolicy",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::ApiGateway::Account",
    "AWS::ApiGatewayV2::Deployment",
];

/// A stack of its own within this one.
const NESTED: &str = "AWS::CloudFormation::Stack";

/// Whether a resource belongs to a service of AWS that has no stand-in and calls functions by itself:
/// what comes from there can be invoked by hand, so a template that has it still runs.
fn is_elsewhere(kind: &str, properties: &Value) -> bool {
    match kind {
        "AWS::GuardDuty::MalwareProtectionPlan" => true,
        // A rule by time would be a schedule that never fires.
        "AWS::Events::Rule" => properties.get("ScheduleExpression").is_none(),
        _ => false,
    }
}

/// A template that has been read and not yet resolved: its addresses need the ports.
pub struct Template {
    path: PathBuf,
    root: Value,
}

impl Template {
    /// Reads a template file.
    ///
    /// # Errors
    /// When it cannot be read or is not a template.
    pub fn read(path: &Path) -> Result<Self, StartError> {
        let text = std::fs::read_to_string(path)
            .map_err(|cause| StartError::TemplateUnreadable { path: path.to_owned(), cause })?;
        let template = Self {
            path: path.to_owned(),
            root: yaml::parse(&text)
                .map_err(|detail| StartError::TemplateInvalid { path: path.to_owned(), detail })?,
        };
        if !template.root.get("Resources").is_some_and(Value::is_object) {
            return Err(template.invalid("it has no Resources"));
        }
        for section in template.root.as_object().map(Map::keys).into_iter().flatten() {
            if !matches!(
                section.as_str(),
                "AWSTemplateFormatVersion"
                    | "Transform"
                    | "Description"
                    | "Metadata"
                    | "Parameters"
                    | "Mappings"
                    | "Conditions"
                    | "Globals"
                    | "Resources"
                    | "Outputs"
                    | "Rules"
            ) {
                return Err(template.invalid(&format!("its section {section} is not supported")));
            }
        }
        Ok(template)
    }

    fn invalid(&self, detail: &str) -> StartError {
        StartError::TemplateInvalid { path: self.path.clone(), detail: detail.to_owned() }
    }

    /// Evaluates the template, and the nested stacks in it, for the given ports and parameter values.
    ///
    /// # Errors
    /// The first thing that is wrong or not supported.
    pub fn resolve(
        &self,
        public_port: u16,
        aws_port: u16,
        overrides: &BTreeMap<String, String>,
    ) -> Result<Deployment, StartError> {
        let (mut deployment, names) =
            self.evaluate(Names::new(public_port, aws_port), overrides)?;
        functions::check(&deployment)?;
        for value in deployment.outputs.values_mut() {
            *value = names.outside(value);
        }
        Ok(deployment)
    }

    /// One stack with those nested in it, and the names in it.
    fn evaluate(
        &self,
        nothing: Names,
        overrides: &BTreeMap<String, String>,
    ) -> Result<(Deployment, Names), StartError> {
        let parameters = self.parameters(overrides)?;
        let empty = Value::Object(Map::new());
        let mappings = self.root.get("Mappings").unwrap_or(&empty);
        let mut conditions = BTreeMap::new();
        for (name, expression) in section(&self.root, "Conditions") {
            let scope = Scope {
                parameters: &parameters,
                conditions: &conditions,
                mappings,
                names: &nothing,
            };
            let decided = scope
                .decide(expression)
                .map_err(|detail| self.invalid(&format!("condition {name}: {detail}")))?;
            conditions.insert(name.clone(), decided);
        }

        let mut names = nothing.clone();
        let mut resources: Vec<(&String, &str, Value)> = Vec::new();
        for (id, resource) in section(&self.root, "Resources") {
            let kind = resource
                .get("Type")
                .and_then(Value::as_str)
                .ok_or_else(|| self.invalid(&format!("resource {id} has no Type")))?;
            let wanted = resource
                .get("Condition")
                .and_then(Value::as_str)
                .is_none_or(|name| conditions.get(name).copied().unwrap_or(false));
            if !wanted {
                continue;
            }
            let own = resource.get("Properties").cloned().unwrap_or_else(|| empty.clone());
            let merged = self.with_globals(kind, own)?;
            // Names may hold parameters, so they are resolved first; resources cannot occur in them.
            let early = Scope {
                parameters: &parameters,
                conditions: &conditions,
                mappings,
                names: &nothing,
            };
            let mut named = Map::new();
            for property in [
                "TableName",
                "QueueName",
                "BucketName",
                "Name",
                "FunctionName",
                "StageName",
                "DomainName",
            ] {
                if let Some(value) =
                    merged.get(property).and_then(|value| early.resolve(value).ok())
                {
                    named.insert(property.to_owned(), value);
                }
            }
            names.add(id, kind, &Value::Object(named));
            resources.push((id, kind, merged));
        }
        names.add("ServerlessHttpApi", "AWS::Serverless::HttpApi", &empty);

        let mut deployment = Deployment::default();
        // Nested stacks first, in the template's order: others may use what they put out.
        for (id, kind, properties) in resources.iter().filter(|(_, kind, _)| *kind == NESTED) {
            let scope =
                Scope { parameters: &parameters, conditions: &conditions, mappings, names: &names };
            let resolved = scope.resolve(properties).map_err(|detail| StartError::BadResource {
                resource: (*id).clone(),
                kind: NESTED.into(),
                detail,
            })?;
            let (nested, inner) = self.nested(&Props::new(id, kind, resolved), &names)?;
            names.put_out(id, &inner, &nested.outputs);
            deployment.add(nested);
        }

        let scope =
            Scope { parameters: &parameters, conditions: &conditions, mappings, names: &names };
        let mut reader = Reader { names: &names, deployment, sockets: sockets::Parts::default() };
        for (id, kind, properties) in resources {
            if WITHOUT_EFFECT.contains(&kind) || kind == NESTED {
                continue;
            }
            if is_elsewhere(kind, &properties) {
                reader.deployment.notices.push(format!(
                    "{id}: there is no {kind} on one machine; what it would start has to be invoked."
                ));
                continue;
            }
            let metadata =
                self.root["Resources"][id].get("Metadata").cloned().unwrap_or(Value::Null);
            let resolved = scope.resolve(&properties).map_err(|detail| {
                StartError::BadResource { resource: id.clone(), kind: kind.to_owned(), detail }
            })?;
            reader.resource(Props::new(id, kind, resolved), &metadata)?;
        }
        let mut deployment = reader.finish()?;
        deployment.outputs.clear();
        for (name, output) in section(&self.root, "Outputs") {
            if let Some(value) = output.get("Value") {
                let value = scope
                    .resolve(value)
                    .map_err(|detail| self.invalid(&format!("output {name}: {detail}")))?;
                deployment.outputs.insert(name.clone(), intrinsics::text(&value));
            }
        }
        Ok((deployment, names))
    }

    /// The stack behind an `AWS::CloudFormation::Stack`: its template lies beside this one.
    fn nested(&self, props: &Props, around: &Names) -> Result<(Deployment, Names), StartError> {
        props.only(&["TemplateURL", "Parameters"], &["Tags", "TimeoutInMinutes"])?;
        let place = props.need("TemplateURL")?;
        if place.contains("://") {
            return Err(props.unsupported("a template that does not lie beside this one"));
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let template = Self::read(&folder.join(&place))?;
        let given = props.get("Parameters").and_then(Value::as_object).into_iter().flatten();
        let given = given.map(|(name, value)| (name.clone(), intrinsics::text(value))).collect();
        template.evaluate(around.nested(), &given)
    }

    fn parameters(
        &self,
        overrides: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Value>, StartError> {
        let mut values = BTreeMap::new();
        for (name, declared) in section(&self.root, "Parameters") {
            let value = match (overrides.get(name), declared.get("Default")) {
                (Some(given), _) => Value::from(given.as_str()),
                (None, Some(default)) => Value::from(intrinsics::text(default)),
                (None, None) => {
                    return Err(self.invalid(&format!(
                        "parameter {name} has no default: give it with --param {name}=VALUE"
                    )));
                }
            };
            let allowed = declared.get("AllowedValues").and_then(Value::as_array);
            if allowed.is_some_and(|all| {
                !all.iter().any(|one| intrinsics::text(one) == intrinsics::text(&value))
            }) {
                return Err(
                    self.invalid(&format!("parameter {name} does not allow the value {value}"))
                );
            }
            let list = declared
                .get("Type")
                .and_then(Value::as_str)
                .is_some_and(|kind| kind == "CommaDelimitedList" || kind.starts_with("List<"));
            let value = if list {
                intrinsics::text(&value).split(',').map(|item| Value::from(item.trim())).collect()
            } else {
                value
            };
            values.insert(name.clone(), value);
        }
        if let Some(unknown) = overrides.keys().find(|name| !values.contains_key(*name)) {
            return Err(self.invalid(&format!("it has no parameter {unknown}")));
        }
        Ok(values)
    }

    /// SAM's `Globals`: maps are merged, lists are joined, the resource's own scalar wins.
    fn with_globals(&self, kind: &str, own: Value) -> Result<Value, StartError> {
        let Some(globals) = self.root.get("Globals").and_then(Value::as_object) else {
            return Ok(own);
        };
        for name in globals.keys() {
            if !matches!(name.as_str(), "Function" | "HttpApi") {
                return Err(self.invalid(&format!("its Globals section {name} is not supported")));
            }
        }
        let section = match kind {
            "AWS::Serverless::Function" => globals.get("Function"),
            "AWS::Serverless::HttpApi" => globals.get("HttpApi"),
            _ => None,
        };
        Ok(section.map_or_else(|| own.clone(), |base| merge(base, &own)))
    }
}

fn section<'a>(root: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    root.get(name).and_then(Value::as_object).into_iter().flatten()
}

fn merge(base: &Value, own: &Value) -> Value {
    match (base, own) {
        (Value::Object(base), Value::Object(own)) if !is_function(base) && !is_function(own) => {
            let mut out = base.clone();
            for (key, value) in own {
                let merged = out.get(key).map_or_else(|| value.clone(), |base| merge(base, value));
                out.insert(key.clone(), merged);
            }
            Value::Object(out)
        }
        (Value::Array(base), Value::Array(own)) => base.iter().chain(own).cloned().collect(),
        (_, own) => own.clone(),
    }
}

fn is_function(map: &Map<String, Value>) -> bool {
    map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::"))
}

/// Collects resources into a deployment.
struct Reader<'a> {
    names: &'a Names,
    deployment: Deployment,
    sockets: sockets::Parts,
}

impl Reader<'_> {
    fn resource(&mut self, props: Props, metadata: &Value) -> Result<(), StartError> {
        match props.kind.as_str() {
            "AWS::Serverless::Function" => {
                let function = functions::function(&props, metadata, self.names)?;
                self.deployment.functions.push(function);
            }
            "AWS::Serverless::HttpApi" => {
                self.deployment.http_apis.push(functions::http_api(&props)?);
            }
            "AWS::DynamoDB::Table" => {
                self.deployment.tables.push(stores::table(&props, self.names)?)
            }
            "AWS::SQS::Queue" => self.deployment.queues.push(stores::queue(&props, self.names)?),
            "AWS::S3::Bucket" => self.deployment.buckets.push(stores::bucket(&props, self.names)?),
            "AWS::OpenSearchService::Domain" => {
                self.deployment.search_domains.push(stores::search_domain(&props, self.names)?);
            }
            "AWS::SecretsManager::Secret" => {
                self.deployment.secrets.push(stores::secret(&props, self.names)?)
            }
            kind if kind.starts_with("AWS::ApiGatewayV2::") => self.sockets.take(props)?,
            _ => {
                return Err(StartError::Unsupported {
                    what: format!("the resource type {}", props.kind),
                    resource: props.id,
                    kind: props.kind,
                });
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Deployment, StartError> {
        self.deployment.socket_apis.extend(self.sockets.assemble()?);
        // SAM makes an HTTP API by itself for functions that name none.
        let implicit = "ServerlessHttpApi";
        let has_routes = |f: &model::FunctionSpec| {
            f.sources.iter().any(|s| matches!(s, Source::Http { api, .. } if api == implicit))
        };
        if self.deployment.functions.iter().any(has_routes) {
            self.deployment.http_apis.push(model::HttpApiSpec { id: implicit.into(), cors: None });
        }
        Ok(self.deployment)
    }
}

#[cfg(test)]
mod tests;
