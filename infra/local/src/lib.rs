//! Parlance's deployment on one machine: the real function programs over the Lambda Runtime API, with
//! embedded stand-ins behind the AWS endpoints, everything read from `template.yaml`.
//!
//! `stack` puts the parts together; each part has a folder of its own. What the template asks for and
//! no part does is refused at start, by name (`template`).

pub mod cli;
pub mod clock;
pub mod data_dir;
pub mod dynamodb;
pub mod error;
pub mod http_api;
pub mod logs;
pub mod metrics;
pub mod net;
pub mod opensearch;
pub mod ports;
pub mod rights;
pub mod runtime;
pub mod s3;
pub mod schedules;
pub mod secrets;
pub mod site;
pub mod sqs;
pub mod stack;
pub mod streams;
pub mod template;
pub mod websocket;
