//! What a function finds in its environment: the variables Lambda sets, with the AWS endpoints of
//! this machine, and those of the template. Nothing of the stack's own environment is handed on.

use crate::metrics::KEY_PREFIX;
use crate::template::model::FunctionSpec;
use crate::template::names::REGION;
use std::path::PathBuf;

/// What the functions' environment is made from.
pub struct Surroundings {
    /// Where the programs lie.
    pub bin_dir: PathBuf,
    /// Port of SQS, Secrets Manager and `@connections`.
    pub aws_port: u16,
    /// Port of DynamoDB.
    pub dynamodb_port: u16,
    /// Port of S3, if there is a bucket.
    pub s3_port: Option<u16>,
}

/// The environment of one function, without `AWS_LAMBDA_RUNTIME_API`, which each process has of its own.
#[must_use]
pub fn of(spec: &FunctionSpec, around: &Surroundings) -> Vec<(String, String)> {
    let at = |port: u16| format!("http://127.0.0.1:{port}");
    let mut all: Vec<(String, String)> = [
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("LAMBDA_TASK_ROOT", around.bin_dir.display().to_string()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", format!("{KEY_PREFIX}{}", spec.binary)),
        ("AWS_SECRET_ACCESS_KEY", crate::s3::SECRET_KEY.to_owned()),
        // Never look for credentials or settings of the person at this machine.
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ("AWS_ENDPOINT_URL", at(around.aws_port)),
        ("AWS_ENDPOINT_URL_SQS", at(around.aws_port)),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", at(around.aws_port)),
        ("AWS_ENDPOINT_URL_DYNAMODB", at(around.dynamodb_port)),
        ("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", at(around.dynamodb_port)),
        ("AWS_LAMBDA_FUNCTION_NAME", spec.id.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", spec.memory_mib.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", spec.id)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local".to_owned()),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    if let Some(port) = around.s3_port {
        all.push(("AWS_ENDPOINT_URL_S3".to_owned(), at(port)));
    }
    all.extend(spec.environment.iter().map(|(name, value)| (name.clone(), value.clone())));
    all
}
