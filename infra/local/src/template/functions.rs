//! Functions, their event sources, and the HTTP API.

use super::filters::Pattern;
use super::intrinsics::text;
use super::model::{
    BucketSource, CorsSpec, Deployment, FunctionSpec, HttpApiSpec, QueueSource, Source, Statement,
    StreamSource,
};
use super::names::Names;
use super::props::Props;
use crate::error::StartError;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Lambda's own default when a template gives no `Timeout`.
const TIMEOUT_DEFAULT_S: u64 = 3;
/// Invocations a queue mapping runs at once unless `MaximumConcurrency` says otherwise: Lambda
/// starts a mapping with five pollers.
const QUEUE_CONCURRENCY_DEFAULT: usize = 5;

pub(super) fn function(
    props: &Props,
    metadata: &Value,
    names: &Names,
) -> Result<FunctionSpec, StartError> {
    props.only(
        &[
            "CodeUri",
            "Handler",
            "Runtime",
            "Timeout",
            "MemorySize",
            "Environment",
            "Events",
            "FunctionName",
            "ReservedConcurrentExecutions",
            "PackageType",
            "Policies",
        ],
        // Where it runs and how it is watched: none of it changes an answer here.
        &[
            "Role",
            "Architectures",
            "Tracing",
            "Description",
            "Tags",
            "LoggingConfig",
            "PermissionsBoundary",
            "AutoPublishAlias",
            "DeploymentPreference",
            "EphemeralStorage",
            "ProvisionedConcurrencyConfig",
            "VersionDescription",
            "SnapStart",
            "RecursiveLoop",
            "PropagateTags",
            "RuntimeManagementConfig",
        ],
    )?;
    if let Some(runtime) = props.text("Runtime")
        && !runtime.starts_with("provided")
    {
        return Err(props.unsupported(&format!("Runtime {runtime}")));
    }
    if props.text("PackageType").is_some_and(|kind| kind != "Zip") {
        return Err(props.unsupported("PackageType other than Zip"));
    }
    let binary = metadata
        .pointer("/BuildProperties/Binary")
        .and_then(Value::as_str)
        .ok_or_else(|| props.bad("Metadata.BuildProperties.Binary must name its program"))?
        .to_owned();
    let code = props.text("CodeUri").unwrap_or_default();
    let package = code.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();

    let mut environment = BTreeMap::new();
    if let Some(inner) = props.inner("Environment") {
        inner.only(&["Variables"], &[])?;
        if let Some(variables) = inner.get("Variables").and_then(Value::as_object) {
            for (name, value) in variables {
                environment.insert(name.clone(), names.inside(&text(value)));
            }
        }
    }
    let mut sources = Vec::new();
    if let Some(events) = props.get("Events").and_then(Value::as_object) {
        for (name, event) in events {
            sources.push(source(props, name, event)?);
        }
    }
    Ok(FunctionSpec {
        id: props.id.clone(),
        binary,
        package,
        timeout: Duration::from_secs(props.number("Timeout")?.unwrap_or(TIMEOUT_DEFAULT_S)),
        memory_mib: props.number("MemorySize")?.unwrap_or(128),
        processes_max: props
            .number("ReservedConcurrentExecutions")?
            .and_then(|n| usize::try_from(n).ok()),
        environment,
        sources,
        statements: statements(props)?,
    })
}

/// The statements written out in `Policies`; managed policies and policy templates are refused, since
/// what they allow is not in the template.
fn statements(props: &Props) -> Result<Vec<Statement>, StartError> {
    let many = |value: &Value| match value {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let texts = |value: &Value| many(value).iter().map(text).collect();
    let mut all = Vec::new();
    for policy in many(props.get("Policies").unwrap_or(&Value::Null)) {
        let Some(statements) = policy.get("Statement") else {
            return Err(props.unsupported("a policy without statements"));
        };
        for statement in many(statements) {
            if statement.get("Effect").and_then(Value::as_str) != Some("Allow") {
                return Err(props.unsupported("a statement that does not allow"));
            }
            all.push(Statement {
                actions: texts(&statement["Action"]),
                resources: texts(&statement["Resource"]),
            });
        }
    }
    Ok(all)
}

fn source(function: &Props, name: &str, event: &Value) -> Result<Source, StartError> {
    let kind = event.get("Type").and_then(Value::as_str).unwrap_or_default();
    let props = Props::new(
        &function.id,
        &format!("{} event {name}", function.kind),
        event.get("Properties").cloned().unwrap_or(Value::Object(Map::new())),
    );
    match kind {
        "HttpApi" => http(&props),
        "SQS" => queue(&props),
        "DynamoDB" => stream(&props),
        "S3" => bucket(&props),
        "Schedule" | "ScheduleV2" => schedule(&props, kind),
        other => Err(props.unsupported(&format!("the event type {other}"))),
    }
}

fn http(props: &Props) -> Result<Source, StartError> {
    props.only(&["Path", "Method", "ApiId", "PayloadFormatVersion", "Auth"], &[])?;
    if props.text("PayloadFormatVersion").is_some_and(|version| version != "2.0") {
        return Err(props.unsupported("PayloadFormatVersion other than 2.0"));
    }
    if props
        .inner("Auth")
        .and_then(|auth| auth.text("Authorizer"))
        .is_some_and(|name| name != "NONE")
    {
        return Err(props.unsupported("Auth.Authorizer"));
    }
    let route = match (props.text("Path"), props.text("Method")) {
        (None, None) => "$default".to_owned(),
        (Some(path), _) if path == "$default" => path,
        (Some(path), method) => {
            let method = method.unwrap_or_else(|| "ANY".into()).to_ascii_uppercase();
            let method = if matches!(method.as_str(), "X-AMAZON-APIGATEWAY-ANY-METHOD" | "*") {
                "ANY".into()
            } else {
                method
            };
            format!("{method} {path}")
        }
        (None, Some(_)) => return Err(props.bad("Method without Path")),
    };
    let api = props.text("ApiId").unwrap_or_else(|| "ServerlessHttpApi".to_owned());
    Ok(Source::Http { api, route })
}

fn response_types(props: &Props) -> Result<bool, StartError> {
    let types = props.texts("FunctionResponseTypes");
    match types.iter().find(|one| *one != "ReportBatchItemFailures") {
        Some(other) => Err(props.unsupported(&format!("FunctionResponseTypes {other}"))),
        None => Ok(!types.is_empty()),
    }
}

fn size(props: &Props, name: &str, default: usize, max: usize) -> Result<usize, StartError> {
    let size = props.number(name)?.and_then(|n| usize::try_from(n).ok()).unwrap_or(default);
    if (1..=max).contains(&size) {
        Ok(size)
    } else {
        Err(props.bad(format!("{name} must be 1 to {max}")))
    }
}

fn queue(props: &Props) -> Result<Source, StartError> {
    props.only(
        &[
            "Queue",
            "BatchSize",
            "MaximumBatchingWindowInSeconds",
            "FunctionResponseTypes",
            "ScalingConfig",
            "Enabled",
        ],
        &["MetricsConfig"],
    )?;
    if props.flag("Enabled") == Some(false) {
        return Err(props.unsupported("Enabled: false"));
    }
    let scaling = props.inner("ScalingConfig");
    let concurrency_max = match &scaling {
        Some(scaling) => {
            scaling.only(&["MaximumConcurrency"], &[])?;
            size(scaling, "MaximumConcurrency", QUEUE_CONCURRENCY_DEFAULT, 1000)?
        }
        None => QUEUE_CONCURRENCY_DEFAULT,
    };
    Ok(Source::Queue(QueueSource {
        queue: last(&props.need("Queue")?),
        batch_size: size(props, "BatchSize", 10, 10_000)?,
        window: Duration::from_secs(props.number("MaximumBatchingWindowInSeconds")?.unwrap_or(0)),
        partial_failures: response_types(props)?,
        concurrency_max,
    }))
}

fn stream(props: &Props) -> Result<Source, StartError> {
    props.only(
        &[
            "Stream",
            "StartingPosition",
            "BatchSize",
            "MaximumBatchingWindowInSeconds",
            "MaximumRetryAttempts",
            "MaximumRecordAgeInSeconds",
            "BisectBatchOnFunctionError",
            "DestinationConfig",
            "FilterCriteria",
            "FunctionResponseTypes",
            "Enabled",
        ],
        // One shard is one order here as well; more pollers only make AWS faster.
        &["ParallelizationFactor", "MetricsConfig"],
    )?;
    if props.flag("Enabled") == Some(false) {
        return Err(props.unsupported("Enabled: false"));
    }
    let from_start = match props.need("StartingPosition")?.as_str() {
        "TRIM_HORIZON" => true,
        "LATEST" => false,
        other => return Err(props.unsupported(&format!("StartingPosition {other}"))),
    };
    let arn = props.need("Stream")?;
    let table = arn
        .split(":table/")
        .nth(1)
        .and_then(|rest| rest.split('/').next())
        .ok_or_else(|| props.bad("Stream must be a table's StreamArn"))?;
    Ok(Source::Stream(StreamSource {
        table: table.to_owned(),
        batch_size: size(props, "BatchSize", 100, 10_000)?,
        window: Duration::from_secs(props.number("MaximumBatchingWindowInSeconds")?.unwrap_or(0)),
        from_start,
        // -1 is AWS's way to write "without end".
        retries_max: props.text("MaximumRetryAttempts").and_then(|text| text.parse().ok()),
        age_max: props
            .text("MaximumRecordAgeInSeconds")
            .and_then(|text| text.parse().ok())
            .map(Duration::from_secs),
        bisect: props.flag("BisectBatchOnFunctionError") == Some(true),
        on_failure: on_failure(props)?,
        filters: filters(props)?,
        partial_failures: response_types(props)?,
    }))
}

fn on_failure(props: &Props) -> Result<Option<String>, StartError> {
    let Some(config) = props.inner("DestinationConfig") else { return Ok(None) };
    config.only(&["OnFailure"], &[])?;
    let Some(target) = config.inner("OnFailure") else { return Ok(None) };
    target.only(&["Type", "Destination"], &[])?;
    let arn = target.need("Destination")?;
    if !arn.contains(":sqs:") {
        return Err(target.unsupported("a destination other than a queue"));
    }
    Ok(Some(last(&arn)))
}

fn filters(props: &Props) -> Result<Vec<Pattern>, StartError> {
    let Some(criteria) = props.inner("FilterCriteria") else { return Ok(Vec::new()) };
    criteria.only(&["Filters"], &[])?;
    let filters = criteria.get("Filters").and_then(Value::as_array);
    let read = |filter: &Value| {
        let pattern = filter.get("Pattern").map(text).unwrap_or_default();
        Pattern::read(&pattern).map_err(|detail| criteria.bad(detail))
    };
    filters.into_iter().flatten().map(read).collect()
}

fn bucket(props: &Props) -> Result<Source, StartError> {
    props.only(&["Bucket", "Events", "Filter"], &[])?;
    let (mut prefix, mut suffix) = (String::new(), String::new());
    let rules = props
        .get("Filter")
        .and_then(|filter| filter.pointer("/S3Key/Rules"))
        .and_then(Value::as_array);
    for rule in rules.into_iter().flatten() {
        let value = rule.get("Value").map(text).unwrap_or_default();
        match rule.get("Name").map(text).unwrap_or_default().to_ascii_lowercase().as_str() {
            "prefix" => prefix = value,
            "suffix" => suffix = value,
            other => return Err(props.unsupported(&format!("the filter rule {other}"))),
        }
    }
    let events = props.texts("Events");
    if let Some(other) = events.iter().find(|event| {
        !event.starts_with("s3:ObjectCreated:") && !event.starts_with("s3:ObjectRemoved:")
    }) {
        return Err(props.unsupported(other));
    }
    Ok(Source::Bucket(BucketSource { bucket: props.need("Bucket")?, events, prefix, suffix }))
}

fn schedule(props: &Props, kind: &str) -> Result<Source, StartError> {
    let expression = if kind == "Schedule" { "Schedule" } else { "ScheduleExpression" };
    props.only(
        &[expression, "Input", "Enabled", "State"],
        &[
            "Name",
            "Description",
            "RetryPolicy",
            "FlexibleTimeWindow",
            "OmitName",
            "PermissionsBoundary",
            "RoleArn",
        ],
    )?;
    if props.flag("Enabled") == Some(false)
        || props.text("State").is_some_and(|state| state == "DISABLED")
    {
        return Err(props.unsupported("a schedule that is switched off"));
    }
    Ok(Source::Schedule { expression: props.need(expression)?, input: props.text("Input") })
}

fn last(arn: &str) -> String {
    arn.rsplit([':', '/']).next().unwrap_or(arn).to_owned()
}

pub(super) fn http_api(props: &Props) -> Result<HttpApiSpec, StartError> {
    props.only(
        &["CorsConfiguration", "Auth", "StageName"],
        &[
            "AccessLogSettings",
            "DefaultRouteSettings",
            "Description",
            "Name",
            "Tags",
            "FailOnWarnings",
            "Domain",
            "DisableExecuteApiEndpoint",
            "RouteSettings",
            "PropagateTags",
        ],
    )?;
    if props.text("StageName").is_some_and(|stage| stage != "$default") {
        return Err(props.unsupported("StageName other than $default"));
    }
    if let Some(auth) = props.inner("Auth") {
        return Err(auth.unsupported("an authorizer of the HTTP API"));
    }
    let cors = match props.get("CorsConfiguration") {
        None | Some(Value::Null | Value::Bool(false)) => None,
        Some(Value::Bool(true)) => {
            Some(CorsSpec { origins: vec!["*".into()], ..CorsSpec::default() })
        }
        Some(_) => props.inner("CorsConfiguration").map(|cors| cors_rules(&cors)).transpose()?,
    };
    Ok(HttpApiSpec { id: props.id.clone(), cors })
}

fn cors_rules(cors: &Props) -> Result<CorsSpec, StartError> {
    cors.only(
        &[
            "AllowOrigins",
            "AllowMethods",
            "AllowHeaders",
            "ExposeHeaders",
            "AllowCredentials",
            "MaxAge",
        ],
        &[],
    )?;
    Ok(CorsSpec {
        origins: cors.texts("AllowOrigins"),
        methods: cors.texts("AllowMethods"),
        headers: cors.texts("AllowHeaders"),
        expose: cors.texts("ExposeHeaders"),
        credentials: cors.flag("AllowCredentials").unwrap_or(false),
        max_age_s: cors.number("MaxAge")?,
    })
}

/// Every event source must name something that is in the template, and nothing may be there twice: what
/// stands in several stacks goes by one name here.
pub(super) fn check(deployment: &Deployment) -> Result<(), StartError> {
    let mut seen = BTreeSet::new();
    let functions = deployment.functions.iter().map(|one| ("AWS::Serverless::Function", &one.id));
    let queues = deployment.queues.iter().map(|one| ("AWS::SQS::Queue", &one.name));
    let stages = deployment.socket_apis.iter().map(|one| ("AWS::ApiGatewayV2::Stage", &one.stage));
    for (kind, name) in functions.chain(queues).chain(stages) {
        if !seen.insert((kind, name)) {
            return Err(StartError::BadResource {
                resource: name.clone(),
                kind: kind.into(),
                detail: "there is another of this name".into(),
            });
        }
    }
    for function in &deployment.functions {
        let missing = |what: String| StartError::BadResource {
            resource: function.id.clone(),
            kind: "AWS::Serverless::Function".into(),
            detail: format!("its event source {what} is not in the template"),
        };
        for source in &function.sources {
            match source {
                Source::Queue(source)
                    if !deployment.queues.iter().any(|queue| queue.name == source.queue) =>
                {
                    return Err(missing(format!("queue {}", source.queue)));
                }
                Source::Stream(source)
                    if !deployment.tables.iter().any(|table| table.name == source.table) =>
                {
                    return Err(missing(format!("table {}", source.table)));
                }
                Source::Stream(StreamSource { on_failure: Some(queue), .. })
                    if !deployment.queues.iter().any(|other| other.name == *queue) =>
                {
                    return Err(missing(format!("queue {queue}")));
                }
                Source::Bucket(source) if !deployment.buckets.contains(&source.bucket) => {
                    return Err(missing(format!("bucket {}", source.bucket)));
                }
                _ => {}
            }
        }
    }
    for queue in &deployment.queues {
        if let Some((target, _)) = &queue.redrive
            && !deployment.queues.iter().any(|other| other.name == *target)
        {
            return Err(StartError::BadResource {
                resource: queue.name.clone(),
                kind: "AWS::SQS::Queue".into(),
                detail: format!("its dead-letter queue {target} is not in the template"),
            });
        }
    }
    Ok(())
}
