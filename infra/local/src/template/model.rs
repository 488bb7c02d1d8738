//! What the template asks for, after every function in it has been evaluated.

use std::collections::BTreeMap;
use std::time::Duration;

/// A whole deployment.
#[derive(Debug, Default)]
pub struct Deployment {
    /// The functions.
    pub functions: Vec<FunctionSpec>,
    /// The HTTP APIs, which share the public port: those of nested stacks first.
    pub http_apis: Vec<HttpApiSpec>,
    /// The WebSocket APIs, one path each.
    pub socket_apis: Vec<SocketApiSpec>,
    /// The tables.
    pub tables: Vec<TableSpec>,
    /// The queues.
    pub queues: Vec<QueueSpec>,
    /// The buckets' names.
    pub buckets: Vec<String>,
    /// The secrets.
    pub secrets: Vec<SecretSpec>,
    /// What is left out because the service behind it is not here, one sentence each.
    pub notices: Vec<String>,
    /// The search domains.
    pub search_domains: Vec<SearchDomainSpec>,
    /// `Outputs`, with addresses a client can use.
    pub outputs: BTreeMap<String, String>,
}

impl Deployment {
    /// Adds a nested stack's parts.
    pub(super) fn add(&mut self, nested: Self) {
        self.functions.extend(nested.functions);
        self.http_apis.extend(nested.http_apis);
        self.socket_apis.extend(nested.socket_apis);
        self.tables.extend(nested.tables);
        self.queues.extend(nested.queues);
        self.buckets.extend(nested.buckets);
        self.secrets.extend(nested.secrets);
        self.notices.extend(nested.notices);
        self.search_domains.extend(nested.search_domains);
    }
}

/// A function.
#[derive(Debug, Clone)]
pub struct FunctionSpec {
    /// Logical id.
    pub id: String,
    /// Name of the program.
    pub binary: String,
    /// Package the program is built from.
    pub package: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// `MemorySize`, told to the function and not enforced.
    pub memory_mib: u64,
    /// `ReservedConcurrentExecutions`.
    pub processes_max: Option<usize>,
    /// Environment from the template, addresses already those of this machine.
    pub environment: BTreeMap<String, String>,
    /// What invokes it, WebSocket routes aside.
    pub sources: Vec<Source>,
    /// What it may call.
    pub statements: Vec<Statement>,
}

/// One `Allow` of a function's `Policies`.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Actions, with `*` for anything.
    pub actions: Vec<String>,
    /// ARNs, with `*` for anything.
    pub resources: Vec<String>,
}

/// One entry of a function's `Events`.
#[derive(Debug, Clone)]
pub enum Source {
    /// A route of the HTTP API, in API Gateway's notation: `GET /rooms/{room_id}` or `$default`.
    Http {
        /// The API, by its logical id.
        api: String,
        /// The route key.
        route: String,
    },
    /// A queue.
    Queue(QueueSource),
    /// A table's stream.
    Stream(StreamSource),
    /// Events of a bucket.
    Bucket(BucketSource),
    /// A schedule.
    Schedule {
        /// `rate(…)` or `cron(…)`.
        expression: String,
        /// The event; without it the one EventBridge makes.
        input: Option<String>,
    },
}

/// How a function takes from a queue.
#[derive(Debug, Clone)]
pub struct QueueSource {
    /// Queue's name.
    pub queue: String,
    /// Most messages in one invocation.
    pub batch_size: usize,
    /// How long to wait for a fuller batch.
    pub window: Duration,
    /// Whether the answer names the messages that failed.
    pub partial_failures: bool,
    /// Most invocations at once.
    pub concurrency_max: usize,
}

/// How a function takes from a table's stream.
#[derive(Debug, Clone)]
pub struct StreamSource {
    /// Table's name.
    pub table: String,
    /// Most records in one invocation.
    pub batch_size: usize,
    /// How long to wait for a fuller batch.
    pub window: Duration,
    /// From the stream's beginning rather than from its end, the first time.
    pub from_start: bool,
    /// Attempts after the first; `None` is until the records expire.
    pub retries_max: Option<u64>,
    /// How old a record may become before it is given up; `None` is until it expires.
    pub age_max: Option<Duration>,
    /// Whether a failed batch is tried again in two halves.
    pub bisect: bool,
    /// The queue that is told of what was given up.
    pub on_failure: Option<String>,
    /// What a record must fit, any of them; none lets everything through.
    pub filters: Vec<super::filters::Pattern>,
    /// Whether the answer names the first record that failed.
    pub partial_failures: bool,
}

/// A search domain.
#[derive(Debug, Clone)]
pub struct SearchDomainSpec {
    /// Logical id, which is in its address.
    pub id: String,
    /// Name, which is in its ARN.
    pub name: String,
}

/// How a function hears of a bucket.
#[derive(Debug, Clone)]
pub struct BucketSource {
    /// Bucket's name.
    pub bucket: String,
    /// `s3:ObjectCreated:*` and the like.
    pub events: Vec<String>,
    /// Keys must begin so.
    pub prefix: String,
    /// Keys must end so.
    pub suffix: String,
}

/// The HTTP API.
#[derive(Debug, Clone)]
pub struct HttpApiSpec {
    /// Logical id.
    pub id: String,
    /// `CorsConfiguration`, if any.
    pub cors: Option<CorsSpec>,
}

/// Cross-origin rules.
#[derive(Debug, Clone, Default)]
pub struct CorsSpec {
    /// Origins, `*` for all.
    pub origins: Vec<String>,
    /// Methods, `*` for all.
    pub methods: Vec<String>,
    /// Request headers, `*` for all.
    pub headers: Vec<String>,
    /// Response headers scripts may read.
    pub expose: Vec<String>,
    /// Whether credentials may be sent.
    pub credentials: bool,
    /// How long a browser may remember, in seconds.
    pub max_age_s: Option<u64>,
}

/// A WebSocket API with its one stage.
#[derive(Debug, Clone)]
pub struct SocketApiSpec {
    /// Logical id.
    pub id: String,
    /// Stage's name.
    pub stage: String,
    /// Where clients connect, without slashes at its ends: the stage, unless the front door has another path
    /// for it (`Metadata.PublicPath` of the stage).
    pub path: String,
    /// Where a frame's route key is: `["type"]` for `$request.body.type`.
    pub selection: Vec<String>,
    /// Routes by key.
    pub routes: BTreeMap<String, SocketRouteSpec>,
    /// The authorizer of `$connect`.
    pub authorizer: Option<AuthorizerSpec>,
    /// `StageVariables`.
    pub variables: BTreeMap<String, String>,
}

/// One WebSocket route.
#[derive(Debug, Clone)]
pub struct SocketRouteSpec {
    /// Function's logical id.
    pub function: String,
    /// Whether what the function returns is sent to the caller.
    pub answers: bool,
    /// How long the gateway waits.
    pub timeout: Duration,
}

/// A REQUEST authorizer.
#[derive(Debug, Clone)]
pub struct AuthorizerSpec {
    /// Function's logical id.
    pub function: String,
    /// What must be present for the function to be asked at all.
    pub identity: Vec<IdentitySource>,
}

/// One identity source of an authorizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentitySource {
    /// A request header.
    Header(String),
    /// A query parameter.
    Query(String),
}

/// A table.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Name.
    pub name: String,
    /// The `CreateTable` request.
    pub create: serde_json::Value,
    /// TTL attribute.
    pub ttl: Option<String>,
}

/// A queue.
#[derive(Debug, Clone)]
pub struct QueueSpec {
    /// Name.
    pub name: String,
    /// How long a received message stays hidden, in seconds.
    pub visibility_s: u64,
    /// Delay of every message, in seconds.
    pub delay_s: u64,
    /// How long messages are kept, in seconds.
    pub retention_s: u64,
    /// How long a receive waits by default, in seconds.
    pub wait_s: u64,
    /// Largest message in bytes.
    pub message_bytes_max: usize,
    /// Where messages go that were received too often: queue's name and count.
    pub redrive: Option<(String, u32)>,
}

/// A secret.
#[derive(Debug, Clone)]
pub struct SecretSpec {
    /// Name.
    pub name: String,
    /// Its value, or how to make one.
    pub value: SecretValue,
}

/// Where a secret's value comes from.
#[derive(Debug, Clone)]
pub enum SecretValue {
    /// Written in the template.
    Given(String),
    /// Made once, then kept.
    Generated(GenerateSpec),
}

/// `GenerateSecretString`.
#[derive(Debug, Clone)]
pub struct GenerateSpec {
    /// Length in characters.
    pub length: usize,
    /// The characters to choose from, by class.
    pub classes: Vec<Vec<char>>,
    /// At least one of each class.
    pub each_class: bool,
    /// Object to put it into, and under which key.
    pub template: Option<(String, String)>,
}
