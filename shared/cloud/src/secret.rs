//! Secrets: the seed of the key that signs tokens, which only sign-in may read, and that of the key that
//! signs pushes. They are never written to a log.

use crate::failure::failed;
use aws_sdk_secretsmanager::Client;
use domain::{ChatError, Result};

/// A secret in Secrets Manager.
#[derive(Clone, Debug)]
pub struct SigningSecret {
    client: Client,
    arn: String,
}

impl SigningSecret {
    /// The secret `arn`.
    pub fn new(client: Client, arn: impl Into<String>) -> Self {
        Self { client, arn: arn.into() }
    }

    /// Its current text (`secretsmanager:GetSecretValue`).
    pub async fn read(&self) -> Result<String> {
        let answer = self.client.get_secret_value().secret_id(&self.arn).send().await;
        let secret = answer.map_err(|e| failed("secretsmanager GetSecretValue", &e))?.secret_string;
        secret.ok_or_else(|| ChatError::unavailable("secretsmanager GetSecretValue: not a text"))
    }
}
