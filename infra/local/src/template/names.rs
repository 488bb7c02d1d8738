//! What the resources are called here: the values of `Ref`, `GetAtt` and the pseudo parameters, and
//! the way from AWS's own addresses to this machine's.

use serde_json::Value;
use std::collections::BTreeMap;

/// The account number that stands in every ARN.
pub const ACCOUNT: &str = "000000000000";
/// The region the stack says it is in.
pub const REGION: &str = "us-east-1";

/// Name and type of each resource, and the ports its addresses are made of.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Port of the HTTP and WebSocket APIs.
    pub public_port: u16,
    /// Port of the AWS endpoints.
    pub aws_port: u16,
    resources: BTreeMap<String, (String, Value)>,
    /// What other stacks have at addresses of their own: logical id and type.
    elsewhere: BTreeMap<String, String>,
    /// What nested stacks put out: `GetAtt` of the stack and `Outputs.<name>`.
    outputs: BTreeMap<(String, String), String>,
}

impl Names {
    /// Names without resources yet.
    #[must_use]
    pub fn new(public_port: u16, aws_port: u16) -> Self {
        Self { public_port, aws_port, ..Self::default() }
    }

    /// The names a nested stack starts with: none of its own, but addresses from around it are known.
    #[must_use]
    pub fn nested(&self) -> Self {
        let elsewhere =
            self.addresses().map(|(id, kind)| (id.to_owned(), kind.to_owned())).collect();
        Self { elsewhere, ..Self::new(self.public_port, self.aws_port) }
    }

    /// Takes what a nested stack puts out, and the addresses in it.
    pub fn put_out(&mut self, stack: &str, inner: &Self, outputs: &BTreeMap<String, String>) {
        for (id, kind) in inner.addresses() {
            self.elsewhere.insert(id.to_owned(), kind.to_owned());
        }
        for (name, value) in outputs {
            self.outputs.insert((stack.to_owned(), format!("Outputs.{name}")), value.clone());
        }
    }

    fn addresses(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.resources.iter().map(|(id, (kind, _))| (id.as_str(), kind.as_str()));
        own.chain(self.elsewhere.iter().map(|(id, kind)| (id.as_str(), kind.as_str())))
    }

    /// Adds a resource with its (unresolved) properties.
    pub fn add(&mut self, id: &str, kind: &str, properties: &Value) {
        self.resources.insert(id.to_owned(), (kind.to_owned(), properties.clone()));
    }

    /// The name a resource goes by: its name property where it has a literal one, else its logical
    /// id in the form the service allows.
    #[must_use]
    pub fn physical(&self, id: &str) -> String {
        let Some((kind, properties)) = self.resources.get(id) else { return id.to_owned() };
        let property = match kind.as_str() {
            "AWS::DynamoDB::Table" => "TableName",
            "AWS::SQS::Queue" => "QueueName",
            "AWS::S3::Bucket" => "BucketName",
            "AWS::SecretsManager::Secret" => "Name",
            "AWS::OpenSearchService::Domain" => "DomainName",
            "AWS::Serverless::Function" => "FunctionName",
            "AWS::ApiGatewayV2::Stage" => "StageName",
            _ => "",
        };
        let named = properties.get(property).and_then(Value::as_str);
        match kind.as_str() {
            // Buckets allow lower case only.
            "AWS::S3::Bucket" => named.map_or_else(|| id.to_ascii_lowercase(), str::to_owned),
            _ => named.unwrap_or(id).to_owned(),
        }
    }

    /// The value of `Ref`.
    ///
    /// # Errors
    /// When there is no such resource or pseudo parameter.
    pub fn reference(&self, id: &str) -> Result<String, String> {
        match id {
            "AWS::Region" => return Ok(REGION.into()),
            "AWS::AccountId" => return Ok(ACCOUNT.into()),
            "AWS::Partition" => return Ok("aws".into()),
            "AWS::URLSuffix" => return Ok("amazonaws.com".into()),
            "AWS::StackName" => return Ok("parlance-local".into()),
            "AWS::StackId" => {
                return Ok(format!(
                    "arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/parlance-local/local"
                ));
            }
            _ => {}
        }
        let (kind, _) = self.known(id)?;
        let name = self.physical(id);
        Ok(match kind {
            "AWS::SQS::Queue" => self.queue_url(&name),
            "AWS::SecretsManager::Secret" => secret_arn(&name),
            _ => name,
        })
    }

    /// The value of `GetAtt`.
    ///
    /// # Errors
    /// When the resource or its attribute is not known.
    pub fn attribute(&self, id: &str, attribute: &str) -> Result<String, String> {
        if attribute == "Arn" && self.is_role_of_a_function(id) {
            return Ok(format!("arn:aws:iam::{ACCOUNT}:role/{id}"));
        }
        if let Some(value) = self.outputs.get(&(id.to_owned(), attribute.to_owned())) {
            return Ok(value.clone());
        }
        let (kind, _) = self.known(id)?;
        let name = self.physical(id);
        Ok(match (kind, attribute) {
            ("AWS::Serverless::Function", "Arn") => function_arn(id),
            ("AWS::SQS::Queue", "Arn") => format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"),
            ("AWS::SQS::Queue", "QueueName") => name,
            ("AWS::SQS::Queue", "QueueUrl") => self.queue_url(&name),
            ("AWS::DynamoDB::Table", "Arn") => {
                format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}")
            }
            ("AWS::DynamoDB::Table", "StreamArn") => {
                format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}/stream/local")
            }
            ("AWS::S3::Bucket", "Arn") => format!("arn:aws:s3:::{name}"),
            ("AWS::S3::Bucket", "DomainName" | "RegionalDomainName") => {
                format!("{name}.s3.amazonaws.com")
            }
            ("AWS::SecretsManager::Secret", "Id" | "Arn") => secret_arn(&name),
            ("AWS::OpenSearchService::Domain", "Arn" | "DomainArn") => domain_arn(&name),
            ("AWS::OpenSearchService::Domain", "DomainEndpoint") => domain_host(id),
            // Nothing listens there: the stack's own HTTP server is the front door.
            ("AWS::CloudFront::Distribution", "DomainName") => "front-door.invalid".to_owned(),
            ("AWS::Serverless::HttpApi" | "AWS::ApiGatewayV2::Api", "ApiId") => id.to_owned(),
            ("AWS::Serverless::HttpApi" | "AWS::ApiGatewayV2::Api", "ApiEndpoint") => {
                format!("https://{id}.execute-api.{REGION}.amazonaws.com")
            }
            (kind, _) if kind.starts_with("AWS::IAM::") || kind.starts_with("AWS::Logs::") => {
                format!("arn:aws:iam::{ACCOUNT}:local/{id}")
            }
            (kind, attribute) => {
                return Err(format!("{id} ({kind}) has no attribute {attribute} here"));
            }
        })
    }

    /// SAM makes a role for each function that names none: the function's id with `Role` behind it.
    fn is_role_of_a_function(&self, id: &str) -> bool {
        let function = id.strip_suffix("Role").and_then(|id| self.resources.get(id));
        !self.resources.contains_key(id)
            && function.is_some_and(|(kind, _)| kind == "AWS::Serverless::Function")
    }

    fn known(&self, id: &str) -> Result<(&str, &Value), String> {
        self.resources
            .get(id)
            .map(|(kind, properties)| (kind.as_str(), properties))
            .ok_or_else(|| format!("there is no parameter or resource {id}"))
    }

    fn queue_url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{ACCOUNT}/{name}", self.aws_port)
    }

    /// Turns an address at AWS into the one that answers here, in what a function is given: the
    /// WebSocket APIs' management side is at the AWS port, the HTTP API at the public one.
    #[must_use]
    pub fn inside(&self, text: &str) -> String {
        self.rewrite(text, |id, kind| match kind {
            "AWS::ApiGatewayV2::Api" => format!("http://127.0.0.1:{}/{id}", self.aws_port),
            "AWS::OpenSearchService::Domain" => {
                format!("http://127.0.0.1:{}{}", self.aws_port, crate::opensearch::path_of(id))
            }
            _ => format!("http://127.0.0.1:{}", self.public_port),
        })
    }

    /// Turns an address at AWS into the one a client uses, in the stack's outputs.
    #[must_use]
    pub fn outside(&self, text: &str) -> String {
        self.rewrite(text, |_, _| format!("http://127.0.0.1:{}", self.public_port))
    }

    fn rewrite(&self, text: &str, https: impl Fn(&str, &str) -> String) -> String {
        let mut out = text.to_owned();
        for (id, kind) in self.addresses() {
            let host = match kind {
                "AWS::Serverless::HttpApi" | "AWS::ApiGatewayV2::Api" => {
                    format!("{id}.execute-api.{REGION}.amazonaws.com")
                }
                "AWS::OpenSearchService::Domain" => domain_host(id),
                _ => continue,
            };
            out = out.replace(&format!("https://{host}"), &https(id, kind));
            out = out
                .replace(&format!("wss://{host}"), &format!("ws://127.0.0.1:{}", self.public_port));
        }
        out
    }
}

/// The ARN of a function.
#[must_use]
pub fn function_arn(id: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{id}")
}

/// The ARN of a search domain.
#[must_use]
pub fn domain_arn(name: &str) -> String {
    format!("arn:aws:es:{REGION}:{ACCOUNT}:domain/{name}")
}

fn domain_host(id: &str) -> String {
    format!("search-{id}.{REGION}.es.amazonaws.com")
}

/// The ARN of a secret. AWS adds six random characters; here the name stays as it is.
#[must_use]
pub fn secret_arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}")
}
