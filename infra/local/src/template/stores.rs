//! Tables, queues, buckets and secrets.

use super::model::{GenerateSpec, QueueSpec, SearchDomainSpec, SecretSpec, SecretValue, TableSpec};
use super::names::Names;
use super::props::Props;
use crate::error::StartError;
use serde_json::{Map, Value, json};

/// SQS's own defaults and limits, in seconds and bytes.
const VISIBILITY_DEFAULT_S: u64 = 30;
const RETENTION_DEFAULT_S: u64 = 345_600;
const MESSAGE_BYTES_MAX: u64 = 1_048_576;

pub(super) fn table(props: &Props, names: &Names) -> Result<TableSpec, StartError> {
    props.only(
        &[
            "TableName",
            "AttributeDefinitions",
            "KeySchema",
            "GlobalSecondaryIndexes",
            "LocalSecondaryIndexes",
            "BillingMode",
            "StreamSpecification",
            "TimeToLiveSpecification",
            "ProvisionedThroughput",
        ],
        // Safety nets and costs of the service: the data folder is one machine's to look after.
        &[
            "PointInTimeRecoverySpecification",
            "SSESpecification",
            "DeletionProtectionEnabled",
            "Tags",
            "TableClass",
            "ContributorInsightsSpecification",
            "OnDemandThroughput",
            "WarmThroughput",
        ],
    )?;
    let name = names.physical(&props.id);
    let mut create = Map::new();
    create.insert("TableName".into(), Value::from(name.as_str()));
    for property in
        ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
    {
        if let Some(value) = props.get(property) {
            create.insert(property.into(), value.clone());
        }
    }
    // Throughput is not metered here, so a provisioned table is made like an on-demand one.
    create.insert("BillingMode".into(), "PAY_PER_REQUEST".into());
    if let Some(indexes) = create.get_mut("GlobalSecondaryIndexes").and_then(Value::as_array_mut) {
        for index in indexes {
            if let Some(index) = index.as_object_mut() {
                index.retain(|key, _| {
                    matches!(key.as_str(), "IndexName" | "KeySchema" | "Projection")
                });
            }
        }
    }
    if let Some(stream) = props.inner("StreamSpecification") {
        stream.only(&["StreamViewType", "StreamEnabled"], &[])?;
        create.insert(
            "StreamSpecification".into(),
            json!({"StreamEnabled": true, "StreamViewType": stream.need("StreamViewType")?}),
        );
    }
    let ttl = match props.inner("TimeToLiveSpecification") {
        Some(ttl) if ttl.flag("Enabled") == Some(true) => Some(ttl.need("AttributeName")?),
        _ => None,
    };
    Ok(TableSpec { name, create: Value::Object(create), ttl })
}

pub(super) fn queue(props: &Props, names: &Names) -> Result<QueueSpec, StartError> {
    props.only(
        &[
            "QueueName",
            "VisibilityTimeout",
            "DelaySeconds",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "MaximumMessageSize",
            "RedrivePolicy",
        ],
        &[
            "Tags",
            "SqsManagedSseEnabled",
            "KmsMasterKeyId",
            "KmsDataKeyReusePeriodSeconds",
            "RedriveAllowPolicy",
        ],
    )?;
    let redrive = match props.inner("RedrivePolicy") {
        None => None,
        Some(policy) => {
            policy.only(&["deadLetterTargetArn", "maxReceiveCount"], &[])?;
            let target = policy.need("deadLetterTargetArn")?;
            let target = target.rsplit(':').next().unwrap_or_default().to_owned();
            let count = policy.number("maxReceiveCount")?.and_then(|n| u32::try_from(n).ok());
            Some((target, count.ok_or_else(|| policy.bad("maxReceiveCount is missing"))?))
        }
    };
    let seconds = |name: &str, default: u64, max: u64| -> Result<u64, StartError> {
        let value = props.number(name)?.unwrap_or(default);
        if value <= max {
            Ok(value)
        } else {
            Err(props.bad(format!("{name} must be at most {max}")))
        }
    };
    Ok(QueueSpec {
        name: names.physical(&props.id),
        visibility_s: seconds("VisibilityTimeout", VISIBILITY_DEFAULT_S, 43_200)?,
        delay_s: seconds("DelaySeconds", 0, 900)?,
        retention_s: seconds("MessageRetentionPeriod", RETENTION_DEFAULT_S, 1_209_600)?,
        wait_s: seconds("ReceiveMessageWaitTimeSeconds", 0, 20)?,
        message_bytes_max: usize::try_from(seconds(
            "MaximumMessageSize",
            MESSAGE_BYTES_MAX,
            MESSAGE_BYTES_MAX,
        )?)
        .unwrap_or(usize::MAX),
        redrive,
    })
}

pub(super) fn bucket(props: &Props, names: &Names) -> Result<String, StartError> {
    props.only(
        &["BucketName"],
        // Who may reach it and how it ages. Lifecycle rules are AWS's own housekeeping.
        &[
            "PublicAccessBlockConfiguration",
            "BucketEncryption",
            "LifecycleConfiguration",
            "OwnershipControls",
            "Tags",
            "CorsConfiguration",
            "NotificationConfiguration",
        ],
    )?;
    if let Some(inner) = props.inner("NotificationConfiguration") {
        // Functions hear of a bucket by their own event sources.
        inner.only(&[], &["EventBridgeConfiguration"])?;
    }
    Ok(names.physical(&props.id))
}

pub(super) fn search_domain(props: &Props, names: &Names) -> Result<SearchDomainSpec, StartError> {
    props.only(
        &["DomainName", "EngineVersion"],
        // How large it is, who may reach it, how it is kept: one engine does it here, for this machine.
        &[
            "ClusterConfig",
            "EBSOptions",
            "EncryptionAtRestOptions",
            "NodeToNodeEncryptionOptions",
            "DomainEndpointOptions",
            "AccessPolicies",
            "AdvancedOptions",
            "SoftwareUpdateOptions",
            "OffPeakWindowOptions",
            "LogPublishingOptions",
            "Tags",
        ],
    )?;
    if props.text("EngineVersion").is_some_and(|version| !version.starts_with("OpenSearch_2.")) {
        return Err(props.unsupported("an EngineVersion other than OpenSearch_2"));
    }
    Ok(SearchDomainSpec { id: props.id.clone(), name: names.physical(&props.id) })
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

pub(super) fn secret(props: &Props, names: &Names) -> Result<SecretSpec, StartError> {
    props.only(
        &["Name", "SecretString", "GenerateSecretString"],
        &["Description", "KmsKeyId", "Tags"],
    )?;
    let value = match (props.text("SecretString"), props.inner("GenerateSecretString")) {
        (Some(given), _) => SecretValue::Given(given),
        (None, Some(rules)) => SecretValue::Generated(generate(&rules)?),
        (None, None) => return Err(props.bad("needs SecretString or GenerateSecretString")),
    };
    Ok(SecretSpec { name: names.physical(&props.id), value })
}

fn generate(rules: &Props) -> Result<GenerateSpec, StartError> {
    rules.only(
        &[
            "PasswordLength",
            "ExcludeUppercase",
            "ExcludeLowercase",
            "ExcludeNumbers",
            "ExcludePunctuation",
            "ExcludeCharacters",
            "IncludeSpace",
            "RequireEachIncludedType",
            "SecretStringTemplate",
            "GenerateStringKey",
        ],
        &[],
    )?;
    let excluded = rules.text("ExcludeCharacters").unwrap_or_default();
    let on = |name: &str| rules.flag(name).unwrap_or(false);
    let classes: Vec<Vec<char>> = [
        (LOWER, !on("ExcludeLowercase")),
        (UPPER, !on("ExcludeUppercase")),
        (DIGITS, !on("ExcludeNumbers")),
        (PUNCTUATION, !on("ExcludePunctuation")),
        (" ", on("IncludeSpace")),
    ]
    .into_iter()
    .filter(|(_, included)| *included)
    .map(|(all, _)| all.chars().filter(|one| !excluded.contains(*one)).collect::<Vec<_>>())
    .filter(|class| !class.is_empty())
    .collect();
    if classes.is_empty() {
        return Err(rules.bad("excludes every character"));
    }
    let length =
        usize::try_from(rules.number("PasswordLength")?.unwrap_or(32)).unwrap_or(usize::MAX);
    if !(1..=4096).contains(&length) {
        return Err(rules.bad("PasswordLength must be 1 to 4096"));
    }
    let template = match (rules.text("SecretStringTemplate"), rules.text("GenerateStringKey")) {
        (Some(template), Some(key)) => Some((template, key)),
        (None, None) => None,
        _ => return Err(rules.bad("SecretStringTemplate and GenerateStringKey go together")),
    };
    Ok(GenerateSpec {
        length,
        classes,
        each_class: rules.flag("RequireEachIncludedType").unwrap_or(true),
        template,
    })
}
